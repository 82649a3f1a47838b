import cron from 'node-cron';
import { SluiceError } from '../errors.ts';
import type { Schedule } from '../ports/schedule.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

/** True for a cron expression that a schedule takes (five fields, or six with seconds). */
export function isCronExpression(text: string): boolean {
  return cron.validate(text);
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
