import { oncePerValue } from '../../shared/lib/memo.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { Revision } from '../../shared/wire/revision.ts';
import { applicationOf } from '../model/assignments.ts';
import { differingKeys } from '../model/differing.ts';
import type { UnitFacts } from './facts.ts';

/** What clusters are, beside what an application is there. */
export interface FleetThen extends Pick<UnitFacts, 'reports'>, Pick<UnitFacts['state'], 'clusters' | 'bundles'> {}

type FleetFacts = Pick<UnitFacts, 'reports'> & { readonly state: Pick<UnitFacts['state'], 'clusters' | 'bundles'> };

/** The clusters as they are now, to compare those of later with them: the very same value for the same facts. */
export const fleetThen = oncePerValue(({ state: { clusters, bundles }, reports }: FleetFacts): FleetThen => ({
  clusters,
  bundles,
  reports,
}));

/** The clusters of which a record, a report or a bundle is another value than it was then. */
export function changedSince(then: FleetThen, now: FleetThen): ReadonlySet<string> {
  return new Set([...changesSince(then, now).any, ...differingKeys(then.bundles, now.bundles)]);
}

/** The same, but of the clusters where the bundle alone is another value those in which it has something else of an application. */
export function changedOf(app: string, then: FleetThen, now: FleetThen): ReadonlySet<string> {
  const { any, published } = changesSince(then, now);
  return new Set([...any, ...(published.get(app) ?? []).map(([, cluster]) => cluster)]);
}

interface Changes {
  /** Where a record, a report or the registration of the bundle is another value. */
  readonly any: ReadonlySet<string>;
  /** By application where the bundle has something else of it. */
  readonly published: ReadonlyMap<string, readonly (readonly [app: string, cluster: string])[]>;
}

const known = new WeakMap<FleetThen, { readonly then: WeakRef<FleetThen>; readonly changes: Changes }>();

// All applications of a fleet ask for the same two moments.
function changesSince(then: FleetThen, now: FleetThen): Changes {
  const last = known.get(now);
  if (last?.then.deref() === then) return last.changes;
  const changes = foundSince(then, now);
  known.set(now, { then: new WeakRef(then), changes });
  return changes;
}

function foundSince(then: FleetThen, now: FleetThen): Changes {
  const any = new Set([...differingKeys(then.clusters, now.clusters), ...differingKeys(then.reports, now.reports)]);
  const others: (readonly [app: string, cluster: string])[] = [];
  for (const cluster of differingKeys(then.bundles, now.bundles)) {
    const [before, after] = [then.bundles.get(cluster)?.revision, now.bundles.get(cluster)?.revision];
    if (before === undefined || before.registration !== after?.registration) any.add(cluster);
    else others.push(...differingApps(before.apps, after.apps).map((app) => [app, cluster] as const));
  }
  return { any, published: Map.groupBy(others, ([app]) => app) };
}

/** The applications of which one of two bundles has another value. */
function differingApps(before: Revision['apps'], after: Revision['apps']): readonly string[] {
  const former = new Set(before);
  const now = new Set(after);
  const differing = [...after.filter((app) => !former.has(app)), ...before.filter((app) => !now.has(app))];
  return [...new Set(differing.map((app) => applicationOf(appKey(app))))];
}
