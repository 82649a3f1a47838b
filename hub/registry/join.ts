import { SluiceError } from '../../shared/errors.ts';
import type { Capabilities } from '../model/documents.ts';
import { labelFaults } from '../model/name-forms.ts';
import { siteLabelPrefix } from '../../shared/model/names.ts';
import type { Labels } from '../../shared/model/selector.ts';
import { clusterName } from '../../shared/wire/schema.ts';
import { assertSeen, type ClusterRecord } from '../model/registry.ts';
import type { State } from '../model/state.ts';
import type { Changed } from '../model/changes.ts';

/** The request of `cluster join`. */
export interface JoinRequest {
  readonly name: string;
  /** Null keeps what a cluster that waits for its agent has. */
  readonly labels: Labels | null;
  readonly capabilities: Capabilities | null;
  readonly reports: boolean;
  /** Give up the registration that has this name now: its agent is refused from then on. */
  readonly replace: boolean;
  /** Keep the registration and let its agent enrol with a new key: the old one counts until then, after a revocation not at all. */
  readonly rekey: boolean;
  /** The registration that the name is known to have: with another one, or none, nothing is done. */
  readonly registration?: string | undefined;
}

/** Fresh facts of a join: made outside, so that the change itself is pure. */
export interface JoinMint {
  readonly registration: string;
  readonly token: { readonly publicKey: string; readonly expires: string };
  readonly now: string;
}

/**
 * Registers a cluster, or opens a new token for one whose agent never enrolled or is to enrol anew. Answers its registration and
 * the first generation that its agent may take. Throws EXISTS for a cluster that has an agent, unless that is to be replaced or to
 * get another key, USAGE for both at once, CONFLICT where the name has not the registration that was seen, and REFERENCE_NOT_FOUND for a new key of a cluster that is not registered.
 */
export function join(
  state: Pick<State, 'clusters' | 'bundles'>,
  request: JoinRequest,
  mint: JoinMint,
): Changed<{ readonly record: ClusterRecord; readonly minimumGeneration: number }> {
  assertName(request.name);
  assertHubLabels(request.labels);
  const known = state.clusters.get(request.name);
  assertSeen(request.name, known, request.registration ?? null);
  const record = { ...recordFor(state, request, mint), ...given(request), token: mint.token };
  const revision = state.bundles.get(request.name)?.revision;
  const generation = revision?.generation ?? 0;
  const isSent = revision?.registration === record.registration;
  return {
    changes: { clusters: new Map([[record.name, record]]) },
    result: { record, minimumGeneration: isSent ? generation : generation + 1 },
  };
}

/** The registration that a new token is for: the one that is kept, else a fresh one. */
function recordFor(state: Before, request: JoinRequest, mint: JoinMint): ClusterRecord {
  const known = state.clusters.get(request.name);
  const { name, replace, rekey } = request;
  if (rekey) return rekeyed(known, request);
  if (known?.agentKey != null && !replace) {
    throw new SluiceError('EXISTS', 'a cluster of this name has an agent', {
      subject: name,
      hint:
        'use --rekey to let the same cluster in again (its agent lost its key or its namespace, or was revoked), ' +
        '--replace for a cluster that was built anew, or another name',
    });
  }
  const isOpen = known?.agentKey === null && !known.revoked && !replace;
  return isOpen ? known : fresh(state, request, mint);
}

function rekeyed(known: ClusterRecord | undefined, { name, replace, reports }: JoinRequest): ClusterRecord {
  if (replace) {
    throw new SluiceError('USAGE', '--rekey keeps the registration, --replace gives it up', {
      hint: 'use one of them',
    });
  }
  if (known === undefined) {
    throw new SluiceError('REFERENCE_NOT_FOUND', 'no cluster of this name is registered', {
      subject: name,
      hint: 'join it without --rekey: it gets a new registration',
    });
  }
  // The key of a revoked agent may be in other hands: it never speaks for the registration again.
  const agentKey = known.revoked ? null : known.agentKey;
  return { ...known, agentKey, revoked: false, reports: reports && known.reports };
}

type Before = Pick<State, 'clusters' | 'bundles'>;

/** What was said of a name stays, whatever registration it has. */
function fresh(state: Before, { name, capabilities }: JoinRequest, mint: JoinMint): ClusterRecord {
  const known = state.clusters.get(name);
  const predecessors = predecessorsOf(state, name);
  return {
    name,
    registration: mint.registration,
    labels: known?.labels ?? {},
    capabilities: capabilities ?? known?.declared ?? null,
    ...(known?.declared !== undefined && { declared: known.declared }),
    joinedAt: mint.now,
    agentKey: null,
    token: mint.token,
    reports: true,
    revoked: false,
    decommission: null,
    ...(predecessors.length > 0 && { predecessors }),
  };
}

/** As many as a bundle names. */
const mostPredecessors = 16;

/** The registrations that a name had, newest first: the registry's, else, of a name that was removed, that of its last bundle. */
function predecessorsOf({ clusters, bundles }: Before, name: string): readonly string[] {
  const known = clusters.get(name);
  const revision = bundles.get(name)?.revision;
  const sent = revision === undefined ? [] : [revision.registration, ...(revision.predecessors ?? [])];
  const former = known === undefined ? [] : [known.registration, ...(known.predecessors ?? [])];
  return [...new Set([...former, ...sent])].slice(0, mostPredecessors);
}

function given({ labels, capabilities, reports, rekey }: JoinRequest): Partial<ClusterRecord> {
  const words = { ...(labels !== null && { labels }), ...(capabilities !== null && { declared: capabilities }) };
  return { ...words, ...(!rekey && { reports }), decommission: null };
}

/** Throws NAME_INVALID for what cannot be a cluster's name. */
export function assertName(name: string): void {
  if (clusterName.safeParse(name).success) return;
  throw new SluiceError('NAME_INVALID', 'not a cluster name', {
    subject: name,
    hint: 'use up to 63 lower-case letters, digits and dashes',
  });
}

/** Throws NAME_INVALID for what is not a label, as of a document, and CONFIG_INVALID for labels that only a site may set. */
export function assertHubLabels(labels: Labels | null): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    const [fault] = labelFaults(key, value);
    if (fault !== undefined) {
      throw new SluiceError('NAME_INVALID', fault.message, { subject: `${key}=${value}`, hint: fault.hint });
    }
    if (!key.startsWith(siteLabelPrefix)) continue;
    throw new SluiceError('CONFIG_INVALID', 'only the site itself can set this label', {
      subject: key,
      hint: 'set it in the ConfigMap sluice-site of that cluster',
    });
  }
}
