import type { Rollout } from '../api/rollouts.ts';
import type { StatusRow } from '../api/status.ts';
import type { Hold, Holder } from '../model/hold.ts';
import type { ReceivedReport } from '../model/reports.ts';
import type { ClusterRecord } from '../model/registry.ts';
import type { Problem } from '../model/source.ts';

/** All that is known of one application on one cluster. */
export interface WhyFacts {
  /** `namespace/name[@target]`. */
  readonly unit: string;
  /** Null = it has none. */
  readonly cluster: string | null;
  /** The commit that the hub processed last; null = none. */
  readonly commit: string | null;
  /** The revision that its document says now; null where none is recorded. */
  readonly newest: string | null;
  /** True while there is a document of it. */
  readonly hasDocument: boolean;
  /** Why the config repository cannot be read now. */
  readonly unread: Problem | null;
  /** What holds it here, by rank. */
  readonly holds: readonly Hold[];
  readonly rollout: Rollout | null;
  readonly record: ClusterRecord | undefined;
  /** Of the last bundle; undefined = it is not in it. */
  readonly row: StatusRow | undefined;
  readonly received: ReceivedReport | undefined;
  readonly stale: boolean;
  readonly now: number;
}

/** Why a link does not hold. */
export interface Stop {
  readonly reason: string;
  readonly since: string | null;
  readonly mend: string;
}

/** What a person does about a hold of each kind, where its problem does not say it. */
export const mends: Readonly<Record<Holder, string>> = {
  intake: 'mend the access to the config repository; the hub tries again by itself',
  document: 'mend the document, and push; `sluice-hub validate` says every problem beforehand',
  placement: 'mend the placement, or the labels of the cluster: `sluice-hub cluster labels NAME`',
  render: 'mend the document, and push; `sluice-hub render` shows what it comes to',
  capability: 'install what it needs on the cluster, or name another provider',
  plan: 'see `sluice-hub status`; a commit or another version of the hub lifts it',
  name: 'rename one of the two, or remove one',
  limit: 'make it smaller, or move something to another cluster',
  agent: 'wait for the report of its agent, or upgrade the agent',
  input: 'nothing, once the component that it waits for says its value; see `sluice-hub status`',
  move: 'nothing, if the other clusters get well; else approve it: `sluice-hub status` names the change',
  guard: 'approve it: `sluice-hub status` names the change',
  delivery: 'nothing: it goes on by itself',
};

/** The first hold of some kinds, with what lifts it; null = there is none. */
export function holdStop({ holds }: WhyFacts, holders: readonly Holder[]): Stop | null {
  const hold = holds.find(({ by }) => holders.includes(by));
  return hold === undefined ? null : stopOfHold(hold);
}

/** A hold as what stops a link. */
export function stopOfHold({ by, reason, since, change, problems = [] }: Hold): Stop {
  const hint = problems.find((problem) => problem.hint !== undefined)?.hint;
  const approve = change === undefined ? undefined : `sluice-hub approve ${change.change.slice(7, 19)}`;
  return { reason, since, mend: approve ?? hint ?? mends[by] };
}
