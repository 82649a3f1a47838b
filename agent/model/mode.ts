/** What may be done with the accepted bundle now. */
export interface Mode {
  /** False = repair what was applied before, start nothing. */
  readonly mayChange: boolean;
  /** Why nothing may be deleted; null = it may. */
  readonly stopDeletes: string | null;
  /** Why the bundle may not start: the site's hold, or missing freshness; null = it may. */
  readonly hold: string | null;
}
