import type { InventoryEntry } from '../model/inventory.ts';
import type { Live } from '../model/live.ts';
import { byCodeUnit } from '../../shared/lib/order.ts';
import type { ReportRevision } from '../../shared/wire/report.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';

/**
 * Replicas of the revisions that the bundle does not name any more and that still run here: being removed, or kept because
 * their successor did not become ready. Their desired replicas are those of the live workloads. `entries` are the application's.
 */
export function leavingRevisions(
  live: Live,
  entries: readonly Pick<InventoryEntry, 'id' | 'revision'>[],
  app: BundleApp,
): ReportRevision[] {
  const wanted = new Set(app.revisions.map(({ name }) => name));
  const leaving = entries.filter(({ revision }) => revision !== null && !wanted.has(revision));
  const names = [...new Set(leaving.flatMap(({ revision }) => revision ?? []))].sort(byCodeUnit);
  return names.flatMap((name) => {
    const counts = leaving
      .filter(({ revision }) => revision === name)
      .flatMap(({ id }) => live.object(id)?.replicas ?? []);
    if (counts.length === 0) return [];
    return [
      {
        name,
        ready: counts.reduce((sum, { ready }) => sum + ready, 0),
        desired: counts.reduce((sum, { spec }) => sum + spec, 0),
      },
    ];
  });
}
