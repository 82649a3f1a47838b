import type { Admission, AppDelivery, Delivery, SentBack, StepRecord, WaveRecord } from '../model/delivery.ts';
import { goingBack } from './going-back.ts';
import { admissionsOf, type StandingUnit } from './standing.ts';
import type { DeliveryUnit } from './unit.ts';
import type { WavesOutcome } from './waves.ts';

/** What one pass found out of a running delivery. */
export interface Passed {
  readonly now: string;
  readonly outcomes: readonly WavesOutcome[];
  readonly standing: readonly StandingUnit[];
  readonly steps: Readonly<Record<string, StepRecord>>;
  readonly ended: 'succeeded' | 'failed' | null;
  /** Why steps take all of it back. */
  readonly back?: readonly string[];
}

/** The record with what was admitted, what goes back, and where steps and waves stand. */
export function afterPass(units: readonly DeliveryUnit[], record: AppDelivery, passed: Passed): AppDelivery {
  const { last } = record;
  const waves = Object.fromEntries(
    [last.waves, ...passed.outcomes.map((one) => one.waves)].flatMap((one): [string, WaveRecord][] =>
      Object.entries(one),
    ),
  );
  const isOver = passed.outcomes.some((one) => one.isOver);
  const admissions = admissionsIn(last, passed.outcomes, isOver);
  const ownBack = goingBack({ delivery: last, standing: passed.standing, isOver, now: passed.now });
  const back = { ...ownBack, all: passed.back?.[0] ?? ownBack.all };
  const isSame =
    admissions.length === 0 &&
    back.units === last.back &&
    sameRecords(waves, last.waves) &&
    sameRecords(passed.steps, last.steps);
  if (isSame && back.all === null) return record;
  const isGiven = new Set(admissions.flatMap(({ units: own }) => own));
  const next: Delivery = {
    ...last,
    steps: sameRecords(passed.steps, last.steps) ? last.steps : passed.steps,
    waves: sameRecords(waves, last.waves) ? last.waves : waves,
    admitted: admissions.length === 0 ? last.admitted : [...last.admitted, ...admissions],
    base: withBase(record, units, admissions),
    back: withoutGiven(back.units, isGiven),
  };
  return {
    ...record,
    last:
      back.all === null
        ? next
        : { ...next, phase: 'rolled-back', reason: back.all, endedAt: passed.now, isClosing: true },
  };
}

/** What was given the content before begins again with a higher attempt: its agent does nothing again for the same one. */
function admissionsIn(last: Delivery, outcomes: Passed['outcomes'], isOver: boolean): readonly Admission[] {
  // Nothing new starts in any step: what is in flight in the others is withdrawn, too, and would be given again with each pass.
  if (isOver) return [];
  const before = admissionsOf(last);
  const all = outcomes.flatMap(({ admissions }) => admissions);
  return all.map((one) => {
    // Each step that delivers a part gives it for the first time.
    const again = one.units.flatMap((unit) => before.get(unit) ?? []).filter(({ wave }) => wave === one.wave);
    const attempts = again.map(({ attempt: earlier = 1 }) => earlier + 1);
    const attempt = Math.max(last.attempt, ...attempts);
    return attempt === 1 ? one : { ...one, attempt };
  });
}

function withoutGiven(back: Delivery['back'], given: ReadonlySet<string>): Delivery['back'] {
  if (!Object.keys(back).some((key) => given.has(key))) return back;
  return Object.fromEntries(Object.entries(back).filter(([key]: [string, SentBack]) => !given.has(key)));
}

/** What the units had that are given the content now, where that is not the stable one; the first time counts. */
function withBase(
  { stable, last }: AppDelivery,
  units: readonly DeliveryUnit[],
  admissions: readonly Admission[],
): Delivery['base'] {
  const before = admissionsOf(last);
  const given = new Set(admissions.flatMap((one) => one.units.filter((unit) => !before.has(unit))));
  const found = units.flatMap(({ key, published }): readonly (readonly [string, string | null])[] => {
    const had = published?.content ?? null;
    // After a retry it has what this very delivery gave it.
    const isAgain = last.attempt > 1 && had === last.content;
    return !given.has(key) || key in last.base || had === stable || isAgain ? [] : [[key, had]];
  });
  return found.length === 0 ? last.base : { ...last.base, ...Object.fromEntries(found) };
}

/** The record of a delivery whose steps have all ended. */
export function ending(record: AppDelivery, { ended, now }: Passed): AppDelivery {
  const { last } = record;
  if (ended === null || last.phase !== 'running') return record;
  if (ended === 'failed')
    return { ...record, last: { ...last, phase: 'failed', reason: failedWords(last), endedAt: now } };
  // What only a running delivery needs is dropped; what went back stays as it is until a person or new content says otherwise, and
  // what had nothing has all of what comes where a person goes back later.
  const kept = Object.fromEntries(Object.entries(last.base).filter(([key, had]) => key in last.back || had === null));
  const done: Delivery = { ...last, phase: 'succeeded', endedAt: now, admitted: [], base: kept };
  // After a retry of what had ended well, it is the stable content already.
  const previous = record.stable === last.content ? record.previous : record.stable;
  return { ...record, stable: last.content, previous, last: done };
}

function failedWords({ steps }: Delivery): string {
  const [name, { message = '' }] = Object.entries(steps).find(([, { phase }]) => phase === 'failed') ?? ['', {}];
  return name === '' ? 'a step failed' : `step ${name} failed${message === '' ? '' : `: ${message}`}`;
}

function sameRecords<T>(a: Readonly<Record<string, T>>, b: Readonly<Record<string, T>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
