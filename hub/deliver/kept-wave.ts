import type { Delivery } from '../model/delivery.ts';
import { givenTo, leftOut, type StandingUnit, type WavesInput } from './standing.ts';
import { areSame, changedAt } from './kept-list.ts';
import { frameOf, standingNow, type Frame } from './kept-standing.ts';
import type { Wave } from './members.ts';
import { heardUntil, type DeliveryUnit } from './unit.ts';

/** Where the units of a wave stand. */
export interface WaveStanding {
  readonly units: readonly StandingUnit[];
  /** When the first of those whose turn has not come falls silent if it says nothing more (milliseconds since the epoch). */
  readonly silentAt: number;
}

/** The same, with what it was made from. */
export interface KeptWave extends WaveStanding {
  readonly from: readonly unknown[];
  readonly of: readonly DeliveryUnit[];
  readonly admitted: Delivery['admitted'];
  /** From when until when nothing of it changes by time alone. */
  readonly at: number;
  readonly until: number;
  /** By position: when it falls silent whose turn has not come. */
  readonly silence: Float64Array;
}

/**
 * Where the units of a wave stand, judged anew where something of them is another value, or time alone may have changed it: the very same
 * list where nothing did.
 */
export function standingInWave(
  waves: Map<string, KeptWave>,
  input: Omit<WavesInput, 'waves'>,
  wave: Wave,
): WaveStanding {
  const { delivery, given, listening } = input;
  const frame = waveFrame(input, wave);
  const skipped = leftOut(delivery);
  const of = skipped.size === 0 ? wave.units : wave.units.filter(({ cluster }) => !skipped.has(cluster));
  const from = [frame, delivery.back, given];
  const before = waves.get(wave.key);
  const isOfNow = before !== undefined && before.at <= listening.now && listening.now < before.until;
  // What components are given one after the other is another value with each pass.
  const changed =
    isOfNow && areSame(before.from, from) ? changedWith(before, { of, admitted: delivery.admitted }) : null;
  const judge = (unit: DeliveryUnit): Judged => judged(input, frame, unit);
  const now = changed === null || before === undefined ? all(of, judge) : some(before, { changed, of, judge });
  waves.set(wave.key, { from, of, admitted: delivery.admitted, at: listening.now, ...now });
  return now;
}

/** The positions of the units that are other values, or were given the content since; null = that may be any. */
function changedWith(
  before: Pick<KeptWave, 'of' | 'admitted'>,
  { of, admitted }: Pick<KeptWave, 'of' | 'admitted'>,
): readonly number[] | null {
  const changed = changedAt(before.of, of);
  if (changed === null || before.admitted === admitted) return changed;
  // What is given to some of ten thousand clusters is added at the end.
  const isAdded = before.admitted.every((one, index) => one === admitted[index]);
  if (!isAdded) return null;
  const given = new Set(admitted.slice(before.admitted.length).flatMap(({ units }) => units));
  const others = new Set(changed);
  for (const [index, { key }] of of.entries()) if (given.has(key)) others.add(index);
  return [...others];
}

interface Judged {
  readonly standing: StandingUnit;
  readonly until: number;
  readonly silentAt: number;
}

type Found = Pick<KeptWave, 'units' | 'until' | 'silence' | 'silentAt'>;

function all(of: readonly DeliveryUnit[], judge: (unit: DeliveryUnit) => Judged): Found {
  const silence = new Float64Array(of.length);
  let until = Infinity;
  const units = of.map((unit, at) => {
    const one = judge(unit);
    until = Math.min(until, one.until);
    silence[at] = one.silentAt;
    return one.standing;
  });
  return { units, until, silence, silentAt: firstOf(silence) };
}

interface Patch {
  readonly changed: readonly number[];
  readonly of: readonly DeliveryUnit[];
  readonly judge: (unit: DeliveryUnit) => Judged;
}

function some(before: KeptWave, { changed, of, judge }: Patch): Found {
  if (changed.length === 0) return before;
  const [units, silence] = [[...before.units], before.silence.slice()];
  let { until } = before;
  for (const at of changed) {
    const one = judge(of[at] as DeliveryUnit);
    until = Math.min(until, one.until);
    silence[at] = one.silentAt;
    units[at] = one.standing;
  }
  return { units, until, silence, silentAt: firstOf(silence) };
}

function firstOf(moments: Float64Array): number {
  let first = Infinity;
  for (const at of moments) if (at < first) first = at;
  return first;
}

function judged(input: Omit<WavesInput, 'waves'>, frame: Frame, unit: DeliveryUnit): Judged {
  const { delivery, listening } = input;
  const { admission: given, part } = givenTo(unit, input);
  const one = standingNow({ unit, frame, given, part, back: delivery.back[unit.key] ?? null }, listening.now);
  const { reports, report } = unit;
  const isHeard = one.standing.standing.state === 'waiting' && reports && report !== null;
  // Then it is away, and nothing else would say so.
  return { ...one, silentAt: isHeard ? heardUntil(report, listening) + 1 : Infinity };
}

function waveFrame({ app, delivery, listening, goal = null }: Omit<WavesInput, 'waves'>, wave: Wave): Frame {
  const record = delivery.waves[wave.key];
  const { soakMs, deadlineMs, onFailure } = wave.settings;
  return frameOf(app, {
    wave: wave.key,
    waveSize: wave.units.length,
    begunAt: record === undefined ? Infinity : Date.parse(record.startedAt),
    wasDone: record?.doneAt !== undefined,
    number: delivery.number,
    content: delivery.content,
    goal,
    ...{ soakMs, deadlineMs, onFailure },
    since: listening.since,
    heartbeatMs: listening.heartbeatMs,
  });
}
