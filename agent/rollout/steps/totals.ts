import type { Position } from '../../model/delivery.ts';
import type { MovingComponent } from './copies.ts';
import { readyOf, type Contents, type Pods } from './parts.ts';

/** What the pods that served are counted from. */
export interface TotalsInput {
  readonly contents: Pick<Contents, 'copies' | 'from'>;
  readonly pods: Pods;
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

function servedBy(input: TotalsInput, { old, fresh }: MovingComponent): number | null {
  const { contents, pods, isRebuilt } = input;
  const { from, copies } = contents;
  const counts = old.map((id) => pods.of(id)?.spec ?? null);
  if (counts.includes(null)) return null;
  const found = counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  if (!isRebuilt) return found;
  const written = from.replicas.filter(({ id }) => old.includes(id) && pods.exists(id));
  const wanted = written.reduce((sum, { value }) => sum + value, 0);
  // Steps take nothing of what an autoscaler keeps, nor do they hide a number that is written down.
  const isShared = old.some((id) => !copies.scalers.has(id) && written.every((one) => one.id !== id));
  return Math.max(found, wanted) + (isShared ? readyOf(fresh, pods) : 0);
}
