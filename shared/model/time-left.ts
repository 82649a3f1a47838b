/**
 * When a change is given up, at the end of a message: agents write the moment, which stays the same from report to report, and
 * who reads it is told how long that is from now.
 */
export function givesUpText(at: number): string {
  return `gives up at ${new Date(Math.round(at / 1000) * 1000).toISOString().replace('.000', '')}`;
}

/** A message with the time that is left instead of the moment: `gives up in 7m`. */
export function withTimeLeft(message: string, now: number): string {
  return message.replace(/gives up at (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/, (_, at: string) => {
    const seconds = Math.ceil((Date.parse(at) - now) / 1000);
    if (seconds <= 0) return 'gives up now';
    return `gives up in ${seconds < 120 ? `${seconds}s` : seconds < 7200 ? `${Math.round(seconds / 60)}m` : `${Math.round(seconds / 3600)}h`}`;
  });
}
