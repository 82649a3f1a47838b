/** What a user writes for a length of time: `90s`, `15m`, `1h30m`. */
const form = /^(?:\d+(?:\.\d+)?(?:h|m|s|ms))+$/;
const secondsOf: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };

/** How a length of time is written. */
export const durationHint = 'use the form 90s, 15m or 1h30m';

/** The seconds of a length of time; null for a text that is not one. */
export function durationSeconds(text: string): number | null {
  if (!form.test(text)) return null;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (secondsOf[unit ?? ''] ?? 0), 0);
}
