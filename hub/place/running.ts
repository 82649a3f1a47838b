import { appKey } from '../../shared/wire/bundle.ts';
import type { State } from '../model/state.ts';
import type { SeenDocument } from '../model/seen-documents.ts';
import { takesAll } from './select.ts';

/** A unit (`namespace/name`) on a cluster, with the names of its revisions there. */
export interface RunningUnit {
  readonly unit: string;
  readonly cluster: string;
  readonly revisions: readonly string[];
}

/** Every unit of the last bundle of every cluster. */
export function runningUnits({ bundles }: Pick<State, 'bundles'>): RunningUnit[] {
  return [...bundles.values()].flatMap(({ cluster, revision }) =>
    revision.apps.map((app) => ({ unit: appKey(app), cluster, revisions: app.revisions.map(({ name }) => name) })),
  );
}

/**
 * The picks that stay recorded: those of deployments that have a document, or objects in the bundle of a cluster that is
 * registered. The key of a pick begins with `namespace/name`. Those of `pick: all` say nothing that their selectors do not say.
 */
export function picksInUse(
  picks: State['picks'],
  documents: readonly SeenDocument[],
  { bundles, clusters }: Pick<State, 'bundles' | 'clusters'>,
): State['picks'] {
  const deployments = documents.filter(({ kind }) => kind === 'ApplicationDeployment').map(({ key }) => key);
  const units = new Set(deployments);
  for (const { cluster, revision } of bundles.values()) {
    for (const app of clusters.has(cluster) ? revision.apps : []) units.add(appKey(app));
  }
  return new Map([...picks].filter(([key]) => units.has(key.split('/', 2).join('/')) && !takesAll(key)));
}
