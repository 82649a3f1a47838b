import { by } from '../../shared/lib/order.ts';
import type { Cluster } from '../model/documents.ts';
import type { Fleet, Target } from '../model/fleet.ts';
import type { ClusterRecord } from '../model/registry.ts';
import type { Reports } from '../model/reports.ts';

/**
 * The clusters that applications can be placed on: everything registered that is not leaving, and every `Cluster`
 * document. The document's labels win over those of the registry; the registry's capabilities are those in force; `versions` are
 * those of Kubernetes that agents reported.
 */
export function targetsOf(
  fleet: Pick<Fleet, 'clusters'>,
  clusters: ReadonlyMap<string, ClusterRecord>,
  versions: ReadonlyMap<string, string>,
): Target[] {
  const documents = new Map(fleet.clusters.map(({ doc }) => [doc.metadata.name, doc]));
  const names = new Set([...documents.keys(), ...clusters.keys()]);
  return [...names]
    .filter((name) => clusters.get(name)?.decommission == null)
    .map((name) => ({ ...targetOf(name, documents.get(name), clusters.get(name)), ...versionOf(name, versions) }))
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

function versionOf(name: string, versions: ReadonlyMap<string, string>): Pick<Target, 'kubernetes'> {
  const kubernetes = versions.get(name) ?? '';
  return kubernetes === '' ? {} : { kubernetes };
}

/** The versions of Kubernetes that agents reported, by cluster; an agent that does not know yet reports none. */
export function reportedVersions(reports: Reports): ReadonlyMap<string, string> {
  return new Map([...reports].map(([name, { report }]) => [name, report.agent.kubernetes]));
}
