import { z } from 'zod';
import { durationHint, durationSeconds } from '../../model/duration.ts';
import { moment, verdictOf } from '../outcome.ts';
import { defineStep } from '../step.ts';

const schema = z.strictObject({ duration: z.string().optional(), message: z.string().optional() });

/** `suspend`: lets nothing new start until a person approves, or a time is over. */
export const suspend = defineStep({
  type: 'suspend',
  about: 'Lets nothing new start until a person approves, or a time is over.',
  schema,
  check: ({ properties: { duration } }, { path, reporter }) => {
    if (duration === undefined || durationSeconds(duration) !== null) return;
    reporter.error('DOCUMENT_INVALID', [...path, 'duration'], `${duration} is not a duration`, durationHint);
  },
  asks: () => true,
  run: ({ properties: { duration, message = 'it waits for an approval' } }, input) => {
    const verdict = verdictOf(input);
    if (verdict !== null) return verdict === 'approve' ? moment('succeeded', '') : moment('failed', 'it was refused');
    const seconds = duration === undefined ? null : durationSeconds(duration);
    if (seconds === null) return moment('suspending', message);
    const end = Date.parse(input.startedAt) + seconds * 1000;
    if (Date.parse(input.now) >= end) return moment('succeeded', '');
    return moment('suspending', message, { askAt: new Date(end).toISOString() });
  },
});
