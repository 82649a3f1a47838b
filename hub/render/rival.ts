import type { CueEvaluator } from '../cue/engine.ts';
import type { RenderFault, TemplateText } from '../model/fault.ts';
import { factsAt, factsOf, type Facts } from './facts.ts';
import type { Step, StepFault } from './step.ts';

/** Faults of a step, those of conflicts with the place where another template gives the other value. */
export async function withRivals(
  cue: CueEvaluator,
  faults: readonly StepFault[],
  signal: AbortSignal,
): Promise<readonly RenderFault[]> {
  const told: RenderFault[] = [];
  for (const { other, ...fault } of faults) {
    const rival = other === undefined ? null : await rivalOf(cue, other, signal);
    told.push(rival === null ? fault : { ...fault, rival });
  }
  return told;
}

/** Where a value stands that a template gave. Of a workload that is asked for only now: it would make every answer larger. */
async function rivalOf(
  cue: CueEvaluator,
  { giver, at }: NonNullable<StepFault['other']>,
  signal: AbortSignal,
): Promise<TemplateText | null> {
  const { step, member } = giver;
  const place = factsAt(member === 'patch' ? giver.facts : await placesOf(cue, step, signal), at)?.place;
  return place === undefined ? null : { definition: step.definition, at: place };
}

async function placesOf(cue: CueEvaluator, { program }: Step, signal: AbortSignal): Promise<Facts | undefined> {
  const [outcome] = await cue.evaluate([{ ...program, asks: 'places' }], signal);
  return outcome?.ok === true ? factsAt(factsOf(outcome.facts), ['output']) : undefined;
}
