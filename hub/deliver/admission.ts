import type { Admission, Delivery } from '../model/delivery.ts';
import type { Wave } from './members.ts';
import { concurrencyOf, type WaveSettings } from './numbers.ts';
import { isWell, type DeliveryUnit, type Listening } from './unit.ts';
import { byState, inFlightOf, type StandingUnit } from './standing.ts';

/** What choosing the next units of a wave reads. */
export interface AdmissionInput {
  readonly parallelism: number | null;
  readonly wave: Pick<Wave, 'key' | 'units' | 'settings'>;
  readonly units: readonly StandingUnit[];
  /** Those of the other waves of its step: a pair may be in two of them. */
  readonly others: readonly (readonly StandingUnit[])[];
  /** What those are given in this pass. */
  readonly giving: readonly Pick<Admission, 'units'>[];
  readonly delivery: Pick<Delivery, 'admitted' | 'content'>;
  readonly listening: Listening;
}

/** The units that are given the content now, and when there may be more; `unhealthy` are those that were not healthy before. */
export interface Admissible {
  readonly units: readonly string[];
  readonly unhealthy: readonly string[];
  readonly askAt: readonly number[];
  /** Why none is given it although there is room, and none will be by itself; empty = that is not so. */
  readonly waits: string;
}

/** Nothing is given to any unit. */
export const noneAdmissible: Admissible = { units: [], unhealthy: [], askAt: [], waits: '' };

/** Slots that a few finished clusters free are filled together: at the latest after this long. */
const groupMs = 10_000;

/** Chooses the units of a wave that are given the content next: as many as slots are free, those that are not healthy last. Pure. */
export function admissible(input: AdmissionInput): Admissible {
  const { parallelism, wave, units, listening } = input;
  const { waiting } = byState(units);
  if (waiting.length === 0) return noneAdmissible;
  const slots = parallelism ?? concurrencyOf(wave.settings.maxConcurrent, wave.units.length);
  const free = slots - inFlightOf(units).length;
  const last = lastAdmission(input);
  const isGroup = free >= Math.min(Math.ceil(slots / 10), waiting.length);
  if (free <= 0) return noneAdmissible;
  if (!isGroup && listening.now < last + groupMs) return { ...noneAdmissible, askAt: [last + groupMs] };
  const [well, poor] = [
    waiting.filter(({ unit }) => !isUnhealthy(unit, input.delivery)),
    waiting.filter(({ unit }) => isUnhealthy(unit, input.delivery)),
  ];
  const { flying, broken } = besides(input);
  const chosen = spread(wave.settings.spread, [...well, ...poor], { busy: [...flying, ...broken], free });
  if (chosen.length === 0 && flying.length === 0) return { ...noneAdmissible, waits: besideWords(broken) };
  return {
    units: chosen.map(({ unit }) => unit.key),
    unhealthy: chosen.filter(({ unit }) => isUnhealthy(unit, input.delivery)).map(({ unit }) => unit.key),
    askAt: [],
    waits: '',
  };
}

/** What nothing is to be given beside, where a spread says so: what is in flight, and what is broken. */
function besides(input: AdmissionInput): Readonly<Record<'flying' | 'broken', readonly StandingUnit[]>> {
  if (input.wave.settings.spread === undefined) return { flying: [], broken: [] };
  const all = [input.units, ...input.others];
  const given = new Set(input.giving.flatMap(({ units }) => units));
  const beginning = given.size === 0 ? [] : input.others.flat().filter(({ unit }) => given.has(unit.key));
  return {
    flying: [...all.flatMap(inFlightOf), ...beginning],
    broken: all.flatMap((units) => byState(units).failed.filter((one) => isBroken(one, input.delivery))),
  };
}

/** True for what failed, until it has what it had before, and that well: until then what is beside it must not fail, too. */
function isBroken({ unit }: StandingUnit, { content }: AdmissionInput['delivery']): boolean {
  const { published, report } = unit;
  const isBack = published !== null && published.content !== content && report?.applied === published.digest;
  return !(isBack && isWell(report));
}

function besideWords(broken: readonly StandingUnit[]): string {
  return `${broken.map(({ unit }) => unit.key).join(', ')}, which failed: its spread gives nothing to what is beside`;
}

function lastAdmission({ delivery, wave }: AdmissionInput): number {
  return Math.max(
    -Infinity,
    ...delivery.admitted.filter((one) => one.wave === wave.key).map(({ at }) => Date.parse(at)),
  );
}

/**
 * True for a unit that something runs on and that does not run well: it says nothing of what it is given. What this delivery gave it
 * before a retry is what it is judged by.
 */
export function isUnhealthy(
  { published, report }: Pick<DeliveryUnit, 'published' | 'report'>,
  { content }: Pick<Delivery, 'content'>,
): boolean {
  if (published === null || published.content === content) return false;
  return report !== null && report.health !== null && report.health !== 'Healthy';
}

function spread(
  rule: WaveSettings['spread'],
  candidates: readonly StandingUnit[],
  { busy, free }: { readonly busy: readonly StandingUnit[]; readonly free: number },
): readonly StandingUnit[] {
  if (rule === undefined) return candidates.slice(0, free);
  const counts = new Map<string, number>();
  const valueOf = ({ unit }: StandingUnit) => unit.labels[rule.label];
  const take = (one: StandingUnit): void => {
    const value = valueOf(one);
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  };
  busy.forEach(take);
  const chosen: StandingUnit[] = [];
  for (const one of candidates) {
    if (chosen.length >= free) break;
    const value = valueOf(one);
    if (value !== undefined && (counts.get(value) ?? 0) >= (rule.max ?? 1)) continue;
    take(one);
    chosen.push(one);
  }
  return chosen;
}
