import type { AppObservation } from '../model/plan.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { providerOf } from '../../shared/model/traffic.ts';
import type { BundleApp, BundleTraffic, TrafficTarget } from '../../shared/wire/revision.ts';
import { wantsNoPods } from './readiness.ts';
import { shareOut } from './weights.ts';

/** True for a provider that splits traffic by weights. */
export function hasWeights({ provider }: Pick<BundleTraffic, 'provider'>): boolean {
  return providerOf(provider).hasWeights;
}

/** True when a Service has a ready address; unknown counts as no. */
export function hasEndpoints(observed: AppObservation, service: ObjectId): boolean {
  return (observed.live.readyEndpoints(service) ?? 0) > 0;
}

/**
 * The split that can be wanted: a target of which the bundle wants no pod leaves its weight to the others of its rule, whatever
 * the document says. Where it wants none of any, the split stays: all of it is to stop.
 */
export function possibleSplit(observed: AppObservation, app: BundleApp, traffic: BundleTraffic): BundleTraffic {
  if (!hasWeights(traffic)) return traffic;
  const closed = traffic.targets.map((one) => one.weight > 0 && wantsNoPods(observed, app, one.service));
  if (!closed.includes(true)) return traffic;
  const weights = byRule(
    traffic.targets,
    traffic.targets.map(({ weight }) => weight),
    (index) => closed[index] === true,
    (index) => closed[index] === false,
  );
  return { ...traffic, targets: traffic.targets.map((target, index) => ({ ...target, weight: weights[index] ?? 0 })) };
}

/**
 * These weights after every target without a ready address has left its own to those of its rule that have some and get some;
 * the same list when none has to, or none is there to take it.
 */
export function withoutLost(
  observed: AppObservation,
  traffic: Pick<BundleTraffic, 'provider' | 'targets'>,
  weights: readonly number[],
): { readonly weights: readonly number[]; readonly lost: readonly TrafficTarget[] } {
  const { targets } = traffic;
  const isLost = (index: number) =>
    (weights[index] ?? 0) > 0 && observed.live.readyEndpoints(targets[index]?.service ?? '') === 0;
  const isOpen = (index: number) => hasEndpoints(observed, targets[index]?.service ?? '');
  const canMove = hasWeights(traffic) && targets.every(({ pointer }) => pointer !== undefined);
  const left = canMove ? byRule(targets, weights, isLost, isOpen) : weights;
  const lost = targets.filter((_, index) => isLost(index) && left[index] !== weights[index]);
  return lost.length === 0 ? { weights, lost } : { weights: left, lost };
}

/** Rule by rule: what the leavers have goes to the takers, in proportion of what those have; a rule without takers stays. */
function byRule(
  targets: readonly TrafficTarget[],
  weights: readonly number[],
  isLeaver: (index: number) => boolean,
  isTaker: (index: number) => boolean,
): number[] {
  const next = [...weights];
  for (const rule of new Set(targets.map((target) => target.rule))) {
    const members = targets.flatMap((target, index) => (target.rule === rule ? [index] : []));
    if (!members.some(isLeaver)) continue;
    // A target that gets nothing is not asked for more: the document may keep it dark.
    const takers = members.filter((index) => isTaker(index) && !isLeaver(index) && (weights[index] ?? 0) > 0);
    const total = members.filter((index) => isLeaver(index) || takers.includes(index));
    const shared = shareOut(
      total.map((index) => ({ rule, weight: weights[index] ?? 0 })),
      total.map((index) => takers.includes(index)),
    );
    if (shared !== null) total.forEach((index, place) => (next[index] = shared[place] ?? 0));
  }
  return next;
}
