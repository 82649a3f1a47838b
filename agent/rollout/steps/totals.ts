import type { Position } from '../../model/delivery.ts';
import type { MovingComponent } from './copies.ts';
import { readyOf, type Contents, type Pods } from './parts.ts';
import { freshCount, oldCount, shareAt } from './position.ts';
import { weightOfOld } from './stage.ts';
import type { ObjectId } from '../../../shared/model/object.ts';

/** What the pods that served are counted from. */
export interface TotalsInput {
  readonly contents: Contents;
  readonly pods: Pods;
  /** True where live traffic leads to a workload. */
  readonly isRouted: (id: ObjectId) => boolean;
  /** The agent lost its state: steps may be under way, and what serves has given pods to the new copy. */
  readonly isRebuilt: boolean;
  /** What an earlier attempt found. */
  readonly before: Position['totals'];
}

/** The pods that served when a delivery began, by component, and no fewer than an earlier attempt found; null while they cannot be seen. */
export function totalsOf(input: TotalsInput): Position['totals'] | null {
  const { contents, before } = input;
  const totals = contents.copies.components.map((one) => [one.name, servedBy(input, one)] as const);
  if (totals.some(([, total]) => total === null)) return null;
  return Object.fromEntries(totals.map(([name, total]) => [name, Math.max(before[name] ?? 0, total ?? 0)]));
}

function servedBy(input: TotalsInput, component: MovingComponent): number | null {
  const { contents, pods, isRebuilt } = input;
  const { from, copies } = contents;
  const { old } = component;
  const counts = old.map((id) => pods.of(id)?.spec ?? null);
  if (counts.includes(null)) return null;
  const found = counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  if (!isRebuilt) return found;
  const written = from.replicas.filter(({ id }) => old.includes(id) && pods.exists(id));
  const wanted = written.reduce((sum, { value }) => sum + value, 0);
  // Steps take nothing of what an autoscaler keeps, nor do they hide a number that is written down.
  const isShared = old.some((id) => !copies.scalers.has(id) && written.every((one) => one.id !== id));
  const left = Math.max(found, wanted);
  return isShared ? sharedTotal(input, component, left) : left;
}

/** The number of which a step made what both copies have; where none did, what both have: no pod that serves is lost. */
function sharedTotal(
  { contents, pods, isRouted }: TotalsInput,
  { name, old, fresh }: MovingComponent,
  left: number,
): number {
  const { app, from } = contents;
  const ready = readyOf(fresh, pods);
  const taken = fresh.reduce((sum, id) => sum + (pods.of(id)?.spec ?? 0), 0);
  // Kept beside the content that took over: both have all pods.
  const isBeside = app.delivery?.keepOld !== undefined && from.traffic.length > 0 && !old.some(isRouted);
  if (isBeside && taken === left) return left;
  const steps = app.delivery?.steps ?? [];
  const shares = steps.map((_, at) => shareAt(steps, at, name));
  for (let total = left + ready; total > left; total--) {
    const isMade = shares.some((share) => {
      const keeps = oldCount({ total, readyFresh: ready, weight: weightOfOld(contents, name, share) });
      return freshCount(share, total) === taken && keeps === left;
    });
    if (isMade) return total;
  }
  return left + ready;
}
