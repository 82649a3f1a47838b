import type { Vitals } from '../model/probes.ts';
import type { Clock } from '../../shared/ports/clock.ts';

/** The answer to a probe. */
export interface Verdict {
  readonly ok: boolean;
  readonly why: string;
}

/** The three questions that a kubelet asks, each about something else. */
export interface Probes {
  /** The cluster has let the agent in, and it knows who it is. */
  readonly startup: () => Verdict;
  /** A restart would not help: no pass is stuck. Neither a hub nor an API server that is down makes it fail. */
  readonly live: () => Verdict;
  /** This is the agent at work: it holds the Lease, and a pass came to its end. */
  readonly ready: () => Verdict;
}

/** A pass that has written nothing for so long is stuck: every request of it has a deadline far below. */
const stuckMs = 600_000;

/** The vitals of one agent, and the probes that read them. */
export function openVitals(clock: Pick<Clock, 'monotonic'>): Vitals & Probes {
  let hasJoined = false;
  let isHeld = (): boolean => false;
  let busySince: number | null = null;
  let hasPassed = false;
  const verdict = (ok: boolean, good: string, bad: string): Verdict => ({ ok, why: ok ? good : bad });
  return {
    joined: () => {
      hasJoined = true;
    },
    leads: (ask) => {
      isHeld = ask;
    },
    passBegins: () => {
      busySince = clock.monotonic();
    },
    passGoesOn: () => {
      if (busySince !== null) busySince = clock.monotonic();
    },
    passEnds: (isComplete) => {
      busySince = null;
      hasPassed ||= isComplete;
    },
    startup: () => verdict(hasJoined, 'joined', 'waits for the cluster'),
    live: () => {
      const isStuck = busySince !== null && clock.monotonic() - busySince > stuckMs;
      return verdict(!isStuck, 'alive', 'a pass is stuck');
    },
    ready: () => {
      if (!isHeld()) return { ok: false, why: 'does not hold the lease' };
      return verdict(hasPassed, 'at work', 'no pass has come to its end yet');
    },
  };
}
