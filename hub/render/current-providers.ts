import { appKey } from '../../shared/wire/bundle.ts';
import type { State } from '../model/state.ts';
import type { ProviderName } from '../../shared/model/traffic.ts';

/** The provider of the traffic of each unit on each cluster, by `unit cluster`, as its present registration was sent it last. */
export function currentProviders({
  bundles,
  clusters,
}: Pick<State, 'bundles' | 'clusters'>): ReadonlyMap<string, ProviderName> {
  const current = [...bundles.values()].filter(
    ({ cluster, revision }) => clusters.get(cluster)?.registration === revision.registration,
  );
  return new Map(
    current.flatMap(({ cluster, revision }) =>
      revision.apps.flatMap((app) =>
        app.traffic.slice(0, 1).map(({ provider }) => [`${appKey(app)} ${cluster}`, provider] as const),
      ),
    ),
  );
}
