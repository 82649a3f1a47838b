import type { AppOutcome } from '../model/outcome.ts';
import type { Row } from '../model/rows.ts';

/** How far an application's change is, by the monotonic clock. */
export interface Progress {
  /** Of the application in the bundle; null = the bundle does not name it any more. */
  readonly digest: string | null;
  /** Since when it waits for pods or endpoints; null when it does not. */
  readonly waitingSince: number | null;
  /** When its traffic was last moved; null when it was not since the agent started. */
  readonly shiftedAt: number | null;
}

/** The progress of each application (`namespace/name`) between passes. */
export type ProgressMemory = Map<string, Progress>;

/** Remembers what a plan says to remember. */
export function rememberProgress(memory: ProgressMemory, progress: ReadonlyMap<string, Progress>): void {
  for (const [key, one] of progress) memory.set(key, one);
}

/** Remembers that traffic was moved at this moment where a traffic object of an application was written. */
export function rememberShifts(
  memory: ProgressMemory,
  apps: readonly AppOutcome[],
  rows: readonly Row[],
  now: number,
): void {
  const written = new Set(rows.filter((row) => row.action !== 'kept' && row.action !== 'failed').map((row) => row.id));
  if (written.size === 0) return;
  for (const { key, app } of apps) {
    if (app?.traffic.some(({ id }) => written.has(id)) !== true) continue;
    const progress = memory.get(key) ?? { digest: app.digest, waitingSince: null };
    memory.set(key, { ...progress, shiftedAt: now });
  }
}
