import { differingKeys } from '../model/differing.ts';
import { indexedBy, type RenderedByCluster } from '../model/rendered-on.ts';
import type { RenderedApp } from '../model/rendered.ts';
import type { Everywhere } from './everywhere.ts';

/** Everything that was rendered, and the same by cluster. */
export interface RenderedIndex {
  readonly apps: readonly RenderedApp[];
  readonly byCluster: RenderedByCluster;
}

/** The index of a render before, and what that was made of, by unit. */
export interface FormerIndex {
  readonly everywhere: ReadonlyMap<string, Everywhere>;
  readonly byCluster: RenderedByCluster | null;
}

/** All that was rendered: a cluster for which nothing changed has the very list of before. */
export function renderedIndex(all: readonly Everywhere[], before: FormerIndex): RenderedIndex {
  const apps = all.flatMap((one) => one.apps);
  const changed = before.byCluster === null ? null : changedClusters(all, before.everywhere);
  const byCluster =
    before.byCluster === null || changed === null || changed.size > before.byCluster.size / 2
      ? Map.groupBy(apps, ({ cluster }) => cluster)
      : changedIn(before.byCluster, changed, all);
  return { apps: indexedBy(apps, byCluster), byCluster };
}

/** The clusters for which something else was rendered. */
function changedClusters(all: readonly Everywhere[], before: FormerIndex['everywhere']): ReadonlySet<string> {
  const now = new Map(all.map((one) => [one.located.key, one]));
  const keys = [...new Set([...now.keys(), ...before.keys()])];
  return new Set(keys.flatMap((key) => differing(now.get(key)?.there ?? nothing, before.get(key)?.there ?? nothing)));
}

const nothing: Everywhere['there'] = new Map();

function differing(now: Everywhere['there'], before: Everywhere['there']): readonly string[] {
  const appOf = (there: Everywhere['there'], cluster: string) => there.get(cluster)?.settled.app ?? null;
  return [...differingKeys(before, now)].filter((cluster) => appOf(now, cluster) !== appOf(before, cluster));
}

function changedIn(
  byCluster: RenderedByCluster,
  changed: ReadonlySet<string>,
  all: readonly Everywhere[],
): RenderedByCluster {
  const next = new Map(byCluster);
  for (const cluster of changed) {
    const apps = all.flatMap(({ there }) => there.get(cluster)?.settled.app ?? []);
    if (apps.length > 0) next.set(cluster, apps);
    else next.delete(cluster);
  }
  return next;
}
