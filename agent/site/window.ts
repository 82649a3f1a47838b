import { z } from 'zod';
import type { SiteWindow } from '../model/site.ts';
import { isSluiceError } from '../../shared/errors.ts';
import { windowOf, type CronFields } from '../../shared/lib/window.ts';
import { parseYaml } from '../../shared/lib/yaml.ts';

/** The fields of a five-field cron expression; null where the text is not one. */
export type ReadCron = (text: string) => CronFields | null;

const schema = z.strictObject({ cron: z.string(), duration: z.string(), timezone: z.string().default('UTC') });
const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const longestMs = 31 * 86_400_000;

/**
 * Reads the window of a site: YAML (or JSON) with `cron`, `duration` (`3h`, `1h30m`; 31 days at most) and `timezone` (UTC when absent),
 * as the window of a rollout. Null where there is none. One that cannot be read never opens, because its author wanted fewer changes.
 */
export function readWindow(text: string, cron: ReadCron): SiteWindow | null {
  if (text.trim() === '') return null;
  try {
    const value = schema.safeParse(parseYaml(text, 'window')[0]?.value);
    return value.success ? opened(value.data, cron) : broken('it is not `cron`, `duration` and `timezone`');
  } catch (error) {
    if (!isSluiceError(error)) throw error;
    return broken(error.message);
  }
}

function opened({ cron: expression, duration, timezone }: z.infer<typeof schema>, cron: ReadCron): SiteWindow {
  const fields = cron(expression);
  if (fields === null) return broken(`"${expression}" is not a cron expression of five fields`);
  const durationMs = readDuration(duration);
  if (durationMs === null) return broken(`"${duration}" is not a duration like 3h or 1h30m, of 31 days at most`);
  if (!isTimezone(timezone)) return broken(`"${timezone}" is not a time zone like Europe/Berlin`);
  return { text: `"${expression}", ${duration}, ${timezone}`, at: windowOf(fields, durationMs, timezone) };
}

function broken(why: string): SiteWindow {
  return { text: `it cannot be read: ${why}`, at: () => ({ isOpen: false, until: null }) };
}

function readDuration(text: string): number | null {
  if (!/^(?:\d{1,6}[smhd])+$/.test(text)) return null;
  const parts = [...text.matchAll(/(\d+)([smhd])/g)];
  const ms = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (unitMs[unit ?? ''] ?? 0), 0);
  return ms > 0 && ms <= longestMs ? ms : null;
}

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
