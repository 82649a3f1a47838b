import type { AppHealth } from '../../shared/model/health.ts';
import { appHealthOrder } from '../../shared/model/health.ts';
import { byCodeUnit, by as sortBy } from '../../shared/lib/order.ts';
import { atOnce, mapping, type Work } from '../../shared/lib/slices.ts';
import { frozenAt } from '../model/freeze.ts';
import { storedHolds, waitingChanges } from '../model/hold.ts';
import { clusterOf } from './cluster.ts';
import type { StatusFacts, StatusFilter, StatusState } from './facts.ts';
import { rowsOf } from './row.ts';
import type { StatusView, StatusRow, StatusProblem, StatusGuarded, StatusHold } from '../api/status.ts';
import { assertKnown } from './known.ts';

/** What runs where, how healthy it is, and how old that knowledge is. Throws USAGE for a name that is not known. */
export function statusView(facts: StatusFacts, filter: StatusFilter = {}): StatusView {
  return atOnce(viewing(facts, filter));
}

/** What the rows of an application, a cluster, and a hold or problem cost, in units of a slice. */
const [rowUnits, clusterUnits, toldUnits] = [0.5, 2, 0.2];

/** The same, as work in steps. */
export function* viewing(facts: StatusFacts, filter: StatusFilter = {}): Work<StatusView> {
  const { state } = facts;
  assertKnown(state, filter);
  const clusters = [...state.clusters.values()]
    .filter(({ name }) => filter.cluster === undefined || name === filter.cluster)
    .sort(sortBy(({ name }) => name));
  const found = yield* mapping(
    clusters,
    (rows: readonly StatusRow[]) => clusterUnits + rowUnits * rows.length,
    (record) => rowsOf(record, facts).filter((row) => isOfApp(row.application, filter.app)),
  );
  const rows = yield* sortedRows(found);
  return {
    format: 1,
    source: state.source,
    ledger: state.number,
    at: new Date(facts.now).toISOString(),
    summary: summaryOf(rows, clusters.length),
    applications: rows,
    clusters: yield* mapping(clusters, clusterUnits, (record) => clusterOf(record, facts)),
    problems: problemsOf(state, filter),
    guarded: guardedOf(state, filter),
    holds: holdsOf(facts, filter),
    ...deliveriesOf(facts, filter),
    ...frozenOf(facts),
  };
}

/** By application and cluster; those of each cluster come in the order of clusters. */
function* sortedRows(found: readonly (readonly StatusRow[])[]): Work<StatusRow[]> {
  const groups = new Map<string, StatusRow[]>();
  for (const rows of found) {
    yield toldUnits * rows.length;
    for (const row of rows) {
      const group = groups.get(row.application);
      if (group === undefined) groups.set(row.application, [row]);
      else group.push(row);
    }
  }
  return [...groups].sort(([a], [b]) => byCodeUnit(a, b)).flatMap(([, rows]) => rows);
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

function deliveriesOf({ deliveries = [] }: StatusFacts, filter: StatusFilter): Pick<StatusView, 'deliveries'> {
  const shown = deliveries.filter(({ application }) => isOfApp(application, filter.app));
  return shown.length === 0 ? {} : { deliveries: shown };
}

function frozenOf({ freeze = null, now }: StatusFacts): Pick<StatusView, 'frozen'> {
  const frozen = frozenAt(freeze, now);
  return frozen === null ? {} : { frozen: frozen.why };
}

function isOfApp(key: string, wanted: string | undefined): boolean {
  return wanted === undefined || key === wanted || key.slice(key.indexOf('/') + 1) === wanted;
}
