import type { AppDelivery } from '../model/delivery.ts';
import { deliveryName } from '../model/delivery.ts';
import type { ApplicationInput } from './input.ts';
import { runStep } from './run-step.ts';
import { conditionOf } from './step-run.ts';
import { advanceSteps, type StepsOutcome } from './steps.ts';

/** What steps of a delivery that was taken back or aborted come to. */
export interface Closed extends Pick<StepsOutcome, 'effects'> {
  /** The very same where nothing changed. */
  readonly record: AppDelivery;
  /** Milliseconds since the epoch. */
  readonly due: readonly number[];
}

/** Runs what runs because a delivery was taken back or aborted, until it is over: nothing of it is delivered. Pure. */
export function closing(input: ApplicationInput, record: AppDelivery): Closed {
  const { last } = record;
  if (last.isClosing !== true || last.phase === 'running') return { record, effects: [], due: [] };
  const { program, application, world, listening } = input;
  const now = new Date(listening.now).toISOString();
  const name = deliveryName(record);
  const { reason: closed = '' } = last;
  const outcome = advanceSteps({
    ...{ program, records: last.steps, now, closed, stopped: null },
    run: (step, at, known) =>
      runStep(input, record, { step, at, known, name, stopped: closed, isClosing: true }).result,
    condition: (step, known) => conditionOf({ application, record, step, known, ask: world.ask }),
  });
  const { isClosing, ...rest } = last;
  const next = { ...rest, steps: outcome.records, ...(outcome.ended === null && { isClosing }) };
  const isSame = outcome.ended === null && areSame(outcome.records, last.steps);
  return { record: isSame ? record : { ...record, last: next }, effects: outcome.effects, due: outcome.due };
}

function areSame(a: AppDelivery['last']['steps'], b: AppDelivery['last']['steps']): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
