import { SluiceError } from '../../shared/errors.ts';
import type { Capabilities } from '../model/documents.ts';
import { siteLabelPrefix } from '../../shared/model/names.ts';
import type { Labels } from '../../shared/model/selector.ts';
import { clusterName } from '../../shared/wire/schema.ts';
import type { ClusterRecord } from '../model/registry.ts';
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
}

/** Fresh facts of a join: made outside, so that the change itself is pure. */
export interface JoinMint {
  readonly registration: string;
  readonly token: { readonly publicKey: string; readonly expires: string };
  readonly now: string;
}

/**
 * Registers a cluster, or opens a new token for one whose agent never enrolled. Answers its registration and the first
 * generation that its agent may take. Throws EXISTS for a cluster that has an agent, unless it is to be replaced.
 */
export function join(
  state: Pick<State, 'clusters' | 'bundles'>,
  request: JoinRequest,
  mint: JoinMint,
): Changed<{ readonly record: ClusterRecord; readonly minimumGeneration: number }> {
  assertName(request.name);
  assertHubLabels(request.labels);
  const known = state.clusters.get(request.name);
  if (known?.agentKey != null && !request.replace) {
    throw new SluiceError('EXISTS', 'a cluster of this name has an agent', {
      subject: request.name,
      hint: 'use another name, or --replace when that cluster is lost for good',
    });
  }
  const open = known?.agentKey === null && !known.revoked && !request.replace ? known : null;
  const record = { ...(open ?? fresh(request, mint)), ...given(request), token: mint.token };
  const generation = state.bundles.get(request.name)?.revision.generation ?? 0;
  return {
    changes: { clusters: new Map([[record.name, record]]) },
    result: { record, minimumGeneration: open === null ? generation + 1 : generation },
  };
}

function fresh({ name, capabilities }: JoinRequest, mint: JoinMint): ClusterRecord {
  return {
    name,
    registration: mint.registration,
    labels: {},
    capabilities,
    joinedAt: mint.now,
    agentKey: null,
    token: mint.token,
    reports: true,
    revoked: false,
    decommission: null,
  };
}

function given({ labels, capabilities, reports }: JoinRequest): Partial<ClusterRecord> {
  const words = { ...(labels !== null && { labels }), ...(capabilities !== null && { declared: capabilities }) };
  return { ...words, reports, decommission: null };
}

/** Throws NAME_INVALID for what cannot be a cluster's name. */
export function assertName(name: string): void {
  if (clusterName.safeParse(name).success) return;
  throw new SluiceError('NAME_INVALID', 'not a cluster name', {
    subject: name,
    hint: 'use up to 63 lower-case letters, digits and dashes',
  });
}

/** Throws CONFIG_INVALID for labels that only a site may set. */
export function assertHubLabels(labels: Labels | null): void {
  const foreign = Object.keys(labels ?? {}).find((key) => key.startsWith(siteLabelPrefix));
  if (foreign === undefined) return;
  throw new SluiceError('CONFIG_INVALID', 'only the site itself can set this label', {
    subject: foreign,
    hint: 'set it in the ConfigMap sluice-site of that cluster',
  });
}
