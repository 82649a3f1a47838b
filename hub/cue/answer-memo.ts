import type { Clock } from '../../shared/ports/clock.ts';
import { createByteCache } from '../model/byte-cache.ts';
import type { Answer } from './program.ts';

/** The newest answers by key. */
export interface AnswerMemo {
  readonly get: (key: string) => Answer | undefined;
  readonly set: (key: string, answer: Answer) => void;
}

/** Milliseconds until a template that was stopped is tried again: the machine may have been slow, but no pass must wait for it each time. */
const stoppedForMs = 600_000;

/** The most bytes of answers: templates decide how large each is. */
const memoBytes = 64 * 1024 * 1024;

interface Entry {
  readonly answer: Answer;
  readonly until: number;
}

/** A memo of at most `limit` answers and 64 MiB; the least recently used goes first. */
export function createAnswerMemo(limit: number, clock: Clock): AnswerMemo {
  const entries = createByteCache<Entry>({ bytes: memoBytes, entries: limit }, ({ answer }) => bytesOf(answer));
  const get = (key: string): Answer | undefined => {
    const entry = entries.get(key);
    if (entry === undefined || clock.monotonic() <= entry.until) return entry?.answer;
    entries.delete(key);
    return undefined;
  };
  const set = (key: string, answer: Answer): void => {
    entries.set(key, { answer, until: 'stopped' in answer ? clock.monotonic() + stoppedForMs : Infinity });
  };
  return { get, set };
}

function bytesOf(answer: Answer): number {
  if ('json' in answer) return answer.json.length;
  return 'faults' in answer ? JSON.stringify(answer.faults).length : 0;
}
