import cron from 'node-cron';
import { SluiceError } from '../errors.ts';
import type { CronFields } from '../lib/window.ts';
import type { Schedule } from '../ports/schedule.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

/** True for a cron expression that a schedule takes (five fields, or six with seconds). */
export function isCronExpression(text: string): boolean {
  return cron.validate(text);
}

/** The fields of a five-field cron expression; null for anything else, and for days that are no numbers (`L`, `15W`, `1#2`). */
export function cronFields(text: string): CronFields | null {
  if (!isCronExpression(text) || text.trim().split(/\s+/).length > 5) return null;
  const { minute, hour, month, dayOfMonth, dayOfWeek } = cron.parse(text);
  const days = [...dayOfMonth, ...dayOfWeek];
  if (!days.every((one) => typeof one === 'number')) return null;
  const sorted = (values: readonly (number | string)[]): number[] => values.map(Number).sort((a, b) => a - b);
  return {
    minutes: sorted(minute),
    hours: sorted(hour),
    daysOfMonth: sorted(dayOfMonth),
    months: sorted(month),
    daysOfWeek: sorted(dayOfWeek),
  };
}

/** Schedules of node-cron in the machine's time zone, each call up to `jitterMs` late; throws CONFIG_INVALID for a bad expression. */
export function cronSchedule(jitterMs: number): Schedule {
  return (expression, run) => {
    if (!isCronExpression(expression)) {
      throw new SluiceError('CONFIG_INVALID', 'not a cron expression', { subject: expression });
    }
    const options = { maxRandomDelay: jitterMs, suppressMissedWarning: true, logger: silent, unref: true };
    const task = cron.schedule(expression, run, options);
    return () => void task.destroy();
  };
}
