import { by } from '../../shared/lib/order.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { NextBundle } from '../model/bundle.ts';
import type { PublishedBundles } from '../model/published-bundle.ts';

/** The most clusters that one commit publishes to: its pack stays small, and the first clusters do not wait for the last. */
const mostClusters = 500;

/**
 * The planned bundles as one commit after the other takes them: those first whose change reaches the fewest clusters, so that a group does not wait
 * behind a push to all. Bundles that an application leaves stay together: they were judged, and perhaps approved, as one change.
 * At least one portion. Pure.
 */
export function portionsOf(
  planned: readonly NextBundle[],
  bundles: PublishedBundles,
  most = mostClusters,
): readonly (readonly NextBundle[])[] {
  if (planned.length <= most) return [planned];
  const changes = planned.map((bundle) => changesOf(bundle, bundles));
  const reach = new Map<string, number>();
  for (const { changed } of changes) for (const app of changed) reach.set(app, (reach.get(app) ?? 0) + 1);
  const scope = ({ changed, isLeft }: Changes): number =>
    isLeft ? 0 : Math.min(...changed.map((app) => reach.get(app) ?? 0), planned.length);
  const scoped = changes.map((change, index) => ({ bundle: planned[index] as NextBundle, at: scope(change) }));
  const sorted = scoped.sort(by(({ bundle }) => bundle.cluster)).sort((a, b) => a.at - b.at);
  const together = sorted.filter(({ at }) => at === 0).length;
  const first = Math.max(most, together);
  const starts = Array.from({ length: Math.ceil((planned.length - first) / most) }, (_, index) => first + index * most);
  const cut = (from: number, to: number) => sorted.slice(from, to).map(({ bundle }) => bundle);
  return [cut(0, first), ...starts.map((start) => cut(start, start + most))];
}

/** The applications that a bundle changes, and whether one of them leaves the cluster. */
interface Changes {
  readonly changed: readonly string[];
  readonly isLeft: boolean;
}

function changesOf({ cluster, revision }: NextBundle, bundles: PublishedBundles): Changes {
  const before = new Map((bundles.get(cluster)?.revision.apps ?? []).map((app) => [appKey(app), app.digest]));
  const now = new Set(revision.apps.map(appKey));
  const changed = revision.apps.filter((app) => before.get(appKey(app)) !== app.digest).map(appKey);
  return { changed, isLeft: [...before.keys()].some((app) => !now.has(app)) };
}
