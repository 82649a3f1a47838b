import { oncePerValue } from '../../shared/lib/memo.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { Revision } from '../../shared/wire/revision.ts';
import type { State } from '../model/state.ts';
import type { ProviderName } from '../../shared/model/traffic.ts';

/** The provider of the traffic of each unit on each cluster, by `unit cluster`, as its present registration was sent it last. */
export function currentProviders({
  bundles,
  clusters,
}: Pick<State, 'bundles' | 'clusters'>): ReadonlyMap<string, ProviderName> {
  const current = new Map<string, ProviderName>();
  for (const { cluster, revision } of bundles.values()) {
    if (clusters.get(cluster)?.registration !== revision.registration) continue;
    for (const [unit, provider] of providersIn(revision)) current.set(`${unit} ${cluster}`, provider);
  }
  return sameMap(clusters, current);
}

/** The providers of the units of a bundle that have traffic: most have none. */
const providersIn = oncePerValue(({ apps }: Revision): readonly (readonly [unit: string, provider: ProviderName])[] => {
  const found = apps.flatMap((app) => app.traffic.slice(0, 1).map(({ provider }) => [appKey(app), provider] as const));
  return found.length === 0 ? none : found;
});

const none: readonly never[] = [];

const maps = new WeakMap<State['clusters'], ReadonlyMap<string, ProviderName>>();

/** The very map of before where it says the same: what is rendered from it is the same, too. */
function sameMap(
  clusters: State['clusters'],
  current: ReadonlyMap<string, ProviderName>,
): ReadonlyMap<string, ProviderName> {
  const before = maps.get(clusters);
  const isSame = before?.size === current.size && [...current].every(([key, name]) => before.get(key) === name);
  if (isSame) return before;
  maps.set(clusters, current);
  return current;
}
