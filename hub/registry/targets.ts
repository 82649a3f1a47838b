import { oncePerValue } from '../../shared/lib/memo.ts';
import { by } from '../../shared/lib/order.ts';
import type { Labels } from '../../shared/model/selector.ts';
import type { Cluster } from '../model/documents.ts';
import { differingKeys } from '../model/differing.ts';
import type { Fleet, Site, Target } from '../model/fleet.ts';
import type { ClusterRecord, Registry } from '../model/registry.ts';
import type { ReceivedReport, Reports } from '../model/reports.ts';

/**
 * The clusters that applications can be placed on: everything registered that is not leaving, and every `Cluster`
 * document. The document's labels win over those of the registry; the registry's capabilities are those in force; `versions` are
 * those of Kubernetes that agents reported.
 */
export function targetsOf(
  fleet: Pick<Fleet, 'clusters'>,
  clusters: Registry,
  versions: ReadonlyMap<string, string>,
): readonly Target[] {
  const before = lists.get(clusters);
  if (before?.documents === fleet.clusters && before.versions === versions) return before.targets;
  const documents = new Map(fleet.clusters.map(({ doc }) => [doc.metadata.name, doc]));
  const names = new Set([...documents.keys(), ...clusters.keys()]);
  const targets = [...names]
    .filter((name) => clusters.get(name)?.decommission == null)
    .map((name) => targetOf(documents.get(name), clusters.get(name), { name, version: versions.get(name) ?? '' }))
    .sort(by((target) => target.name));
  const same = sameList(before?.targets, targets);
  lists.set(clusters, { documents: fleet.clusters, versions, targets: same });
  return same;
}

/**
 * The clusters as placement sees them: the very list of before where each has the same name and labels, whatever they offer. Each first
 * report says what a cluster offers, and places nothing.
 */
export const sitesOf = oncePerValue((targets: readonly Target[]): readonly Site[] => {
  const sites = targets.map(siteOf);
  const [first] = sites;
  if (first === undefined) return sites;
  const same = sameList(siteLists.get(first), sites);
  siteLists.set(first, same);
  return same;
});

// By the first of them.
const siteLists = new WeakMap<Site, readonly Site[]>();

// By its labels: the record of a cluster is another one where it offers other things, and has the very same labels.
const sites = new WeakMap<Labels, Site>();

function siteOf({ name, labels }: Target): Site {
  const before = sites.get(labels);
  if (before?.name === name) return before;
  const site = { name, labels };
  sites.set(labels, site);
  return site;
}

interface KnownList {
  readonly documents: Fleet['clusters'];
  readonly versions: ReadonlyMap<string, string>;
  readonly targets: readonly Target[];
}

// By the registry: as long as no cluster is another one, all that is made of the list is the same, too.
const lists = new WeakMap<Registry, KnownList>();

/** The very list of before where it has the very same values. */
function sameList<T>(before: readonly T[] | undefined, now: readonly T[]): readonly T[] {
  const isSame = before?.length === now.length && before.every((one, index) => one === now[index]);
  return isSame ? before : now;
}

/** The cluster that placements without a selector mean: the configured one, else the one that is called `local`, if any. */
export function findLocalCluster(configured: string | null, targets: readonly Pick<Target, 'name'>[]): string | null {
  return configured ?? (targets.some(({ name }) => name === 'local') ? 'local' : null);
}

interface Named {
  readonly name: string;
  readonly version: string;
}

interface KnownTarget extends Named {
  readonly doc: Cluster | undefined;
  readonly target: Target;
}

// By its record, or by its document where it has not joined: the very same value while it is made from the same.
const known = new WeakMap<ClusterRecord | Cluster, KnownTarget>();

function targetOf(doc: Cluster | undefined, record: ClusterRecord | undefined, named: Named): Target {
  const owner = record ?? doc;
  const before = owner === undefined ? undefined : known.get(owner);
  if (before !== undefined && before.doc === doc && before.version === named.version) return before.target;
  const target = newTarget(doc, record, named);
  if (owner !== undefined) known.set(owner, { ...named, doc, target });
  return target;
}

function newTarget(doc: Cluster | undefined, record: ClusterRecord | undefined, { name, version }: Named): Target {
  return {
    name,
    labels: doc === undefined ? (record?.labels ?? {}) : (doc.metadata.labels ?? {}),
    capabilities: record?.capabilities ?? doc?.spec?.capabilities ?? null,
    ...(version !== '' && { kubernetes: version }),
  };
}

interface KnownVersions {
  readonly reports: Reports;
  readonly versions: ReadonlyMap<string, string>;
}

// By the registry, as the targets.
const knownVersions = new WeakMap<Registry, KnownVersions>();

/**
 * The versions of Kubernetes that agents reported, by cluster; an agent that does not know yet reports none. The very same mapping for as
 * long as no agent of a registry reports another one.
 */
export function reportedVersions(reports: Reports, clusters: Registry): ReadonlyMap<string, string> {
  const before = knownVersions.get(clusters);
  const changed = before === undefined ? null : [...differingKeys(before.reports, reports)];
  const isSame = changed?.every((name) => before?.versions.get(name) === versionOf(reports.get(name))) === true;
  const versions =
    before !== undefined && isSame
      ? before.versions
      : new Map([...reports].map(([name, received]) => [name, versionOf(received) ?? '']));
  knownVersions.set(clusters, { reports, versions });
  return versions;
}

function versionOf(received: ReceivedReport | undefined): string | undefined {
  return received?.report.agent.kubernetes;
}

/** The labels of each cluster. */
export const labelsByName = oncePerValue(
  (sites: readonly Site[]) => new Map(sites.map(({ name, labels }) => [name, labels])),
);
