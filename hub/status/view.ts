import type { AppHealth } from '../../shared/model/health.ts';
import { appHealthOrder } from '../../shared/model/health.ts';
import { by as sortBy } from '../../shared/lib/order.ts';
import { storedHolds, waitingChanges } from '../model/hold.ts';
import { clusterOf } from './cluster.ts';
import type { StatusFacts, StatusFilter, StatusState } from './facts.ts';
import { rowsOf } from './row.ts';
import type { StatusView, StatusRow, StatusProblem, StatusGuarded, StatusHold } from '../api/status.ts';
import { assertKnown } from './known.ts';

/** What runs where, how healthy it is, and how old that knowledge is. Throws USAGE for a name that is not known. */
export function statusView(facts: StatusFacts, filter: StatusFilter = {}): StatusView {
  const { state } = facts;
  assertKnown(state, filter);
  const clusters = [...state.clusters.values()]
    .filter(({ name }) => filter.cluster === undefined || name === filter.cluster)
    .sort(sortBy(({ name }) => name));
  const rows = clusters
    .flatMap((record) => rowsOf(record, facts))
    .filter((row) => isOfApp(row.application, filter.app))
    .sort(sortBy((row) => `${row.application}\0${row.cluster}`));
  return {
    format: 1,
    source: state.source,
    ledger: state.number,
    at: new Date(facts.now).toISOString(),
    summary: summaryOf(rows, clusters.length),
    applications: rows,
    clusters: clusters.map((record) => clusterOf(record, facts)),
    problems: problemsOf(state, filter),
    guarded: guardedOf(state, filter),
    holds: holdsOf(facts, filter),
  };
}

/**
 * The exit status that a view stands for: 10 when something is wrong or waits for a decision, 11 when something is not known or
 * only old, 0 otherwise. A cluster that will never report is not waited for.
 */
export function statusExit(view: StatusView): 0 | 10 | 11 {
  const isWrong =
    view.problems.some(({ severity }) => severity === 'error') ||
    view.guarded.length > 0 ||
    view.summary.health.Degraded > 0 ||
    view.clusters.some(({ conditions }) => conditions.some(({ type }) => type === 'DeleteLimited'));
  if (isWrong) return 10;
  const reporting = new Set(view.clusters.filter(({ reports }) => reports).map(({ name }) => name));
  const isUnknown = view.applications.some(
    ({ health, cluster }) => health === 'Stale' || (health === 'Unknown' && reporting.has(cluster)),
  );
  const isOld = view.clusters.some(({ stale, state, reports }) => stale || (state === 'waiting' && reports));
  return isUnknown || isOld || view.source === null ? 11 : 0;
}

function summaryOf(rows: readonly StatusRow[], clusters: number): StatusView['summary'] {
  const count = (health: AppHealth) => rows.filter((row) => row.health === health).length;
  const counts = Object.fromEntries(appHealthOrder.map((health) => [health, count(health)]));
  return {
    applications: new Set(rows.map((row) => row.application)).size,
    clusters,
    rows: rows.length,
    health: counts as Record<AppHealth, number>,
  };
}

function problemsOf(state: StatusState, filter: StatusFilter): StatusProblem[] {
  return state.problems
    .filter((problem) => problem.app === undefined || isOfApp(problem.app, filter.app))
    .filter(({ cluster }) => cluster === undefined || filter.cluster === undefined || cluster === filter.cluster)
    .map(({ place, ...problem }) => ({ ...problem, ...place }));
}

/** The changes that holds wait for. */
function guardedOf(state: StatusState, filter: StatusFilter): StatusGuarded[] {
  return waitingChanges(storedHolds(state))
    .filter(({ app }) => app === null || isOfApp(app, filter.app))
    .filter(({ cluster }) => cluster === null || filter.cluster === undefined || cluster === filter.cluster)
    .map(({ change, code, cluster, app, ids, since }) => ({
      change,
      code,
      cluster,
      application: app,
      ids: [...ids],
      since,
    }));
}

function holdsOf({ holds = [] }: StatusFacts, filter: StatusFilter): StatusHold[] {
  return holds
    .filter(({ app }) => app === null || isOfApp(app, filter.app))
    .filter(({ cluster }) => cluster === null || filter.cluster === undefined || cluster === filter.cluster)
    .map(({ app, cluster, by, reason, since, until, change }) => ({
      application: app,
      cluster,
      by,
      reason,
      since,
      ...(until === undefined ? {} : { until }),
      ...(change === undefined ? {} : { change: change.change }),
    }));
}

function isOfApp(key: string, wanted: string | undefined): boolean {
  return wanted === undefined || key === wanted || key.slice(key.indexOf('/') + 1) === wanted;
}
