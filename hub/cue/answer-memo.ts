import type { Clock } from '../../shared/ports/clock.ts';
import type { Answer } from './worker-handle.ts';

/** The newest answers by key. */
export interface AnswerMemo {
  readonly get: (key: string) => Answer | undefined;
  readonly set: (key: string, answer: Answer) => void;
}

/** Milliseconds until a template that was stopped is tried again: the machine may have been slow, but no pass must wait for it each time. */
const stoppedForMs = 600_000;

/** A memo of at most `limit` answers; the least recently used goes first. */
export function createAnswerMemo(limit: number, clock: Clock): AnswerMemo {
  // A Map keeps the order of insertion.
  const entries = new Map<string, { readonly answer: Answer; readonly until: number }>();
  const get = (key: string): Answer | undefined => {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    entries.delete(key);
    if (clock.monotonic() > entry.until) return undefined;
    entries.set(key, entry);
    return entry.answer;
  };
  const set = (key: string, answer: Answer): void => {
    entries.set(key, { answer, until: 'stopped' in answer ? clock.monotonic() + stoppedForMs : Infinity });
    const [oldest] = entries.keys();
    if (entries.size > limit && oldest !== undefined) entries.delete(oldest);
  };
  return { get, set };
}
