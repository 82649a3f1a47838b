import type { AppDelivery } from '../model/delivery.ts';
import type { Program } from '../workflow/program.ts';
import { concurrencyOf } from './numbers.ts';
import { allSteps } from './step-records.ts';
import { heardUntil, isSilent, type DeliveryUnit, type Listening } from './unit.ts';

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
export function joining(record: AppDelivery, input: JoiningInput): ReadonlySet<string> {
  const { stuck, able, waiting } = queueOf(record, input);
  const joins = able.slice(0, able.length - waiting.length);
  return new Set([...stuck, ...joins].map(({ key }) => key));
}

/**
 * When those that wait to join must be looked at again although no report comes: one that has a slot, or gets it now, falls silent then
 * (milliseconds since the epoch); null = none waits. Pure.
 */
export function joinsDueAt(record: AppDelivery, input: JoiningInput): number | null {
  const { able, waiting, underWay } = queueOf(record, input);
  if (waiting.length === 0) return null;
  const { listening } = input;
  // What is silent already takes no slot any more once it is published.
  const silences = [...underWay, ...able.slice(0, able.length - waiting.length)].map((unit) =>
    unit.report === null || isSilent(unit, listening)
      ? listening.now + listening.heartbeatMs
      : heardUntil(unit.report, listening) + 1,
  );
  return silences.length === 0 ? null : Math.min(...silences);
}

interface Queue {
  /** What cannot be given it now (its cluster has not joined, something holds it): it takes no slot of those that can. */
  readonly stuck: readonly DeliveryUnit[];
  readonly able: readonly DeliveryUnit[];
  /** The last of those that can, for which there is no slot. */
  readonly waiting: readonly DeliveryUnit[];
  readonly underWay: readonly DeliveryUnit[];
}

const noQueue: Queue = { stuck: [], able: [], waiting: [], underWay: [] };

function queueOf({ stable, last }: AppDelivery, { units, program, listening }: JoiningInput): Queue {
  const fresh = units.filter(({ published }) => published === null);
  if (stable === null || fresh.length === 0) return noQueue;
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
  const underWay = units.filter(isUnderWay);
  const free = Math.max(0, concurrencyOf(limits[0], units.length) - underWay.length);
  const isStuck = ({ hold, joinedAt }: DeliveryUnit): boolean => hold !== null || joinedAt === Infinity;
  const able = fresh.filter((unit) => !isStuck(unit));
  return { stuck: fresh.filter(isStuck), able, waiting: able.slice(free), underWay };
}
