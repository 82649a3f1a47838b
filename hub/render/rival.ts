import type { CueEvaluator } from '../cue/engine.ts';
import type { RenderFault, Rival } from '../model/fault.ts';
import { factsAt, factsOf, type Facts } from './facts.ts';
import { propertyPath, type Step, type StepFault } from './step.ts';

/** Faults of a step, those of conflicts with the place where another template gives the other value. */
export async function withRivals(
  cue: CueEvaluator,
  faults: readonly StepFault[],
  signal: AbortSignal,
): Promise<readonly RenderFault[]> {
  const told: RenderFault[] = [];
  for (const { other, ...fault } of faults) {
    told.push(other === undefined ? fault : { ...fault, rival: await rivalOf(cue, other, signal) });
  }
  return told;
}

/** Where a value stands that a template gave. Of a workload that is asked for only now: it would make every answer larger. */
async function rivalOf(
  cue: CueEvaluator,
  { giver, at }: NonNullable<StepFault['other']>,
  signal: AbortSignal,
): Promise<Rival> {
  const { step, member } = giver;
  const facts = factsAt(member === 'patch' ? giver.facts : await placesOf(cue, step, signal), at);
  const property = propertyPath(step, facts?.property);
  return {
    ...(facts?.place !== undefined && { template: { definition: step.definition, at: facts.place } }),
    ...(property !== null && { property }),
  };
}

async function placesOf(cue: CueEvaluator, { program }: Step, signal: AbortSignal): Promise<Facts | undefined> {
  const [outcome] = await cue.evaluate([{ ...program, asks: 'places' }], signal);
  return outcome?.ok === true ? factsAt(factsOf(outcome.facts), ['output']) : undefined;
}
