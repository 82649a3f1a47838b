import { SluiceError } from '../../shared/errors.ts';

const hour = 3_600_000;
const units: Readonly<Record<string, number>> = { h: hour, d: 24 * hour, w: 7 * 24 * hour };
const longestMs = 366 * 24 * hour;

/** True for a time that signatures may stay fresh: `12h`, `30d` or `8w`, an hour at least and a year at most. */
export function isFreshTime(text: string): boolean {
  const ms = milliseconds(text);
  return ms > 0 && ms <= longestMs;
}

/** Milliseconds of such a time; throws USAGE for anything else. */
export function freshTimeMs(text: string): number {
  if (isFreshTime(text)) return milliseconds(text);
  throw new SluiceError('USAGE', 'not a time that signatures may stay fresh', {
    subject: text,
    hint: 'write 12h, 30d or 8w: an hour at least, a year at most',
  });
}

function milliseconds(text: string): number {
  const match = /^([1-9]\d{0,4})([hdw])$/.exec(text);
  return Number(match?.[1] ?? Number.NaN) * (units[match?.[2] ?? ''] ?? Number.NaN);
}
