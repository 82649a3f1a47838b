import { scheduleNames } from '../../shared/lib/window.ts';
import { durationHint, durationSeconds } from '../model/duration.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import type { RolloutNumbers } from '../model/rollout.ts';

const fiveFields = /^\s*(?:[\dA-Za-z*?,/-]+\s+){4}[\dA-Za-z*?,/-]+\s*$/;

/**
 * Checks a window: one that cannot be read never opens, and its wave would wait without an end. Whether a day that its fields say ever comes, the wave
 * tells.
 */
export function checkWindow(
  { cron, duration, timezone }: NonNullable<RolloutNumbers['window']>,
  path: Steps,
  reporter: Reporter,
): void {
  if (!fiveFields.test(cron) && !scheduleNames.some((name) => name === cron.trim().toLowerCase())) {
    const hint = 'write minute, hour, day of the month, month, day of the week: 0 2 * * 1-5';
    reporter.error('DOCUMENT_INVALID', [...path, 'cron'], `${cron} has not the five fields of a schedule`, hint);
  }
  if (durationSeconds(duration) === 0) {
    reporter.error('DOCUMENT_INVALID', [...path, 'duration'], 'a window that has no time never opens', durationHint);
  }
  if (timezone === undefined || isTimeZone(timezone)) return;
  const hint = 'write Europe/Berlin, UTC or another name of the IANA list';
  reporter.error('DOCUMENT_INVALID', [...path, 'timezone'], `there is no time zone ${timezone}`, hint);
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
