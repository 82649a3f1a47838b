import type { AppHealth } from '../../shared/model/health.ts';
import { appHealthOrder } from '../../shared/model/health.ts';
import { byCodeUnit, by as sortBy } from '../../shared/lib/order.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import { atOnce, mapping, type Work } from '../../shared/lib/slices.ts';
import { frozenAt } from '../model/freeze.ts';
import type { ClusterRecord } from '../model/registry.ts';
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
  return (yield* viewingPage(facts, filter, { limit: Infinity, after: '' })).view;
}

/** Which part of a view is asked for: clusters with so many rows, about, whose names follow. */
export interface StatusPage {
  readonly limit: number;
  /** Empty = from the first on. */
  readonly after: string;
}

/**
 * One page of a view: whole clusters, until they have as many rows as are asked for; `next` is the name to go on after, null at the end. What
 * is not about one cluster comes with the first page.
 */
export function* viewingPage(
  facts: StatusFacts,
  filter: StatusFilter,
  { limit, after }: StatusPage,
): Work<{ readonly view: StatusView; readonly next: string | null }> {
  const { state } = facts;
  assertKnown(state, filter);
  const left = byName(state.clusters).filter(
    ({ name }) => (filter.cluster === undefined || name === filter.cluster) && name > after,
  );
  const clusters: ClusterRecord[] = [];
  const found: (readonly StatusRow[])[] = [];
  for (let weight = 0; clusters.length < left.length && weight < limit;) {
    const record = left[clusters.length] as ClusterRecord;
    const rows = rowsOf(record, facts).filter((row) => isOfApp(row.application, filter.app));
    yield clusterUnits + rowUnits * rows.length;
    weight += Math.max(1, rows.length);
    clusters.push(record);
    found.push(rows);
  }
  const rows = yield* sortedRows(found);
  const view = {
    format: 1 as const,
    source: state.source,
    ledger: state.number,
    at: new Date(facts.now).toISOString(),
    summary: summaryOf(rows, clusters.length),
    applications: rows,
    clusters: yield* mapping(clusters, clusterUnits, (record) => clusterOf(record, facts)),
    ...(after === '' ? wholeOf(facts, filter) : { problems: [], guarded: [], holds: [] }),
  };
  return { view, next: clusters.length < left.length ? (clusters.at(-1)?.name ?? null) : null };
}

/** The clusters of a registry by name. */
export const byName = oncePerValue((clusters: StatusState['clusters']) =>
  [...clusters.values()].sort(sortBy(({ name }) => name)),
);

/** What is not about one cluster alone. */
export function wholeOf(facts: StatusFacts, filter: StatusFilter) {
  const { state } = facts;
  return {
    problems: problemsOf(state, filter),
    guarded: guardedOf(state, filter),
    holds: holdsOf(facts, filter),
    ...deliveriesOf(facts, filter),
    ...frozenOf(facts),
  };
}

/** The view that some pages are together, in the order in which they came. Pure. */
export function joinedPages(pages: readonly [StatusView, ...StatusView[]]): StatusView {
  const [first, ...others] = pages;
  if (others.length === 0) return first;
  const rows = atOnce(sortedRows(pages.map(({ applications }) => applications)));
  const clusters = pages.flatMap((page) => page.clusters);
  return { ...first, summary: summaryOf(rows, clusters.length), applications: rows, clusters };
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
  const reporting = new Set(view.clusters.filter(({ reports }) => reports).map(({ name }) => name));
  const isUnknown = view.applications.some(
    ({ health, cluster }) => health === 'Stale' || (health === 'Unknown' && reporting.has(cluster)),
  );
  return exitOf({
    ...view,
    isUnknown,
    isOld: view.clusters.some(({ stale, state, reports }) => stale || (state === 'waiting' && reports)),
    isLimited: view.clusters.some(({ conditions }) => conditions.some(({ type }) => type === 'DeleteLimited')),
    isDegraded: view.summary.health.Degraded > 0,
  });
}

/** What an exit status is made of. */
interface ExitFacts extends Pick<StatusView, 'problems' | 'guarded' | 'source'> {
  readonly isDegraded: boolean;
  /** The limit of deletions of an agent holds some back. */
  readonly isLimited: boolean;
  readonly isUnknown: boolean;
  readonly isOld: boolean;
}

/** The exit status of a fleet: what is wrong first, then what is not known. Pure. */
export function exitOf({ problems, guarded, source, ...is }: ExitFacts): 0 | 10 | 11 {
  const isWrong = problems.some(({ severity }) => severity === 'error') || guarded.length > 0;
  if (isWrong || is.isDegraded || is.isLimited) return 10;
  return is.isUnknown || is.isOld || source === null ? 11 : 0;
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

/** What stops all deliveries. */
export function frozenOf({ freeze = null, now }: StatusFacts): Pick<StatusView, 'frozen'> {
  const frozen = frozenAt(freeze, now);
  return frozen === null ? {} : { frozen: frozen.why };
}

function isOfApp(key: string, wanted: string | undefined): boolean {
  return wanted === undefined || key === wanted || key.slice(key.indexOf('/') + 1) === wanted;
}
