import type { Admission, Delivery } from '../model/delivery.ts';
import type { DeliveryUnit } from './unit.ts';

/** What tells that something held a unit, and does no more. */
export interface ReleasedInput {
  readonly units: readonly DeliveryUnit[];
  /** The units that were held in the pass before, by key; empty after a start of the hub. */
  readonly heldBefore: ReadonlySet<string>;
  /** ISO time. */
  readonly now: string;
}

/**
 * A delivery in which what was held since it was given the content has its deadline from now on: a guard that is approved, or a site that lets changes
 * happen again, must not make it fail at once. The very same where nothing was released.
 */
export function withReleased(last: Delivery, { units, heldBefore, now }: ReleasedInput): Delivery {
  if (heldBefore.size === 0) return last;
  const free = units.filter(
    ({ key, hold, report }) => heldBefore.has(key) && hold === null && report?.siteHold == null,
  );
  const released = new Set(free.map(({ key }) => key));
  const isReleased = (unit: string) => released.has(unit);
  if (!last.admitted.some(({ units: given }) => given.some(isReleased))) return last;
  const still = last.admitted.map((one) => part(one, (unit) => !isReleased(unit)));
  const again = last.admitted.map((one) => ({ ...part(one, isReleased), at: now }));
  return { ...last, admitted: [...still, ...again].filter(({ units: given }) => given.length > 0) };
}

function part(admission: Admission, isIn: (unit: string) => boolean): Admission {
  const { unhealthy, ...rest } = admission;
  const poor = unhealthy?.filter(isIn) ?? [];
  return { ...rest, units: admission.units.filter(isIn), ...(poor.length > 0 && { unhealthy: poor }) };
}
