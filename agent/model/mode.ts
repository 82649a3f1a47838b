import type { StepMode } from './delivery.ts';

/** What may be done with the accepted bundle now. */
export interface Mode {
  /** False = repair what was applied before, start nothing. */
  readonly mayChange: boolean;
  /** Why nothing may be deleted; null = it may. */
  readonly stopDeletes: string | null;
  /** Why the bundle may not start: the site's hold, or missing freshness; null = it may. */
  readonly hold: string | null;
  /** What deliveries that have begun may do: a window gates their start alone, a hold by hand never keeps them from going back. */
  readonly steps: StepMode;
}
