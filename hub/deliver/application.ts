import type { Effect } from '../model/effect.ts';
import type { JsonMap } from '../model/json-map.ts';
import type { Admission, AppDelivery, Delivery, SentBack, StepRecord, WaveRecord } from '../model/delivery.ts';
import { deliveryName } from '../model/delivery.ts';
import { beginning } from './begin.ts';
import { endedProgress, runningProgress } from './describe.ts';
import { goingBack } from './going-back.ts';
import type { ProgramStep } from '../workflow/program.ts';
import type { DeliveryProgress } from './progress.ts';
import type { ApplicationInput } from './input.ts';
import { runStep } from './run-step.ts';
import { conditionOf } from './step-run.ts';
import type { StepsKnown } from './step-status.ts';
import { objectsAfter } from './step-objects.ts';
import { advanceSteps, type StepResult } from './steps.ts';
import type { DeliveryUnit } from './unit.ts';
import { wantedOf, type Wanted } from './wanted.ts';
import { givenParts } from './parts.ts';
import { admissionsOf, type StandingUnit } from './standing.ts';
import type { WavesOutcome } from './waves.ts';

/** What becomes of the delivery of one application. */
export interface ApplicationOutcome {
  /** The very same where nothing changed; undefined = there is none. */
  readonly record: AppDelivery | undefined;
  /** What each unit is to have, by key; a unit that is not in it has what the documents say. */
  readonly wanted: ReadonlyMap<string, Wanted>;
  readonly progress: DeliveryProgress | null;
  /** What is to be done outside of clusters, once this is stored. */
  readonly effects: readonly Effect[];
  /** The next moment at which it must be looked at, whatever happens; null = with the next change. */
  readonly due: number | null;
}

/** Advances the delivery of one application. Level-based: the same input gives the same answer, and no more when it is asked twice. Pure. */
export function advanceApplication(input: ApplicationInput): ApplicationOutcome {
  const record = beginning(input);
  if (record === undefined) return { record: undefined, wanted: new Map(), progress: null, effects: [], due: null };
  if (record.last.phase !== 'running') {
    const progress = endedProgress(record, input);
    const wanted = wantedOf(record, input.units, givenParts(input.program, record));
    return { record, wanted, progress, effects: [], due: null };
  }
  return advanceRunning(input, record);
}

function advanceRunning(input: ApplicationInput, record: AppDelivery): ApplicationOutcome {
  const { listening, units } = input;
  const name = deliveryName(record);
  const stopped = stoppedBy(input, record);
  const outcomes: WavesOutcome[] = [];
  const brought = new Map<string, readonly JsonMap[]>();
  const now = new Date(listening.now).toISOString();
  const run = (step: ProgramStep, at: StepRecord, known: StepsKnown): StepResult => {
    const { result, waves, objects } = runStep(input, record, { step, at, known, name, stopped });
    if (waves !== null) outcomes.push(waves);
    if (objects !== undefined) brought.set(step.name, objects);
    return result;
  };
  const { program, application, world } = input;
  const condition = (step: ProgramStep, known: StepsKnown) =>
    conditionOf({ application, record, step, known, ask: world.ask });
  const steps = advanceSteps({ program, records: record.last.steps, now, stopped, run, condition });
  const standing = outcomes.flatMap((outcome) => outcome.units);
  const facts: Passed = { now, outcomes, standing, steps: steps.records, ended: steps.ended };
  const next = objectsAfter(ending(after(input, record, facts), facts), program, brought);
  const isOver = outcomes.some((outcome) => outcome.isOver);
  const progress =
    next.last.phase === 'running'
      ? runningProgress(next, { standing, steps: steps.progress, stopped, isOver })
      : endedProgress(next, input);
  const moments = [...steps.due, ...outcomes.flatMap(({ due }) => due)].filter((at) => at > listening.now);
  const isRunning = next.last.phase === 'running';
  const due = isRunning && moments.length > 0 ? Math.min(...moments) : null;
  const wanted = wantedOf(next, units, givenParts(program, next));
  return { record: next, wanted, progress, effects: isRunning ? steps.effects : [], due };
}

function stoppedBy({ words, frozen }: ApplicationInput, { last }: AppDelivery): string | null {
  if (frozen !== null) return frozen;
  if (words.paused) return 'it is paused by its annotation sluice.dev/paused';
  const pause = last.decisions.findLast(({ verdict }) => verdict === 'pause' || verdict === 'resume');
  return pause?.verdict === 'pause'
    ? `it was paused by ${pause.by}${pause.reason === '' ? '' : `: ${pause.reason}`}`
    : null;
}

/** What one pass found out of a running delivery. */
interface Passed {
  readonly now: string;
  readonly outcomes: readonly WavesOutcome[];
  readonly standing: readonly StandingUnit[];
  readonly steps: Readonly<Record<string, StepRecord>>;
  readonly ended: 'succeeded' | 'failed' | null;
}

/** The record with what was admitted, what goes back, and where steps and waves stand. */
function after(input: ApplicationInput, record: AppDelivery, passed: Passed): AppDelivery {
  const { last } = record;
  const waves = Object.fromEntries(
    [last.waves, ...passed.outcomes.map((one) => one.waves)].flatMap((one): [string, WaveRecord][] =>
      Object.entries(one),
    ),
  );
  const admissions = passed.outcomes.flatMap(({ admissions: own }) => own);
  const isOver = passed.outcomes.some((one) => one.isOver);
  const back = goingBack({ ...input, delivery: last, standing: passed.standing, isOver, now: passed.now });
  const isSame =
    admissions.length === 0 &&
    back.units === last.back &&
    sameRecords(waves, last.waves) &&
    sameRecords(passed.steps, last.steps);
  if (isSame && back.all === null) return record;
  const given = new Set(admissions.flatMap(({ units }) => units));
  const next: Delivery = {
    ...last,
    steps: sameRecords(passed.steps, last.steps) ? last.steps : passed.steps,
    waves: sameRecords(waves, last.waves) ? last.waves : waves,
    admitted: admissions.length === 0 ? last.admitted : [...last.admitted, ...admissions],
    base: withBase(record, input.units, admissions),
    back: withoutGiven(back.units, given),
  };
  return {
    ...record,
    last: back.all === null ? next : { ...next, phase: 'rolled-back', reason: back.all, endedAt: passed.now },
  };
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
    return !given.has(key) || key in last.base || had === stable ? [] : [[key, had]];
  });
  return found.length === 0 ? last.base : { ...last.base, ...Object.fromEntries(found) };
}

function ending(record: AppDelivery, { ended, now }: Passed): AppDelivery {
  const { last } = record;
  if (ended === null || last.phase !== 'running') return record;
  if (ended === 'failed')
    return { ...record, last: { ...last, phase: 'failed', reason: failedWords(last), endedAt: now } };
  // What only a running delivery needs is dropped; what went back stays as it is until a person or new content says otherwise.
  const kept = Object.fromEntries(Object.entries(last.base).filter(([key]) => key in last.back));
  const done: Delivery = { ...last, phase: 'succeeded', endedAt: now, admitted: [], base: kept };
  return { ...record, stable: last.content, previous: record.stable, last: done };
}

function failedWords({ steps }: Delivery): string {
  const [name, { message = '' }] = Object.entries(steps).find(([, { phase }]) => phase === 'failed') ?? ['', {}];
  return name === '' ? 'a step failed' : `step ${name} failed${message === '' ? '' : `: ${message}`}`;
}

function sameRecords<T>(a: Readonly<Record<string, T>>, b: Readonly<Record<string, T>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
