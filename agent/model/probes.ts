/** What a running agent says of itself while it works; `agent/run/probes.ts` judges it. */
export interface ProbeState {
  /** Its identity is read, and its key is stored in the cluster. */
  readonly joined: () => void;
  /** How to ask whether it holds the Lease. */
  readonly leads: (isHeld: () => boolean) => void;
  readonly passBegins: () => void;
  /** A pass goes on: something was written. */
  readonly passGoesOn: () => void;
  /** A pass came to its end (true), or was given up. */
  readonly passEnds: (isComplete: boolean) => void;
}
