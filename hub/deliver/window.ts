import { windowOf, type CronFields, type WindowState } from '../../shared/lib/window.ts';
import { durationSeconds } from '../model/duration.ts';
import type { WindowAt } from './standing.ts';

/** The fields of a five-field cron expression; null where the text is not one. */
export type ReadCron = (text: string) => CronFields | null;

const never: WindowState = { isOpen: false, until: null };

/** Where windows stand at a moment. One that cannot be read is never open, because its author wanted fewer changes. */
export function windowsAt(cron: ReadCron, now: number): WindowAt {
  return ({ cron: expression, duration, timezone = 'UTC' }) => {
    const fields = cron(expression);
    const seconds = durationSeconds(duration);
    if (fields === null || seconds === null) return never;
    try {
      return windowOf(fields, seconds * 1000, timezone)(now);
    } catch (error) {
      if (error instanceof RangeError) return never;
      throw error;
    }
  };
}
