import type { StepType } from '../step.ts';

/** Every step that a workflow may have. */
export const steps: readonly StepType[] = [];
