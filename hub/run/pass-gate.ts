import type { Clock } from '../../shared/ports/clock.ts';
import type { Trigger } from './triggers.ts';

/** A pass for reports alone begins at most so often: what they change waits for the others of a storm. */
const reportsMs = 1_000;

/** After a pass for reports or the registry alone, others have three times as long, and a second at most: a fleet that joins is many changes. */
const pauseAfter = (lastMs: number): number => Math.min(3 * lastMs, 1_000);

/** Decides when triggers may start a pass, of which a storm may come: those that wait become one. */
export interface PassGates {
  /** Calls `start` when a trigger may start a pass: at once, or when the pause after the last pass of its kind is over. */
  readonly ask: (trigger: Trigger, start: () => void) => void;
  /** A pass begins, which reads all that waits. */
  readonly begins: (triggers: readonly Trigger[]) => void;
  /** A pass took so many milliseconds. */
  readonly ended: (tookMs: number) => void;
  /** Starts at once what changes of the registry wait for. */
  readonly hurry: () => void;
  readonly close: () => void;
}

/** Gates that nothing has passed yet. */
export function createPassGates(clock: Pick<Clock, 'monotonic' | 'after'>): PassGates {
  let lastMs = 0;
  const registry = createGate(clock, () => lastMs + pauseAfter(lastMs));
  const gates = new Map<Trigger, Gate>([
    ['report', createGate(clock, () => Math.max(reportsMs, lastMs + pauseAfter(lastMs)))],
    ['registry', registry],
  ]);
  return {
    ask: (trigger, start) => {
      const gate = gates.get(trigger);
      if (gate === undefined) start();
      else gate.ask(start);
    },
    begins: (triggers) => {
      for (const [kind, gate] of gates) gate.begins(triggers.includes(kind));
    },
    ended: (tookMs) => {
      lastMs = tookMs;
    },
    hurry: registry.hurry,
    close: () => {
      for (const gate of gates.values()) gate.close();
    },
  };
}

interface Gate {
  readonly ask: (start: () => void) => void;
  readonly begins: (isForThem: boolean) => void;
  readonly hurry: () => void;
  readonly close: () => void;
}

/** One kind's gate; `pauseMs` is from the begin of one of its passes to that of the next. */
function createGate(clock: Pick<Clock, 'monotonic' | 'after'>, pauseMs: () => number): Gate {
  let began = -Infinity;
  let waiting: { readonly cancel: () => void; readonly start: () => void } | null = null;
  const close = (): void => {
    waiting?.cancel();
    waiting = null;
  };
  return {
    ask: (start) => {
      const wait = began + pauseMs() - clock.monotonic();
      if (wait <= 0) start();
      else waiting ??= { cancel: clock.after(wait, start), start };
    },
    begins: (isForThem) => {
      close();
      if (isForThem) began = clock.monotonic();
    },
    hurry: () => {
      const start = waiting?.start;
      close();
      start?.();
    },
    close,
  };
}
