import type { StepInput, StepOutcome, StepPhase } from './step.ts';

/** A moment of a step that has nothing beside its phase. */
export function moment(phase: StepPhase, message: string, more: Partial<StepOutcome> = {}): StepOutcome {
  return { phase, message, wants: [], holds: [], effects: [], outputs: {}, askAt: null, ...more };
}

/** A moment of a step that delivers: its waves say how far it is, and end it. */
export function delivering({ wants }: Pick<StepInput, 'wants'>): StepOutcome {
  return moment('running', '', { wants });
}

/** The last verdict of people on a step that waits for them. */
export function verdictOf({ decisions }: Pick<StepInput, 'decisions'>): 'approve' | 'refuse' | null {
  const last = decisions.findLast(({ verdict }) => verdict === 'approve' || verdict === 'refuse');
  return last === undefined ? null : (last.verdict as 'approve' | 'refuse');
}
