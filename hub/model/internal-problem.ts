import { asSluiceError } from '../../shared/errors.ts';
import type { Problem } from './source.ts';

/** What is known of a bug: the words of a problem, with where in our code it happened. */
export type Bug = Pick<Problem, 'code' | 'message' | 'hint' | 'severity'>;

/**
 * Makes a problem of an exception that nobody expected, so that what it concerns is left out and the rest proceeds (I13).
 * What trying again may mend is thrown again: an abort, an evaluator that does not start, a host that does not answer.
 */
export function bugOf(thrown: unknown, what: string): Bug {
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

// A line of our code is what a report of a bug needs most.
function placeOf(thrown: unknown): string {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
  const match = /\/((?:hub|shared)\/[^\s:()]+\.ts:\d+)/.exec(stack);
  return match?.[1] === undefined ? '' : ` (${match[1]})`;
}
