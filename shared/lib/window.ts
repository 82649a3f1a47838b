/** The fields of a cron expression, spelled out. A day must match both its day of the month and its day of the week. */
export interface CronFields {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: readonly number[];
  /** 1 = January. */
  readonly months: readonly number[];
  /** 0 = Sunday. */
  readonly daysOfWeek: readonly number[];
}

/** What may stand for all five fields of a schedule. */
export const scheduleNames = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'] as const;

/** Whether a window is open, and until when it stays so (milliseconds since the epoch); null = for as long as windows are computed ahead. */
export interface WindowState {
  readonly isOpen: boolean;
  readonly until: number | null;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** A 29th of February comes within eight years. */
const daysAhead = 8 * 366;
/** A window that is open without an end is looked at again after this long. */
const enoughMs = 31 * dayMs;

/**
 * A window that opens whenever the fields say so by the clocks of a time zone, for `durationMs`; answers where it stands at a moment.
 * A time that the clocks skip opens it at the moment that they skip to; one that they show twice, the first time. Openings that
 * overlap or touch are one. Throws RangeError for an unknown time zone.
 */
export function windowOf(fields: CronFields, durationMs: number, timezone: string): (now: number) => WindowState {
  const offsetAt = offsetsOf(timezone);
  let known: { readonly from: number; readonly state: WindowState } | null = null;
  return (now) => {
    // An answer holds until it says that it ends: passes ask often.
    if (known === null || now < known.from || now >= (known.state.until ?? known.from + dayMs)) {
      known = { from: now, state: stateAt(openings(fields, offsetAt, now - durationMs), durationMs, now) };
    }
    return known.state;
  };
}

function stateAt(starts: Iterable<number>, durationMs: number, now: number): WindowState {
  let end: number | null = null;
  for (const start of starts) {
    if (start + durationMs <= now) continue;
    if (end === null && start > now) return { isOpen: false, until: start };
    if (end !== null && (start > end || end - now > enoughMs)) break;
    end = start + durationMs;
  }
  return { isOpen: end !== null, until: end };
}

/** The moments at which a window opens, oldest first, from the day before `from` on. */
function* openings(fields: CronFields, offsetAt: (time: number) => number, from: number): Generator<number> {
  const today = Math.floor((from + offsetAt(from)) / dayMs) - 1;
  for (let day = today; day < today + daysAhead; day += 1) {
    if (!isDay(fields, new Date(day * dayMs))) continue;
    for (const hour of fields.hours) {
      for (const minute of fields.minutes) yield momentOf(day * dayMs + (hour * 60 + minute) * minuteMs, offsetAt);
    }
  }
}

function isDay({ months, daysOfMonth, daysOfWeek }: CronFields, day: Date): boolean {
  return (
    months.includes(day.getUTCMonth() + 1) &&
    daysOfMonth.includes(day.getUTCDate()) &&
    daysOfWeek.includes(day.getUTCDay())
  );
}

/** The moment at which clocks show a time (written as if it were UTC): the first such, or where they skip to. */
function momentOf(shown: number, offsetAt: (time: number) => number): number {
  const [before, after] = [offsetAt(shown - dayMs), offsetAt(shown + dayMs)];
  const first = Math.max(before, after);
  if (offsetAt(shown - first) === first) return shown - first;
  const second = Math.min(before, after);
  if (offsetAt(shown - second) === second) return shown - second;
  // Skipped: the clocks jump at the moment where the old offset ends.
  return jumpBetween(shown - first, shown - second, offsetAt);
}

function jumpBetween(from: number, to: number, offsetAt: (time: number) => number): number {
  const before = offsetAt(from);
  for (let time = from; time < to; time += minuteMs) if (offsetAt(time) !== before) return time;
  return to;
}

/** How far the clocks of a time zone are ahead of UTC at a moment, in milliseconds. */
function offsetsOf(timezone: string): (time: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (time) => {
    const second = Math.floor(time / 1000) * 1000;
    const parts = new Map(format.formatToParts(second).map(({ type, value }) => [type, Number(value)]));
    const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
    const [year, month, day] = [part('year'), part('month') - 1, part('day')];
    return Date.UTC(year, month, day, part('hour'), part('minute'), part('second')) - second;
  };
}
