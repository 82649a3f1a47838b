import type { Delivery } from '../model/delivery.ts';
import type { ProgramStep } from '../workflow/program.ts';
import { hasEnded, recordOf, type StepsFound } from './step-records.ts';

/** True for a step that has brought its content to clusters: they have it. */
export function hasBrought({ admitted }: Pick<Delivery, 'admitted'>, step: string): boolean {
  return admitted.some(({ wave, units }) => units.length > 0 && wave.startsWith(`${step}/`));
}

/** The steps that persons had skipped, with who and why; what has brought its content to clusters meanwhile is not among them. */
export function skippedSteps(last: Pick<Delivery, 'decisions' | 'admitted'>): ReadonlyMap<string, string> {
  const skips = last.decisions.filter(({ verdict }) => verdict === 'skip');
  return new Map(
    skips.flatMap(({ on, by, reason }) => {
      if (on === undefined || hasBrought(last, on)) return [];
      return [[on, `skipped by ${by}${reason === '' ? '' : `: ${reason}`}`] as const];
    }),
  );
}

/** Ends these steps, and those of groups among them, as far as they have not ended: as skipped, with the reason. */
export function skipSteps(
  found: StepsFound,
  steps: readonly ProgramStep[],
  skipped: ReadonlyMap<string, string>,
  ofGroup?: string,
): void {
  for (const step of steps) {
    const message = skipped.get(step.name) ?? ofGroup;
    skipSteps(found, step.steps, skipped, message);
    if (message === undefined || hasEnded(found, step)) continue;
    const startedAt = recordOf(found, step)?.startedAt ?? found.now;
    const { identity } = step;
    found.records[step.name] = { identity, phase: 'skipped', startedAt, endedAt: found.now, message };
  }
}
