import { SluiceError } from '../../shared/errors.ts';
import type { AgentReport } from '../../shared/wire/report.ts';
import type { Approval } from '../../shared/wire/approval.ts';
import { assertNotRevoked, assertSeen, type ClusterRecord } from '../model/registry.ts';
import type { State } from '../model/state.ts';
import type { Changed } from '../model/changes.ts';
import { assertHubLabels } from './join.ts';

type Clusters = Pick<State, 'clusters'>;

/** The record of a cluster; throws REFERENCE_NOT_FOUND, and CONFLICT where it has not the registration that was seen. */
export function recordOf(state: Clusters, name: string, seen: string | null = null): ClusterRecord {
  const record = state.clusters.get(name);
  if (record !== undefined) {
    assertSeen(name, record, seen);
    return record;
  }
  throw new SluiceError('REFERENCE_NOT_FOUND', 'no cluster of this name is registered', {
    subject: name,
    hint: 'see `sluice-hub cluster list`',
  });
}

/** Sets labels of a cluster; a null value removes the key. */
export function setLabels(
  state: Clusters,
  name: string,
  labels: Readonly<Record<string, string | null>>,
  seen: string | null = null,
): Changed<ClusterRecord> {
  const record = recordOf(state, name, seen);
  const given = Object.entries(labels).filter((entry): entry is [string, string] => entry[1] !== null);
  assertHubLabels(Object.fromEntries(given));
  const kept = Object.entries(record.labels).filter(([key]) => !Object.hasOwn(labels, key));
  return put({ ...record, labels: Object.fromEntries([...kept, ...given]) });
}

/** Refuses a cluster's agent from now on; what it runs stays as it is. */
export function revoke(state: Clusters, name: string, seen: string | null = null): Changed<ClusterRecord> {
  return put({ ...recordOf(state, name, seen), revoked: true, token: null });
}

/**
 * Decommissions a cluster: its next bundle says so, and its workloads stay (`orphan`) or go (`delete`). A cluster that
 * was never sent anything, or that is to be forgotten, leaves the registry at once.
 */
export function remove(
  state: Pick<State, 'clusters' | 'bundles'>,
  name: string,
  options: { readonly mode: 'orphan' | 'delete'; readonly forget: boolean },
  seen: string | null = null,
): Changed<ClusterRecord | null> {
  const record = recordOf(state, name, seen);
  if (!options.forget && state.bundles.has(name)) return put({ ...record, decommission: options.mode });
  return { changes: { clusters: new Map([[name, null]]) }, result: null };
}

/**
 * True when an agent says that it carried out its decommission: its registration is needed no more. A cluster that was let in
 * again meanwhile has not left, nor has another one that got its name.
 */
export function hasLeft(
  state: Pick<State, 'bundles' | 'clusters'>,
  report: Pick<AgentReport, 'cluster' | 'registration' | 'accepted' | 'settled'>,
): boolean {
  const revision = state.bundles.get(report.cluster)?.revision;
  const record = state.clusters.get(report.cluster);
  return (
    report.settled &&
    record?.registration === report.registration &&
    // A join since then takes the decommission back, and opens a token.
    (record.decommission !== null || record.token === null) &&
    revision?.decommission !== undefined &&
    revision.registration === report.registration &&
    report.accepted?.epoch === revision.epoch &&
    report.accepted.generation >= revision.generation
  );
}

/** An enrolment that was read: for which registration, and with which token it was signed (null: with none that was open). */
export interface EnrolRequest {
  /** The name that the registration has, if any: it never gets another one. */
  readonly cluster: string;
  readonly registration: string;
  readonly publicKey: string;
  readonly token: string | null;
}

/**
 * Takes an agent's key in exchange for the open token of its registration; the same key again changes nothing. All is judged by
 * this state: the token may have been replaced, used or withdrawn since the request came. Throws UNAUTHENTICATED, REVOKED,
 * TOKEN_EXPIRED, or FORBIDDEN where another agent used the token.
 */
export function enrol(state: Clusters, request: EnrolRequest, now: number): Changed<ClusterRecord> {
  const record = state.clusters.get(request.cluster);
  if (record?.registration !== request.registration) throw notTheToken();
  assertNotRevoked(record);
  const { name, agentKey, token } = record;
  const isOpen = token !== null && token.publicKey === request.token;
  // The answer to the first enrolment may have been lost.
  if (agentKey === request.publicKey && !isOpen) return { changes: {}, result: record };
  if (agentKey !== null && token === null && request.token !== null) {
    throw new SluiceError('FORBIDDEN', 'the token was used already, by another agent', {
      subject: name,
      hint: `run \`sluice-hub cluster join ${name} --rekey\` if that was not your agent`,
    });
  }
  if (!isOpen) throw notTheToken(name);
  if (Date.parse(token.expires) <= now) {
    throw new SluiceError('TOKEN_EXPIRED', 'the join token has expired', {
      subject: name,
      hint: `run \`sluice-hub cluster join ${name}${agentKey === null ? '' : ' --rekey'}\` again`,
    });
  }
  return put({ ...record, agentKey: request.publicKey, token: null });
}

function notTheToken(name?: string): SluiceError {
  return new SluiceError('UNAUTHENTICATED', 'the enrolment is not signed with the open token of this registration', {
    hint: `run \`sluice-hub cluster join ${name ?? 'NAME'} --rekey\` and give the agent the new join file`,
  });
}

/** Releases a change that a guard stopped; throws CHANGE_NOT_FOUND when none waits under that digest (or a unique prefix of it). */
export function approve(
  state: Pick<State, 'guarded' | 'approvals'>,
  change: string,
  who: { readonly by: string; readonly at: string },
): Changed<Approval> {
  const wanted = change.startsWith('sha256:') ? change : `sha256:${change}`;
  const matching = state.guarded.filter((guarded) => guarded.change.startsWith(wanted));
  const [found] = matching;
  if (found === undefined || matching.length > 1 || wanted.length < 'sha256:'.length + 8) {
    throw new SluiceError('CHANGE_NOT_FOUND', 'no single change waits under this digest', {
      subject: change,
      hint: 'see `sluice-hub status` for the changes that wait',
    });
  }
  const approval: Approval = {
    change: found.change,
    generation: found.generation,
    ids: [...found.ids],
    by: who.by,
    at: who.at,
  };
  const others = state.approvals.filter((known) => known.change !== found.change);
  return { changes: { approvals: [...others, approval] }, result: approval };
}

function put(record: ClusterRecord): Changed<ClusterRecord> {
  return { changes: { clusters: new Map([[record.name, record]]) }, result: record };
}
