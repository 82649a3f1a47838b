import { by } from '../../shared/lib/order.ts';
import type { Cluster } from '../model/documents.ts';
import type { Fleet, Target } from '../model/fleet.ts';
import type { ClusterRecord } from '../model/registry.ts';

/**
 * The clusters that applications can be placed on: everything registered that is not leaving, and every `Cluster`
 * document. The document's labels win over those of the registry; the registry's capabilities are those in force.
 */
export function targetsOf(fleet: Pick<Fleet, 'clusters'>, clusters: ReadonlyMap<string, ClusterRecord>): Target[] {
  const documents = new Map(fleet.clusters.map(({ doc }) => [doc.metadata.name, doc]));
  const names = new Set([...documents.keys(), ...clusters.keys()]);
  return [...names]
    .filter((name) => clusters.get(name)?.decommission == null)
    .map((name) => targetOf(name, documents.get(name), clusters.get(name)))
    .sort(by((target) => target.name));
}

/** The cluster that placements without a selector mean: the configured one, else the one that is called `local`, if any. */
export function findLocalCluster(configured: string | null, targets: readonly Pick<Target, 'name'>[]): string | null {
  return configured ?? (targets.some(({ name }) => name === 'local') ? 'local' : null);
}

function targetOf(name: string, doc: Cluster | undefined, record: ClusterRecord | undefined): Target {
  return {
    name,
    labels: doc === undefined ? (record?.labels ?? {}) : (doc.metadata.labels ?? {}),
    capabilities: record?.capabilities ?? doc?.spec?.capabilities ?? null,
  };
}
