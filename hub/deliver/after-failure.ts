import type { StepRecord } from '../model/delivery.ts';
import type { ProgramStep } from '../workflow/program.ts';
import { allSteps, endPhases, hasEnded, recordOf, type StepsFound } from './step-records.ts';

/**
 * What runs because steps failed: while a delivery is halted, only what has a condition and delivers nothing, as if what is halted had failed; once
 * it was taken back or aborted, all that still can, and then it is over.
 */
export type Aftermath = 'halt' | 'end';

/** True for a step that brings components or objects to clusters by itself. */
export function isDelivering({ wants, type }: Pick<ProgramStep, 'wants' | 'type'>): boolean {
  return wants.some(({ components }) => type.decides !== true || components === null || components.length > 0);
}

/** True where a step of a group is one that delivers. */
export function delivers(step: ProgramStep): boolean {
  return allSteps([step]).some((one) => isDelivering(one));
}

/** The records with what is halted as failed: what conditions see of them. */
export function asFailed(found: StepsFound, halted: readonly ProgramStep[]): Record<string, StepRecord> {
  const failed = halted.flatMap((step): readonly (readonly [string, StepRecord])[] => {
    const record = recordOf(found, step);
    return record === null || hasEnded(found, step) ? [] : [[step.name, { ...record, phase: 'failed' }]];
  });
  return { ...found.records, ...Object.fromEntries(failed) };
}

/** Takes over what began because of a failure, with all that is in it. */
export function takeBegun(
  { records }: Pick<StepsFound, 'records'>,
  begun: Readonly<Record<string, StepRecord>>,
  steps: readonly ProgramStep[],
  isInside = false,
): void {
  for (const step of steps) {
    const record = begun[step.name];
    const isTaken = isInside || record?.isAfterFailure === true;
    if (isTaken && record !== undefined) records[step.name] = record;
    takeBegun({ records }, begun, step.steps, isTaken);
  }
}

/** Ends what had begun when the delivery ended: it failed, for that reason. */
export function failBegun(found: StepsFound, reason: string): void {
  for (const step of allSteps(found.program.steps)) {
    const record = recordOf(found, step);
    if (record === null || step.steps.length > 0) continue;
    if (endPhases.has(record.phase) || record.isAfterFailure === true) continue;
    found.records[step.name] = { ...record, phase: 'failed', message: reason, endedAt: found.now };
  }
}
