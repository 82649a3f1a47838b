import type { StepDecision, StepInput } from '../workflow/step.ts';
import type { Admission, AppDelivery, Delivery, SentBack, StepRecord, WaveRecord } from '../model/delivery.ts';
import { deliveryName } from '../model/delivery.ts';
import { beginning } from './begin.ts';
import { endedProgress, runningProgress } from './describe.ts';
import { goingBack } from './going-back.ts';
import type { Program, ProgramStep } from '../workflow/program.ts';
import type { DeliveryProgress, WaveProgress } from './progress.ts';
import { advanceSteps, resultOf, type StepResult, type StepsInput } from './steps.ts';
import type { DeliveryUnit, Listening } from './unit.ts';
import { wantedOf, type Wanted } from './wanted.ts';
import type { StandingUnit, WavesInput } from './standing.ts';
import { advanceWaves, type WavesOutcome } from './waves.ts';

/** What documents say about a delivery beside their program: annotations of the document. */
export interface DeliveryWords {
  /** `sluice.dev/paused` */
  readonly paused: boolean;
  /** `sluice.dev/approved`, as it is written: `web#17[/STEP[/WAVE]]`. */
  readonly approved: string;
}

/** What advancing the delivery of one application reads. */
export interface ApplicationInput {
  readonly program: Program;
  readonly application: StepInput['application'];
  /** The revision that the documents say now. */
  readonly content: string;
  readonly record: AppDelivery | undefined;
  readonly units: readonly DeliveryUnit[];
  readonly words: DeliveryWords;
  readonly localCluster: string | null;
  readonly listening: Listening;
  /** Why nothing may start in the whole fleet; null = it may. */
  readonly frozen: string | null;
  readonly window: WavesInput['window'];
  readonly condition: StepsInput['condition'];
}

/** What becomes of the delivery of one application. */
export interface ApplicationOutcome {
  /** The very same where nothing changed; undefined = there is none. */
  readonly record: AppDelivery | undefined;
  /** What each unit is to have, by key; a unit that is not in it has what the documents say. */
  readonly wanted: ReadonlyMap<string, Wanted>;
  readonly progress: DeliveryProgress | null;
  /** The next moment at which it must be looked at, whatever happens; null = with the next change. */
  readonly due: number | null;
}

/** Advances the delivery of one application. Level-based: the same input gives the same answer, and no more when it is asked twice. Pure. */
export function advanceApplication(input: ApplicationInput): ApplicationOutcome {
  const record = beginning(input);
  if (record === undefined) return { record: undefined, wanted: new Map(), progress: null, due: null };
  if (record.last.phase !== 'running') {
    return { record, wanted: wantedOf(record, input.units), progress: endedProgress(record, input), due: null };
  }
  return advanceRunning(input, record);
}

function advanceRunning(input: ApplicationInput, record: AppDelivery): ApplicationOutcome {
  const { listening, units } = input;
  const name = deliveryName(record);
  const stopped = stoppedBy(input, record);
  const outcomes: WavesOutcome[] = [];
  const now = new Date(listening.now).toISOString();
  const run = (step: ProgramStep, at: StepRecord): StepResult => {
    const [result, outcome] = runStep(input, record, { step, at, name, stopped });
    if (outcome !== null) outcomes.push(outcome);
    return result;
  };
  const { condition, program } = input;
  const steps = advanceSteps({ program, records: record.last.steps, now, stopped, run, condition });
  const standing = outcomes.flatMap((outcome) => outcome.units);
  const facts: Passed = { now, outcomes, standing, steps: steps.records, ended: steps.ended };
  const next = ending(after(input, record, facts), facts);
  const isOver = outcomes.some((outcome) => outcome.isOver);
  const progress =
    next.last.phase === 'running'
      ? runningProgress(next, { standing, steps: steps.progress, stopped, isOver })
      : endedProgress(next, input);
  const moments = [...steps.due, ...outcomes.flatMap(({ due }) => due)].filter((at) => at > listening.now);
  const due = next.last.phase === 'running' && moments.length > 0 ? Math.min(...moments) : null;
  return { record: next, wanted: wantedOf(next, units), progress, due };
}

