import type { ProbeState } from '../model/probes.ts';
import type { Clock } from '../../shared/ports/clock.ts';

/** The answer to a probe. */
export interface Verdict {
  readonly ok: boolean;
  readonly why: string;
}

/** The three probes that a kubelet asks for. */
export interface Probes {
  /** The cluster lets the agent in, and its identity is read. */
  readonly startup: () => Verdict;
  /** A restart would not help: no pass stands still. Neither a hub nor an API server that is down makes it fail. */
  readonly live: () => Verdict;
  /** This is the agent at work: it holds the Lease, and a pass came to its end. */
  readonly ready: () => Verdict;
}

/** A pass that has written nothing for so long stands still: every request of it has a deadline far below. */
const stalledMs = 600_000;

/** The state of one agent and the probes that judge it. */
export function openProbes(clock: Pick<Clock, 'monotonic'>): ProbeState & Probes {
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
      const isStalled = busySince !== null && clock.monotonic() - busySince > stalledMs;
      return verdict(!isStalled, 'alive', 'a pass is stuck');
    },
    ready: () => {
      if (!isHeld()) return { ok: false, why: 'does not hold the lease' };
      return verdict(hasPassed, 'at work', 'no pass has come to its end yet');
    },
  };
}
