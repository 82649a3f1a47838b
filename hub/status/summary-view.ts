import { appHealthOrder, type AppHealth } from '../../shared/model/health.ts';
import { byCodeUnit } from '../../shared/lib/order.ts';
import type { Work } from '../../shared/lib/slices.ts';
import type { StatusSummary } from '../api/status-summary.ts';
import type { StatusRow } from '../api/status.ts';
import type { ClusterRecord } from '../model/registry.ts';
import type { ReceivedReport } from '../model/reports.ts';
import { isStale } from './age.ts';
import { keepingClusters } from './cluster-lines.ts';
import { clusterOf } from './cluster.ts';
import type { StatusFacts } from './facts.ts';
import type { ClusterHealth, FleetHealth, HealthCounts } from './fleet-health.ts';
import { holdGroups } from './hold-groups.ts';
import { rowsOf } from './row.ts';
import { mostRows } from './summary.ts';
import { byName, exitOf, frozenOf, wholeOf } from './view.ts';

/** What a cluster costs here, in units of a slice. */
const clusterUnits = 0.1;

/** A fleet in few words: what is kept of its health, and what needs attention. `health` has looked at these facts. Work in steps. */
export function* summing(facts: StatusFacts, health: FleetHealth): Work<StatusSummary> {
  const { state } = facts;
  const poor: PoorApp[] = [];
  const told: ClusterRecord[] = [];
  const marks = { isUnknown: false, isOld: false, isLimited: false };
  for (const record of byName(state.clusters)) {
    yield clusterUnits;
    const received = facts.reports.get(record.name);
    if (hasWords(record, received?.report)) told.push(record);
    marks.isOld ||= isStale(record, received, facts) || isAwaited(record);
    marks.isLimited ||= isLimited(received?.report);
    const own = poorOn(record, health.clusters.get(record.name));
    marks.isUnknown ||= own.some(isUnknown);
    poor.push(...own);
  }
  poor.sort((a, b) => rankOf(b.health) - rankOf(a.health) || byCodeUnit(a.app, b.app));
  const { holds, ...whole } = wholeOf(facts, {});
  const counts = sumOf(health.counts);
  return {
    format: 1,
    source: state.source,
    ledger: state.number,
    at: new Date(facts.now).toISOString(),
    summary: {
      applications: health.counts.size,
      clusters: state.clusters.size,
      rows: Object.values(counts).reduce((sum, count) => sum + count, 0),
      health: counts,
    },
    exit: exitOf({ ...marks, ...whole, isDegraded: counts.Degraded > 0, source: state.source }),
    applications: [...health.counts].map(([application, own]) => ({ application, health: sumOf([['', own]]) })),
    rows: poor.slice(0, mostRows).flatMap((one) => rowFor(one, facts)),
    moreRows: Math.max(0, poor.length - mostRows),
    clusters: told.slice(0, mostRows).map((record) => clusterOf(record, facts)),
    moreClusters: Math.max(0, told.length - mostRows),
    keeping: [...keepingClusters(told.slice(0, mostRows).flatMap((record) => rowsOf(record, facts)))],
    ...whole,
    ...frozenOf(facts),
    holds: holdGroups(holds, whole.problems),
  };
}

/** An application that is not healthy on a cluster. */
interface PoorApp {
  readonly app: string;
  readonly record: ClusterRecord;
  readonly health: AppHealth;
}

function poorOn(record: ClusterRecord, health: ClusterHealth | undefined): readonly PoorApp[] {
  if (health === undefined) return [];
  const words = health.apps.map((app, index) => ({ app, record, health: health.healths[index] ?? 'Unknown' }));
  return words.filter(({ health: word }) => word !== 'Healthy');
}

/** A cluster that sends no reports is not waited for. */
function isUnknown({ record, health }: PoorApp): boolean {
  return health === 'Stale' || (health === 'Unknown' && record.reports);
}

function isLimited(report: ReceivedReport['report'] | undefined): boolean {
  return report?.conditions.some(({ type }) => type === 'DeleteLimited') === true;
}

function rowFor({ app, record }: PoorApp, facts: StatusFacts): StatusRow[] {
  return rowsOf(record, facts).filter(({ application }) => application === app);
}

function rankOf(health: AppHealth): number {
  return appHealthOrder.indexOf(health);
}

function sumOf(counts: Iterable<readonly [string, HealthCounts]>): Record<AppHealth, number> {
  const sum = Object.fromEntries(appHealthOrder.map((health) => [health, 0])) as Record<AppHealth, number>;
  for (const [, own] of counts) for (const [health, count] of own) sum[health] += count;
  return sum;
}

/** True for a cluster that has more to tell than its applications. */
function hasWords(record: ClusterRecord, report: ReceivedReport['report'] | undefined): boolean {
  const { revoked, decommission, capabilities, reports } = record;
  if (revoked || decommission !== null || (capabilities === null && !reports)) return true;
  if (report === undefined) return false;
  const { unexplained, survivors } = report.retired;
  return report.conditions.length > 0 || unexplained.length > 0 || survivors.length > 0;
}

/** True for a cluster whose agent has not joined yet, and is to. */
function isAwaited({ revoked, decommission, agentKey, reports }: ClusterRecord): boolean {
  return !revoked && decommission === null && agentKey === null && reports;
}
