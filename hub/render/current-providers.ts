import { isEqual } from '../../shared/lib/equal.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { Revision } from '../../shared/wire/revision.ts';
import { differingKeys } from '../model/differing.ts';
import type { PublishedBundle } from '../model/published-bundle.ts';
import type { State } from '../model/state.ts';
import type { ProviderName } from '../../shared/model/traffic.ts';

/** The provider of the traffic of each unit on each cluster, by `unit cluster`, as its present registration was sent it last. */
export function currentProviders({
  bundles,
  clusters,
}: Pick<State, 'bundles' | 'clusters'>): ReadonlyMap<string, ProviderName> {
  const before = maps.get(clusters);
  if (before !== undefined && areSame(before.bundles, bundles)) {
    maps.set(clusters, { ...before, bundles });
    return before.current;
  }
  const current = new Map<string, ProviderName>();
  for (const { cluster, revision } of bundles.values()) {
    if (clusters.get(cluster)?.registration !== revision.registration) continue;
    for (const [unit, provider] of providersIn(revision)) current.set(`${unit} ${cluster}`, provider);
  }
  const isKept =
    before?.current.size === current.size && [...current].every(([key, name]) => before.current.get(key) === name);
  const same = isKept ? before.current : current;
  maps.set(clusters, { bundles, current: same });
  return same;
}

interface Known {
  readonly bundles: State['bundles'];
  readonly current: ReadonlyMap<string, ProviderName>;
}

// By the registry. The very map of before where it says the same: what is rendered from it is the same, too.
const maps = new WeakMap<State['clusters'], Known>();

/** True where no bundle that is another one says another provider, or is for another registration. */
function areSame(before: State['bundles'], now: State['bundles']): boolean {
  const said = (bundle: PublishedBundle | undefined) => {
    const providers = bundle === undefined ? none : providersIn(bundle.revision);
    return providers.length === 0 ? null : [bundle?.revision.registration, providers];
  };
  return [...differingKeys(before, now)].every((name) => isEqual(said(before.get(name)), said(now.get(name))));
}

/** The providers of the units of a bundle that have traffic: most have none. */
const providersIn = oncePerValue(({ apps }: Revision): readonly (readonly [unit: string, provider: ProviderName])[] => {
  const found = apps.flatMap((app) => app.traffic.slice(0, 1).map(({ provider }) => [appKey(app), provider] as const));
  return found.length === 0 ? none : found;
});

const none: readonly never[] = [];
