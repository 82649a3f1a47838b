import type { ClusterRecord } from '../model/registry.ts';
import type { ReceivedReport } from '../model/reports.ts';
import type { StatusFacts } from './facts.ts';

/** Heartbeats that may be missed before a report is stale. */
const missedHeartbeats = 3;

/** Whole seconds since a report came in; null without one. */
export function ageOf(received: ReceivedReport | undefined, now: number): number | null {
  return received === undefined ? null : Math.max(0, Math.floor((now - received.receivedAt) / 1000));
}

/** True when a cluster that should report has not done so within three heartbeats. */
export function isStale(
  record: ClusterRecord,
  received: ReceivedReport | undefined,
  facts: Pick<StatusFacts, 'now' | 'heartbeat'>,
): boolean {
  if (!record.reports || received === undefined) return false;
  return facts.now - received.receivedAt > missedHeartbeats * facts.heartbeat;
}

/** An age for people: `12s`, `4m`, `3h`, `2d`; `-` for none. */
export function ageText(seconds: number | null): string {
  if (seconds === null) return '-';
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
