import { oncePerValue } from '../../shared/lib/memo.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { AgentReport, ReportApp } from '../../shared/wire/report.ts';
import type { BundleApp, Revision } from '../../shared/wire/revision.ts';
import type { RevisionHistory } from '../model/fleet.ts';
import type { Reports } from '../model/reports.ts';
import type { Problem } from '../model/source.ts';
import type { State } from '../model/state.ts';
import { revisionKey, type Revisions } from './each-revision.ts';
import { takesLive, type HasComponent, type LiveOf } from './outputs.ts';
import { partProblem } from './unit-problems.ts';
import type { Unit } from './units.ts';

/**
 * What components of a unit wait for, as problems. Where its cluster has one of them already, all of the unit stays as it is: without
 * it, its objects would be taken for removed.
 */
export function withheldIn(
  unit: Unit,
  revisions: Revisions,
  hasComponent: HasComponent,
): { readonly by: 'agent' | 'input'; readonly problems: readonly Problem[] } | null {
  if (!unit.parts.some(({ record }) => takesLive(record))) return null;
  const found = unit.parts.flatMap((part) => {
    const attempt = revisions.get(revisionKey(unit, part));
    const components = attempt !== undefined && 'value' in attempt ? attempt.value : [];
    return components.flatMap(({ component, withheld }) =>
      withheld === undefined ? [] : [{ part, component, withheld }],
    );
  });
  if (found.length === 0) return null;
  const isThere = found.some(({ component }) => hasComponent(unit.key, unit.target.name, component));
  const problems = found.map(({ part, component, withheld }) => {
    const index = part.record.application.spec.components.findIndex(({ name }) => name === component);
    const hint = isThere
      ? 'it stays as it is there until the agent reports that; where what gives it is new, too, deliver that with a commit of its own first'
      : 'it follows once the agent reports that; the other components are delivered without it';
    const fault = {
      code: 'UNAVAILABLE',
      message: withheld.message,
      hint,
      path: ['spec', 'components', index],
    } as const;
    return { ...partProblem(unit, part, fault, 'warning'), cluster: unit.target.name };
  });
  return { by: isThere ? 'agent' : 'input', problems };
}

const reportedApps = oncePerValue(
  ({ apps }: AgentReport): ReadonlyMap<string, ReportApp> => new Map(apps.map((app) => [appKey(app), app])),
);

const publishedApps = oncePerValue(
  ({ apps }: Revision): ReadonlyMap<string, BundleApp> => new Map(apps.map((app) => [appKey(app), app])),
);

/**
 * What clusters told of live objects: of whatever content they are, because a value is better than none while its object changes, and
 * the next report has the next one.
 */
export function liveFrom(reports: Reports): LiveOf {
  return (unit, cluster) => {
    const received = reports.get(cluster);
    const observations = received === undefined ? undefined : reportedApps(received.report).get(unit)?.observations;
    if (observations === undefined) return undefined;
    return new Map<ObjectId, Readonly<Record<string, unknown>>>(observations.map(({ id, values }) => [id, values]));
  };
}

/** Which components a cluster has of a unit, by its last bundle: objects say it, or the revision that they are of. */
export function componentsPublished(
  { bundles, clusters }: Pick<State, 'bundles' | 'clusters'>,
  { revisions }: RevisionHistory,
): HasComponent {
  return (unit, cluster, component) => {
    const revision = bundles.get(cluster)?.revision;
    if (revision === undefined || revision.registration !== clusters.get(cluster)?.registration) return false;
    const app = publishedApps(revision).get(unit);
    if (app === undefined) return false;
    if (app.objects.some((object) => object.component === component)) return true;
    // What has an order names the component of each object.
    if (app.objects.some((object) => object.component !== undefined)) return false;
    const names = new Set(app.revisions.map(({ name }) => name));
    const records = [...revisions.values()].flat().filter((record) => names.has(record.name));
    return records.some(({ application }) => application.spec.components.some(({ name }) => name === component));
  };
}

/** What clusters told, and have, of the objects of units. */
export function heard(
  reports: Reports,
  state: Pick<State, 'bundles' | 'clusters'>,
  history: RevisionHistory,
): { readonly liveOf: LiveOf; readonly hasComponent: HasComponent } {
  return { liveOf: liveFrom(reports), hasComponent: componentsPublished(state, history) };
}
