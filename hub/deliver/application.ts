import type { Effect } from '../model/effect.ts';
import type { JsonMap } from '../model/json-map.ts';
import type { AppDelivery, StepRecord } from '../model/delivery.ts';
import { deliveryName } from '../model/delivery.ts';
import { withApart } from './apart.ts';
import { beginning, isFinishing, next } from './begin.ts';
import { closing } from './closing.ts';
import { pauseOf } from './decide.ts';
import { endedProgress, runningProgress } from './describe.ts';
import type { ProgramStep } from '../workflow/program.ts';
import type { DeliveryProgress } from './progress.ts';
import type { ApplicationInput, DeliveryWords } from './input.ts';
import { joinsDueAt } from './joining.ts';
import { nothingKept } from './kept-delivery.ts';
import { wantedNow } from './kept-wanted.ts';
import { withReleased } from './released.ts';
import { skippedSteps } from './skipped.ts';
import { runStep } from './run-step.ts';
import { conditionOf } from './step-run.ts';
import type { StepsKnown } from './step-status.ts';
import { objectsAfter } from './step-objects.ts';
import { inOneList } from './standing.ts';
import { advanceSteps, type StepResult } from './steps.ts';
import { overWords } from './wave.ts';
import type { Wanted } from './wanted.ts';
import { givenParts } from './parts.ts';
import { afterPass, ending, type Passed } from './transitions.ts';
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
  const outcome = advanceNow(input);
  const { content, document } = outcome.record?.last ?? {};
  if (content === undefined || document === undefined) return outcome;
  // What the documents say is the way back, not what is to run.
  const earlier = { kind: 'content', content, reason: 'the documents say to go back to it' } as const;
  return { ...outcome, wanted: new Map(input.units.map(({ key }) => [key, outcome.wanted.get(key) ?? earlier])) };
}

function advanceNow(input: ApplicationInput): ApplicationOutcome {
  const record = beginning(input);
  if (record === undefined) return { record: undefined, wanted: new Map(), progress: null, effects: [], due: null };
  // What ran before there was a delivery is nothing to tell of.
  if (record.last.number === 0) return { record, wanted: new Map(), progress: null, effects: [], due: null };
  if (record.last.phase !== 'running') return ended(input, record);
  const outcome = advanceRunning(input, record);
  if (!isFinishing(input, record)) return outcome;
  const { record: after = record, progress } = outcome;
  // Once it has ended, the newest begins; what runs into failures does not end, and the newest may be what mends it.
  const isOpen = after.last.phase === 'running' && progress?.phase !== 'halted';
  return isOpen ? outcome : advanceRunning(input, next(input, after));
}

function ended(input: ApplicationInput, before: AppDelivery): ApplicationOutcome {
  const { record, effects, due } = closing(input, before);
  const progress = endedProgress(record, input);
  const wanted = wantedNow(input.kept ?? nothingKept(), record, input, givenParts(input.program, record));
  return { record, wanted, progress, effects, due: firstOf(record, input, due) };
}

function advanceRunning(input: ApplicationInput, before: AppDelivery): ApplicationOutcome {
  const { listening } = input;
  const now = new Date(listening.now).toISOString();
  const last = withReleased(before.last, { ...input, now });
  const record = last === before.last ? before : { ...before, last };
  const name = deliveryName(record);
  const stopped = stoppedBy(input, record);
  const outcomes: WavesOutcome[] = [];
  const brought = new Map<string, readonly JsonMap[]>();
  const back: string[] = [];
  const run = (step: ProgramStep, at: StepRecord, known: StepsKnown): StepResult => {
    // Above the budget of one step nothing new starts in any other either.
    const isHalted = outcomes.some((outcome) => outcome.isOver);
    const held = stopped ?? (isHalted ? overWords : null);
    const { result, waves, objects } = runStep(input, record, { step, at, known, name, stopped: held });
    if (waves !== null) outcomes.push(waves);
    if (objects !== undefined) brought.set(step.name, objects);
    if (result.back !== undefined) back.push(result.back);
    return result;
  };
  const { program, application, world } = input;
  const condition = (step: ProgramStep, known: StepsKnown) =>
    conditionOf({ application, record, step, known, ask: world.ask });
  const steps = advanceSteps({
    ...{ program, records: record.last.steps, now, stopped, run, condition },
    skipped: skippedSteps(record.last),
  });
  const standing = inOneList(outcomes.map(({ units }) => units));
  const facts: Passed = { now, outcomes, standing, steps: steps.records, ended: steps.ended, back };
  const over = withApart(ending(afterPass(input.units, record, facts), facts), input);
  const advanced = objectsAfter(over, program, brought);
  if (advanced.last.phase !== 'running') return ended(input, advanced);
  const isOver = outcomes.some((outcome) => outcome.isOver);
  const refused = outcomes.find((outcome) => outcome.refused !== null)?.refused ?? null;
  const next = isFinishing(input, advanced) ? input.content : null;
  const progress = runningProgress(advanced, { standing, steps: steps.progress, stopped, isOver, refused, next });
  const due = firstOf(advanced, input, [...steps.due, ...outcomes.flatMap((one) => one.due)]);
  const wanted = wantedNow(input.kept ?? nothingKept(), advanced, input, givenParts(program, advanced));
  return { record: advanced, wanted, progress, effects: steps.effects, due };
}

/** The first moment that is to come of some, and of what waits to join; null = there is none. */
function firstOf(record: AppDelivery, input: ApplicationInput, due: readonly number[]): number | null {
  const all = [...due, joinsDueAt(record, input) ?? -Infinity].filter((at) => at > input.listening.now);
  return all.length === 0 ? null : Math.min(...all);
}

function stoppedBy({ words, frozen }: ApplicationInput, record: AppDelivery): string | null {
  return frozen ?? pausedBy(words, record);
}

/** Who paused a delivery: then steps in clusters go no further, too; null = it is not paused. */
export function pausedBy(words: DeliveryWords, { last }: Pick<AppDelivery, 'last'>): string | null {
  if (words.paused) return 'it is paused by its annotation sluice.dev/paused';
  const pause = pauseOf(last);
  if (pause === null) return null;
  return `it was paused by ${pause.by}${pause.reason === '' ? '' : `: ${pause.reason}`}`;
}
