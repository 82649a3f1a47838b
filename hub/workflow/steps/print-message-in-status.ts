import { z } from 'zod';
import { moment } from '../outcome.ts';
import { defineStep } from '../step.ts';

/** `print-message-in-status`: says something. */
export const printMessage = defineStep({
  type: 'print-message-in-status',
  about: 'Says something in the status.',
  schema: z.strictObject({ message: z.string() }),
  check: () => undefined,
  run: ({ properties: { message } }) => moment('succeeded', message),
});
