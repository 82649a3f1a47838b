import type { Clock } from '../../shared/ports/clock.ts';

/** What happened more often than a log should say it. */
export interface More {
  readonly count: number;
  /** Some of the addresses that it came from. */
  readonly from: string;
}

const minuteMs = 60_000;

/** Addresses that are named. */
const named = 5;

/** Tells of the first time at once, then at most once a minute how often it happened since; begins anew after a quiet minute. */
export function onceAMinute<F extends { readonly from: string }>(
  clock: Pick<Clock, 'after'>,
  say: { readonly first: (fact: F) => void; readonly more: (more: More) => void },
): (fact: F) => void {
  let since: { count: number; readonly from: Set<string> } | null = null;
  const open = (): void => {
    since = { count: 0, from: new Set() };
    clock.after(minuteMs, close);
  };
  const close = (): void => {
    const { count, from } = since ?? { count: 0, from: new Set() };
    since = null;
    if (count === 0) return;
    say.more({ count, from: [...from].join(', ') });
    open();
  };
  return (fact) => {
    if (since === null) {
      say.first(fact);
      open();
      return;
    }
    since.count += 1;
    if (since.from.size < named) since.from.add(fact.from);
  };
}
