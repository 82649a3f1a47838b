import type { AppDelivery } from '../model/delivery.ts';
import { applicationOf } from '../model/assignments.ts';
import type { Assignment } from '../model/rendered.ts';
import type { ApplicationOutcome } from './application.ts';
import { overProgress } from './describe.ts';
import { hasApplied, type UnitFacts } from './facts.ts';
import { changedOf, fleetThen, type FleetThen } from './fleet.ts';
import { forgetKept } from './kept-delivery.ts';
import { forgetUnits } from './kept-units.ts';
import { placesOn } from './place-list.ts';
import { leftOut } from './standing.ts';
import type { SaidWays } from './ways.ts';

/**
 * True where nothing of a delivery is decided by what clusters say: it ended well, went to all that there is, and the documents say
 * nothing else. Pure.
 */
export function isResting(
  record: AppDelivery | undefined,
  said: Pick<SaidWays, 'content' | 'copies' | 'goesBackTo'> & { readonly deployment?: unknown },
): record is AppDelivery {
  if (record === undefined || record.objects !== undefined) return false;
  const isPlain = said.deployment === undefined && said.copies === undefined && said.goesBackTo === undefined;
  return isPlain && record.last.content === said.content && isWhole(record.last);
}

/** True for a delivery that ended well and went everywhere. */
function isWhole(last: AppDelivery['last']): boolean {
  const isOver = last.phase === 'succeeded' && last.number > 0 && last.isClosing !== true;
  if (!isOver || last.document !== undefined) return false;
  if (Object.keys(last.back).length > 0 || leftOut(last).size > 0) return false;
  return Object.values(last.steps).every(({ phase }) => phase !== 'skipped');
}

/** What becomes of a delivery that rests: where it stands, and nothing else. */
export function restingOutcome(facts: UnitFacts, own: readonly Assignment[], record: AppDelivery): ApplicationOutcome {
  forgetUnits(own);
  forgetKept(own);
  const progress = overProgress(record, { ...countApplied(facts, own, record.last.content), failed: 0 });
  return { record, wanted: new Map(), progress, effects: [], due: null };
}

interface Kept {
  readonly content: string;
  readonly fleet: FleetThen;
  /** Of each place whether it has the content. */
  readonly has: Uint8Array;
  done: number;
}

const known = new WeakMap<readonly Assignment[], Kept>();

/** How many places of an application say that they have a content: only those are looked at again whose clusters changed. Pure. */
export function countApplied(facts: UnitFacts, own: readonly Assignment[], content: string): Counted {
  const { all, byCluster } = placesOn(own);
  const app = applicationOf(own[0]?.unit ?? '');
  const fleet = fleetThen(facts);
  const before = known.get(own);
  const isKept = before?.content === content;
  const { has, done } = isKept ? before : { has: new Uint8Array(all.length), done: 0 };
  const counted: Kept = { content, fleet, has, done };
  for (const cluster of isKept ? changedOf(app, before.fleet, fleet) : byCluster.keys()) {
    for (const { index, own: there } of byCluster.get(cluster) ?? []) {
      const now = hasApplied(facts, there, content) ? 1 : 0;
      counted.done += now - (has[index] ?? 0);
      has[index] = now;
    }
  }
  known.set(own, counted);
  return { total: all.length, done: counted.done };
}

/** How many places there are, and how many of them have a content. */
export interface Counted {
  readonly total: number;
  readonly done: number;
}
