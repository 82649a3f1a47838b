import type { StepInput, StepOutcome, StepPhase } from './step.ts';

/** A moment of a step that has nothing beside its phase. */
export function moment(phase: StepPhase, message: string, more: Partial<StepOutcome> = {}): StepOutcome {
  return { phase, message, wants: [], holds: [], effects: [], outputs: {}, askAt: null, ...more };
}

/** A moment of a step that delivers: over when every cluster that may take it is done, failed as soon as one is. */
export function delivering({ wants, units }: Pick<StepInput, 'wants' | 'units'>): StepOutcome {
  const failed = units.find(({ state }) => state === 'failed');
  if (failed !== undefined) return moment('failed', `${failed.cluster}: ${failed.reason}`, { wants });
  const done = units.filter(({ state }) => state === 'done').length;
  const counted = units.filter(({ state }) => state !== 'absent' && state !== 'held').length;
  const isOver = done > 0 && done === counted;
  return moment(isOver ? 'succeeded' : 'running', `${done} of ${units.length} clusters are done`, { wants });
}

/** The last verdict of people on a step that waits for them. */
export function verdictOf({ decisions }: Pick<StepInput, 'decisions'>): 'approve' | 'refuse' | null {
  const last = decisions.findLast(({ verdict }) => verdict === 'approve' || verdict === 'refuse');
  return last === undefined ? null : (last.verdict as 'approve' | 'refuse');
}
