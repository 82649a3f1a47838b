import { byCodeUnit } from '../../shared/lib/order.ts';
import { changeDigest } from '../../shared/wire/bundle.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import type { Approval } from '../../shared/wire/approval.ts';
import type { GuardedChange } from './guarded-change.ts';

/** What guards judge by. */
export interface GuardFacts {
  readonly channel: string;
  readonly registration: string;
  /** Null = the change is of the whole fleet. */
  readonly cluster: string | null;
  /** The generation that would carry the change. */
  readonly generation: number;
  /** Changes of its kind that waited already: the same change keeps its digest. */
  readonly waiting: readonly GuardedChange[];
  readonly approvals: readonly Approval[];
  readonly now: string;
}

/** The changes of a cluster among those that wait; null = those of the whole fleet. */
export function waitingOn(guarded: readonly GuardedChange[], cluster: string | null): readonly GuardedChange[] {
  return byCluster(guarded).get(cluster) ?? [];
}

const byCluster = oncePerValue((guarded: readonly GuardedChange[]) => Map.groupBy(guarded, ({ cluster }) => cluster));

/** The approval that covers some ids: of what was proposed under its digest, and less, for as long as the proposal waits. */
export function findApproval(ids: readonly string[], facts: GuardFacts): Approval | null {
  const { channel, registration } = facts;
  const found = facts.approvals.find((approval) => {
    const { change, generation } = approval;
    if (!facts.waiting.some((waiting) => waiting.change === change)) return false;
    if (changeDigest({ channel, registration, generation, ids: approval.ids }) !== change) return false;
    const covered = new Set(approval.ids);
    return ids.every((id) => covered.has(id));
  });
  return found ?? null;
}

/** The change that waits for an approval: the one that waited already when it is the same. */
export function waitingChange(
  { code, app, ids, behind }: Pick<GuardedChange, 'code' | 'app' | 'ids' | 'behind'>,
  { channel, registration, cluster, generation, waiting, now }: GuardFacts,
): GuardedChange {
  const sorted = [...ids].sort(byCodeUnit);
  const proposed = { code, app, ids: sorted, ...(behind !== undefined && { behind }) };
  const same = waiting.find((known) => isSame(known, proposed));
  if (same !== undefined) return same;
  const change = changeDigest({ channel, registration, generation, ids: sorted });
  return { ...proposed, change, cluster, generation, since: now };
}

type Proposed = Pick<GuardedChange, 'code' | 'app' | 'ids' | 'behind'>;

function isSame(known: Proposed, { code, app, ids, behind }: Proposed): boolean {
  return known.code === code && known.app === app && known.behind === behind && isSameIds(known.ids, ids);
}

function isSameIds(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
