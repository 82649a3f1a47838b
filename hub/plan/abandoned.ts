import { oncePerValue } from '../../shared/lib/memo.ts';
import { atOnce, mapping, type Work } from '../../shared/lib/slices.ts';
import { appKey, splitKey } from '../../shared/wire/bundle.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import type { NextBundle } from '../model/bundle.ts';
import { isHealthy } from '../model/health.ts';
import type { Problem } from '../model/source.ts';
import { applicationsOf, type DepartureInput } from './departures.ts';
import { previousRevision } from './input.ts';

/** Letters that are shown of what an agent said of a change. */
const shown = 160;

/**
 * A warning for each deployment whose document was removed before its change was done (applied in full, and healthy), where its Application takes its place
 * at once, because it has some of the same objects (`departures.ts`): the revision that served goes, and the newest one comes, ready or not. Each stays
 * until that one is healthy, or is taken back. Pure.
 */
export function abandonedChanges(input: DepartureInput, next: readonly NextBundle[]): Problem[] {
  return atOnce(findingAbandoned(input, next));
}

/** What a bundle that changes costs, in units of a slice. */
const bundleUnits = 2;

/** The same, as work in steps. */
export function* findingAbandoned(input: DepartureInput, next: readonly NextBundle[]): Work<Problem[]> {
  const found = yield* mapping(next, bundleUnits, ({ cluster, revision }) => {
    const record = input.state.clusters.get(cluster);
    const before = record === undefined ? null : previousRevision(input.state, record);
    const kept = new Set(revision.apps.map(appKey));
    const gone = (before?.apps ?? []).filter((app) => !kept.has(appKey(app)));
    return gone.flatMap((app) => warningFor(input, app, cluster) ?? []);
  });
  const begun = found.flat();
  const told = new Set(begun.map(pairOf));
  const open = input.state.problems.filter(
    (problem) => problem.code === 'CHANGE_ABANDONED' && !told.has(pairOf(problem)) && isOpen(input, problem),
  );
  return [...open, ...begun];
}

function warningFor(input: DepartureInput, app: BundleApp, cluster: string): Problem | null {
  const { placement, reports, judged } = input;
  const unit = appKey(app);
  if (placement.documents.has(splitKey(unit).app)) return null;
  const seen = reports.get(cluster)?.report.apps.find((one) => appKey(one) === unit);
  // Without a report nothing is known of it.
  if (seen === undefined) return null;
  if (seen.applied === app.digest && isHealthy(seen.health, judged(unit, cluster, app))) return null;
  const names = applicationsOf(app);
  const heir = assignedTo(placement, cluster).find(({ unit: heirUnit }) => names.has(heirUnit));
  if (heir === undefined) return null;
  const said = seen.message.length > shown ? `${seen.message.slice(0, shown)}...` : seen.message;
  const message = `${unit} was removed from ${cluster} before its change was done (${said}): ${heir.revision} takes its place, ready or not`;
  const hint = `bring the document of ${unit} back to have what served again, or wait until ${heir.revision} is healthy`;
  return { code: 'CHANGE_ABANDONED', severity: 'warning', message, hint, app: heir.unit, cluster };
}

/** True until the agent says that what took its place is applied and healthy, for as long as that is to run there. */
function isOpen({ state, placement, reports, judged }: DepartureInput, { app, cluster = '' }: Problem): boolean {
  const isPlaced = assignedTo(placement, cluster).some(({ unit }) => unit === app);
  const wanted = state.bundles.get(cluster)?.revision.apps.find((one) => appKey(one) === app);
  const seen = reports.get(cluster)?.report.apps.find((one) => appKey(one) === app);
  if (!isPlaced || wanted === undefined || seen?.applied !== wanted.digest) return isPlaced;
  return !isHealthy(seen.health, judged(appKey(wanted), cluster, wanted));
}

type Assignments = DepartureInput['placement']['assignments'];

function assignedTo({ assignments }: DepartureInput['placement'], cluster: string): Assignments {
  return byCluster(assignments).get(cluster) ?? [];
}

const byCluster = oncePerValue((assignments: Assignments) => Map.groupBy(assignments, ({ cluster }) => cluster));

function pairOf({ app = '', cluster = '' }: Problem): string {
  return `${app} ${cluster}`;
}
