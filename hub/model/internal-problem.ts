import { asSluiceError } from '../../shared/errors.ts';
import type { Problem } from './source.ts';

/** An internal error as a problem that names no document yet: the message ends with the line of our code that threw. */
export type InternalProblem = Pick<Problem, 'code' | 'message' | 'hint' | 'severity'>;

/**
 * Turns an unexpected exception into a problem, so that its document or cluster stays as it is and all others proceed
 * (I13); `what` begins the message. An error that a retry may mend is thrown again: an abort, an evaluator that does not
 * start, a host that does not answer.
 */
export function internalProblem(thrown: unknown, what: string): InternalProblem {
  const error = asSluiceError(thrown);
  if (error.retry !== 'never') throw error;
  const { code, message, data } = error;
  const subject = data.subject === undefined ? '' : `: ${data.subject}`;
  return {
    code,
    message: `${what}: ${message}${subject}${code === 'INTERNAL' ? placeOf(thrown) : ''}`,
    hint: data.hint ?? 'what runs stays as it is; this is a bug of Sluice: please report it with this line',
    severity: 'error',
  };
}

// The first line of our own code in the stack: a bug report needs it most.
function placeOf(thrown: unknown): string {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
  const match = /\/((?:hub|shared)\/[^\s:()]+\.ts:\d+)/.exec(stack);
  return match?.[1] === undefined ? '' : ` (${match[1]})`;
}
