import type { StepRecord } from '../model/delivery.ts';
import type { ProgramStep } from '../workflow/program.ts';
import type { StepPhase } from '../workflow/step.ts';

/** What conditions read of a step as `status.NAME`, as in KubeVela. */
export interface StepStatus {
  readonly phase: StepPhase;
  readonly message: string;
  readonly reason: string;
  readonly failed: boolean;
  readonly succeeded: boolean;
  readonly skipped: boolean;
  readonly timeout: boolean;
  readonly failedAfterRetries: boolean;
  readonly terminate: boolean;
}

/** What is known of all steps of a program when one of them is asked. */
export interface StepsKnown {
  /** By name. */
  readonly status: Readonly<Record<string, StepStatus>>;
  /** Of steps that ended well, by the names of their outputs. */
  readonly outputs: ReadonlyMap<string, unknown>;
}

/** Whether a condition holds; null = it cannot be told yet; a fault says why it never can, in words. */
export type ConditionAnswer = boolean | null | { readonly fault: string };

/** The status of a step; null = it has not begun. */
export function statusOf(record: StepRecord | null, message: string): StepStatus {
  const { phase = 'pending', isLate = false } = record ?? {};
  const failed = phase === 'failed';
  return {
    phase,
    message,
    reason: isLate ? 'Timeout' : failed ? 'Action' : phase === 'skipped' ? 'Skip' : '',
    failed,
    succeeded: phase === 'succeeded',
    skipped: phase === 'skipped',
    timeout: isLate,
    failedAfterRetries: failed && !isLate,
    terminate: failed,
  };
}

/** What is kept of a step that has ended, because it is not asked again. */
export type EndedFacts = Pick<StepRecord, 'message' | 'isLate' | 'outputs'>;

/** What is kept of a step: what it said, where it failed or delivers nothing, and what others take of it. */
export function endedFacts(
  { wants }: Pick<ProgramStep, 'wants'>,
  outputs: Readonly<Record<string, unknown>>,
  { phase, message, isLate }: { readonly phase: StepPhase; readonly message: string; readonly isLate: boolean },
): EndedFacts {
  const isKept = message !== '' && (phase === 'failed' || wants.length === 0);
  return {
    ...(isKept && { message }),
    ...(isLate && { isLate }),
    ...(phase === 'succeeded' && Object.keys(outputs).length > 0 && { outputs }),
  };
}
