import type { ObjectHealth } from '../../shared/model/health.ts';
import type { Condition } from '../model/fields.ts';

/** What an object's own status says. */
export interface Verdict {
  readonly health: ObjectHealth;
  readonly message: string;
}

/** As it should be. */
export const current = (message = ''): Verdict => ({ health: 'Current', message });
/** On its way. */
export const inProgress = (message: string): Verdict => ({ health: 'InProgress', message });
/** Nothing comes by itself. */
export const failed = (message: string): Verdict => ({ health: 'Failed', message });

/** The message of a condition, else its reason. */
export function wordsOf({ message, reason }: Condition): string {
  return message || reason || 'without a reason';
}

/** A text after a colon; nothing for none. */
export function colon(text: string | null): string {
  return text === null || text === '' ? '' : `: ${text}`;
}
