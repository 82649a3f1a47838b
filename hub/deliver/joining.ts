import type { AppDelivery } from '../model/delivery.ts';
import type { Program } from '../workflow/program.ts';
import { concurrencyOf } from './numbers.ts';
import { allSteps } from './step-records.ts';
import { isSilent, type DeliveryUnit, type Listening } from './unit.ts';

/** What letting units join reads. */
export interface JoiningInput {
  readonly units: readonly DeliveryUnit[];
  readonly program: Pick<Program, 'steps'>;
  readonly listening: Listening;
}

/**
 * The units without anything that get the stable content now, while a delivery is under way or was stopped: as many at a time as
 * `maxConcurrent` says of all units. What does not get on with it (silent, held, failing) takes no slot. Pure.
 */
export function joining(
  { stable, last }: AppDelivery,
  { units, program, listening }: JoiningInput,
): ReadonlySet<string> {
  const fresh = units.filter(({ published }) => published === null);
  if (stable === null || fresh.length === 0) return new Set();
  const startedAt = Date.parse(last.startedAt);
  const isUnderWay = (unit: DeliveryUnit): boolean => {
    const { published, report, joinedAt, hold } = unit;
    if (published?.content !== stable || joinedAt < startedAt || hold !== null || isSilent(unit, listening))
      return false;
    return (
      unit.reports && report?.applied !== published.digest && report?.health !== 'Degraded' && report?.siteHold === null
    );
  };
  const limits = allSteps(program.steps).flatMap(({ rollout }) => (rollout === null ? [] : [rollout.maxConcurrent]));
  const free = concurrencyOf(limits[0], units.length) - units.filter(isUnderWay).length;
  // What cannot be given it now (its cluster has not joined, something holds it) takes no slot of those that can.
  const isStuck = ({ hold, joinedAt }: DeliveryUnit): boolean => hold !== null || joinedAt === Infinity;
  const able = fresh.filter((unit) => !isStuck(unit)).slice(0, Math.max(0, free));
  return new Set([...fresh.filter(isStuck), ...able].map(({ key }) => key));
}
