import type { Answer, CallName, Input } from '../api/routes.ts';
import { approveChange } from './approve.ts';
import { hubFactsOf, listBundles, listDocuments, listRecorded, listRegistered } from './facts.ts';
import { freezeFleet, unfreezeFleet } from './freeze.ts';
import { joinCluster } from './join.ts';
import { labelCluster } from './labels.ts';
import { listClusters } from './list-clusters.ts';
import type { HubParts } from './parts.ts';
import { removeCluster } from './remove.ts';
import { listRevisions } from './revisions.ts';
import { revokeCluster } from './revoke.ts';
import { decideRollout, rollouts } from './rollouts.ts';
import { setCluster } from './set.ts';
import { status, statusSummary } from './status.ts';
import { createToken, listTokens, revokeToken } from './tokens.ts';
import { why } from './why.ts';

/**
 * What answers a call: the signal aborts when the caller is gone, and `token` names the caller's (null = the admin token). It returns a
 * value and prints nothing.
 */
export type Operation<Name extends CallName> = (
  parts: HubParts,
  input: Input<Name>,
  signal: AbortSignal,
  token: string | null,
) => Answer<Name> | Promise<Answer<Name>>;

/** The operation of every JSON call of the table of routes. */
export const operations: { readonly [Name in CallName]: Operation<Name> } = {
  status,
  summary: statusSummary,
  revisions: listRevisions,
  facts: hubFactsOf,
  documents: listDocuments,
  registered: listRegistered,
  recorded: listRecorded,
  bundles: listBundles,
  list: listClusters,
  join: joinCluster,
  labels: labelCluster,
  set: setCluster,
  revoke: revokeCluster,
  remove: removeCluster,
  approve: approveChange,
  rollouts,
  why,
  decide: decideRollout,
  freeze: freezeFleet,
  unfreeze: unfreezeFleet,
  tokens: listTokens,
  createToken,
  revokeToken,
};
