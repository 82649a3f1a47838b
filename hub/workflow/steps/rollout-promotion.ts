import { z } from 'zod';
import { durationHint, durationSeconds } from '../../model/duration.ts';
import { everywhere } from '../everywhere.ts';
import { delivering, moment, verdictOf } from '../outcome.ts';
import { defineStep, type StepOutcome } from '../step.ts';

const schema = z.strictObject({
  /** A person says when. */
  manualApproval: z.boolean().optional(),
  /** Refused, or not approved in time: all goes back to what served. */
  rollbackIfNotApproved: z.boolean().optional(),
  /** For how long it waits for a person. */
  timeout: z.string().optional(),
});

/** `rollout-promotion`: all pods and all traffic to the new copy, once that is approved where it is asked for. */
export const rolloutPromotion = defineStep({
  type: 'rollout-promotion',
  about: 'All pods and all traffic to the new copy, once that is approved where it is asked for.',
  schema,
  check: ({ properties: { timeout } }, { path, reporter }) => {
    if (timeout === undefined || durationSeconds(timeout) !== null) return;
    reporter.error('DOCUMENT_INVALID', [...path, 'timeout'], `${timeout} is not a duration`, durationHint);
  },
  wants: (_, plan) => everywhere(plan),
  moves: () => ({ steps: [{ type: 'scale', replicas: { percent: 100 }, weight: 100 }] }),
  asks: ({ properties: { manualApproval = false } }) => manualApproval,
  run: ({ properties: { manualApproval = false, rollbackIfNotApproved = false, timeout } }, input) => {
    const verdict = verdictOf(input);
    if (!manualApproval || verdict === 'approve') return delivering(input);
    if (verdict === 'refuse') return refused('the promotion was refused', rollbackIfNotApproved);
    const seconds = timeout === undefined ? null : durationSeconds(timeout);
    const message = 'it waits for an approval of the promotion';
    if (seconds === null) return moment('suspending', message);
    const end = Date.parse(input.startedAt) + seconds * 1000;
    if (Date.parse(input.now) >= end)
      return refused(`the promotion was not approved within ${timeout}`, rollbackIfNotApproved);
    return moment('suspending', message, { askAt: new Date(end).toISOString() });
  },
});

function refused(why: string, goesBack: boolean): StepOutcome {
  return moment('failed', why, goesBack ? { back: why } : {});
}
