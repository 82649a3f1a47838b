import { differingKeys } from '../model/differing.ts';
import type { UnitFacts } from './facts.ts';

/** What clusters are, beside what an application is there. */
export interface FleetThen extends Pick<UnitFacts, 'reports'>, Pick<UnitFacts['state'], 'clusters' | 'bundles'> {}

/** The clusters as they are now, to compare those of later with them. */
export function fleetThen({ state: { clusters, bundles }, reports }: Pick<UnitFacts, 'state' | 'reports'>): FleetThen {
  return { clusters, bundles, reports };
}

/** The clusters of which a record, a report or a bundle is another value than it was then. */
export function changedSince(then: FleetThen, now: FleetThen): ReadonlySet<string> {
  return new Set([
    ...differingKeys(then.clusters, now.clusters),
    ...differingKeys(then.reports, now.reports),
    ...differingKeys(then.bundles, now.bundles),
  ]);
}
