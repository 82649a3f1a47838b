import { oncePerValue } from '../../shared/lib/memo.ts';
import type { GuardedChange } from './guarded-change.ts';
import type { State } from './state.ts';
import type { Problem } from './source.ts';

/** The event that can lift a hold: a commit, an approval, a registry command, a report, the next attempt, another version of the hub. */
type Lifter = 'commit' | 'approval' | 'registry' | 'report' | 'retry' | 'upgrade';

interface HoldKind {
  /** Order among the holds of one application: the first one explains the others. */
  readonly rank: number;
  /** What stays as it was: the published content, the document as last seen whole, the traffic alone, or a part that is not there yet. */
  readonly keeps: 'content' | 'document' | 'traffic' | 'part';
  readonly liftedBy: readonly Lifter[];
}

/** Everything that can hold something, by who holds it. */
export const holdKinds = {
  /** The config repository was not read since the hub started. */
  intake: { rank: 0, keeps: 'content', liftedBy: ['retry', 'commit'] },
  /** The document is broken, or missing without a commit that removed it. */
  document: { rank: 1, keeps: 'document', liftedBy: ['commit', 'approval'] },
  placement: { rank: 2, keeps: 'content', liftedBy: ['commit', 'registry'] },
  render: { rank: 3, keeps: 'content', liftedBy: ['commit'] },
  /** The cluster does not offer what the traffic needs, or lost what the traffic uses. */
  capability: { rank: 4, keeps: 'traffic', liftedBy: ['report', 'registry', 'commit', 'approval'] },
  /** A component takes what the cluster has not told yet: the others are delivered without it. */
  input: { rank: 12, keeps: 'part', liftedBy: ['report', 'commit'] },
  /** The next bundle of the cluster could not be planned. */
  plan: { rank: 5, keeps: 'content', liftedBy: ['commit', 'upgrade'] },
  /** Another application of the cluster has an object of this name. */
  name: { rank: 6, keeps: 'content', liftedBy: ['commit'] },
  /** The bundle of the cluster would be too large. */
  limit: { rank: 7, keeps: 'content', liftedBy: ['commit'] },
  /** The agent of the cluster does not read a format that can say it, or has not reported what a template asks for. */
  agent: { rank: 9, keeps: 'content', liftedBy: ['report', 'commit'] },
  /** The application moves to other clusters, and not all of them have it yet. */
  move: { rank: 10, keeps: 'content', liftedBy: ['report', 'approval', 'commit'] },
  /** A guard waits for an approval of deletions. */
  guard: { rank: 8, keeps: 'content', liftedBy: ['approval', 'commit'] },
  /** The delivery of the application has not reached the cluster, or took back what it gave. */
  delivery: { rank: 11, keeps: 'content', liftedBy: ['report', 'approval', 'commit', 'registry'] },
} as const satisfies Readonly<Record<string, HoldKind>>;

/** Who holds. */
export type Holder = keyof typeof holdKinds;

/** Why something is not done: the one value for placement, rendering, limits, guards, missing documents and capabilities. */
export interface Hold {
  /** `namespace/name` of the application or deployment; null = no single one. */
  readonly app: string | null;
  /** Null = every cluster. */
  readonly cluster: string | null;
  readonly by: Holder;
  /** One sentence for people. */
  readonly reason: string;
  /** ISO time; after a restart of the hub the time of its first pass, except for changes that wait for approval. */
  readonly since: string;
  /** ISO time at which it ends by itself; absent = it does not. */
  readonly until?: string;
  /** The change whose approval lifts it. */
  readonly change?: GuardedChange;
  /** The problems that tell it; absent where another stage told them already. */
  readonly problems?: readonly Problem[];
}

/** A hold as a stage finds it: the pass knows since when. */
export type FoundHold = Omit<Hold, 'since'>;

/** A hold that one problem tells. */
export function holdOf(by: Holder, problem: Problem, facts: Pick<FoundHold, 'app' | 'cluster' | 'change'>): FoundHold {
  return { by, reason: problem.message, ...facts, problems: [problem] };
}

/** True when a unit keeps its published content on a cluster. */
export function keepsContent({ by }: Pick<Hold, 'by'>): boolean {
  return holdKinds[by].keeps === 'content';
}

/** The changes that some holds wait for, each once. */
export function waitingChanges(holds: readonly Pick<Hold, 'change'>[]): GuardedChange[] {
  const changes = holds.flatMap(({ change }) => (change === undefined ? [] : [change]));
  return [...new Map(changes.map((change) => [change.change, change])).values()];
}

const holders: Readonly<Record<GuardedChange['code'], Holder>> = {
  EMPTY_RENDER: 'guard',
  MASS_DELETE: 'guard',
  PROTECTED_DELETE: 'guard',
  MOVE_UNFINISHED: 'move',
  SOURCE_REWOUND: 'document',
  CAPABILITY_LOST: 'capability',
};

/** The hold of a change that waits for approval, as the ledger keeps it. */
export function holdOfChange(change: GuardedChange): Hold {
  const { app, cluster, code, ids, since, behind } = change;
  const objects = `${ids.length} object${ids.length === 1 ? '' : 's'}`;
  const reason = `${code}: ${objects} wait for approval`;
  // The application itself went back: nothing holds that.
  return { app: behind === undefined ? app : null, cluster, by: holders[code], reason, since, change };
}

/** The holds that the ledger keeps: every change that waits and is not approved yet. */
export function storedHolds({ guarded, approvals }: Pick<State, 'guarded' | 'approvals'>): Hold[] {
  const approved = new Set<string>(approvals.map(({ change }) => change));
  return guarded.filter(({ change }) => !approved.has(change)).map(holdOfChange);
}

/**
 * Names a hold: two passes that find the same name have found the same hold. The reason belongs to the name only where it
 * alone tells two holds apart: for documents, and where there is neither an application nor a change.
 */
export const holdKey = oncePerValue(({ app, cluster, by, reason, change }: FoundHold): string => {
  const isTold = by === 'document' || (app === null && change === undefined);
  return JSON.stringify([app, cluster, by, change?.change ?? null, isTold ? reason : null]);
});
