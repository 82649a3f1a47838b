import type { Verdict } from '../model/effect.ts';

/** How an effect that runs tells what becomes of it. */
export interface EffectTurn {
  readonly signal: AbortSignal;
  readonly says: (words: string) => void;
  /** Runs what comes next after some milliseconds, unless the effect is given up. */
  readonly later: (ms: number, next: () => void) => void;
  readonly ends: (verdict: Verdict) => void;
  readonly run: (work: () => Promise<void>) => void;
}
