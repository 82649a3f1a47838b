import type { Site } from '../model/site.ts';
import { readWindow, type ReadCron } from './window.ts';
import { siteLabelPrefix } from '../../shared/model/names.ts';

/** A site without labels, hold and window. */
export const openSite: Site = { labels: {}, hold: null, window: null };

/**
 * Reads the data of the ConfigMap `sluice-site`: `labels` with one `key: value` or `key=value` a line (keys without the site's
 * prefix are left out), `hold` as `until 2026-12-01 reason` or a reason alone, `window` as YAML with `cron`, `duration` and
 * `timezone`, `takeOverFrom` as registrations in any kind of list. A hold whose date cannot be read holds without end, and so does a window that cannot be read.
 */
export function parseSite(data: Readonly<Record<string, string>>, cron: ReadCron): Site {
  return {
    labels: parseLabels(data['labels'] ?? ''),
    hold: parseHold(data['hold'] ?? ''),
    window: readWindow(data['window'] ?? '', cron),
    ...(data['takeOverFrom'] !== undefined && { takeOverFrom: registrationsIn(data['takeOverFrom']) }),
  };
}

const registration = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

function registrationsIn(text: string): string[] {
  return (text.match(registration) ?? []).map((one) => one.toLowerCase());
}

function parseLabels(text: string): Record<string, string> {
  const pairs = text.split(/\r?\n/).flatMap((line): [string, string][] => {
    const match = /^\s*"?([^\s:="#]+)"?\s*[:=]\s*(.*?)\s*$/.exec(line);
    const [, key, value] = match ?? [];
    if (key === undefined || value === undefined || !key.startsWith(siteLabelPrefix)) return [];
    return [[key, value.replace(/^(["'])(.*)\1$/, '$2')]];
  });
  return Object.fromEntries(pairs);
}

function parseHold(text: string): Site['hold'] {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === 'false') return null;
  const [, date, reason = ''] = /^until\s+(\S+)\s*(.*)$/s.exec(trimmed) ?? [];
  const until = date === undefined ? Number.NaN : Date.parse(date);
  if (Number.isNaN(until)) return { until: null, reason: trimmed };
  return { until, reason: reason.trim() };
}