function stoppedBy({ words, frozen }: ApplicationInput, { last }: AppDelivery): string | null {
  if (frozen !== null) return frozen;
  if (words.paused) return 'it is paused by its annotation sluice.dev/paused';
  const pause = last.decisions.findLast(({ verdict }) => verdict === 'pause' || verdict === 'resume');
  return pause?.verdict === 'pause'
    ? `it was paused by ${pause.by}${pause.reason === '' ? '' : `: ${pause.reason}`}`
    : null;
}

interface StepNow {
  readonly step: ProgramStep;
  readonly at: StepRecord;
  readonly name: string;
  readonly stopped: string | null;
}

function runStep(
  input: ApplicationInput,
  record: AppDelivery,
  { step, at, name, stopped }: StepNow,
): readonly [StepResult, WavesOutcome | null] {
  const outcome = step.type.run(step.use, stepInput(input, record, { step, at, name }));
  if (step.wants.length === 0) return [resultOf(outcome), null];
  if (outcome.phase === 'suspending' || outcome.phase === 'failed') return [resultOf(outcome), null];
  const waves = advanceWaves({
    app: record.app,
    name,
    step,
    parallelism: step.wants.find(({ parallelism }) => parallelism !== null)?.parallelism ?? null,
    delivery: record.last,
    units: unitsOf(step, input.units, input.localCluster),
    listening: input.listening,
    stopped,
    approved: approvedIn(input.words, name),
    window: input.window,
  });
  const phase = waves.passed ? ('succeeded' as const) : ('running' as const);
  return [{ phase, message: doneWords(waves.progress), waves: waves.progress, due: waves.due }, waves];
}

function doneWords(waves: readonly WaveProgress[]): string {
  const sum = (of: 'done' | 'total') => waves.reduce((all, wave) => all + wave[of], 0);
  return `${sum('done')} of ${sum('total')} clusters are done`;
}

/** The units that a step delivers to. */
export function unitsOf(
  { wants }: Pick<ProgramStep, 'wants'>,
  units: readonly DeliveryUnit[],
  localCluster: string | null,
): readonly DeliveryUnit[] {
  return units.filter(({ cluster, labels, target }) =>
    wants.some(
      ({ scope }) =>
        scope.has({ name: cluster, labels, isLocal: cluster === localCluster }) && scope.namespace === target,
    ),
  );
}

function approvedIn({ approved }: DeliveryWords, name: string): readonly string[] {
  const names = approved.split(/[\s,]+/).filter((word) => word === name || word.startsWith(`${name}/`));
  return names.map((word) => word.slice(name.length + 1));
}

function stepInput(
  { application, listening, words }: ApplicationInput,
  { last }: AppDelivery,
  { step, at, name }: Pick<StepNow, 'step' | 'at' | 'name'>,
): StepInput {
  const now = new Date(listening.now).toISOString();
  const own = last.decisions
    .filter(({ on }) => on === step.name)
    .map(({ verdict, by, at: when, reason }): StepDecision => ({ verdict, by, at: when, reason }));
  const inGit: readonly StepDecision[] = approvedIn(words, name).some((word) => word === '' || word === step.name)
    ? [{ verdict: 'approve', by: 'the documents', at: now, reason: '' }]
    : [];
  return {
    application,
    phase: at.phase,
    startedAt: at.startedAt,
    now,
    inputs: {},
    wants: step.wants,
    decisions: [...own, ...inGit],
    effects: new Map(),
  };
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
  const given = new Set(admissions.flatMap((one) => one.units));
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
    return { ...record, last: { ...last, phase: 'failed', reason: 'a step failed', endedAt: now } };
  // What only a running delivery needs is dropped; what went back stays as it is until a person or new content says otherwise.
  const kept = Object.fromEntries(Object.entries(last.base).filter(([key]) => key in last.back));
  const done: Delivery = { ...last, phase: 'succeeded', endedAt: now, admitted: [], base: kept };
  return { ...record, stable: last.content, previous: record.stable, last: done };
}

function sameRecords<T>(a: Readonly<Record<string, T>>, b: Readonly<Record<string, T>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
