import { oncePerValue } from '../../shared/lib/memo.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { State } from '../model/state.ts';
import type { SeenDocument } from '../model/seen-documents.ts';
import { takesAll } from './select.ts';
import type { PlaceInput, RunningUnit } from './types.ts';

/** Every unit of the last bundle of every cluster. */
export function runningUnits({ bundles }: Pick<State, 'bundles'>): readonly RunningUnit[] {
  return runningIn(bundles);
}

const runningIn = oncePerValue((bundles: State['bundles']): readonly RunningUnit[] =>
  [...bundles.values()].flatMap(({ cluster, revision }) =>
    revision.apps.map((app) => ({ unit: appKey(app), cluster, revisions: app.revisions.map(({ name }) => name) })),
  ),
);

/** What placing reads; what runs is looked up only where that counts, because it is all of the fleet. */
export function placeInput(
  before: Pick<State, 'picks' | 'bundles'>,
  found: Pick<PlaceInput, 'fleet' | 'history' | 'targets' | 'localCluster'>,
): PlaceInput {
  return {
    ...found,
    picks: before.picks,
    get previous() {
      return runningUnits(before);
    },
  };
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
  const kept = [...picks].filter(([key]) => !takesAll(key));
  const deployments = documents.filter(({ kind }) => kind === 'ApplicationDeployment').map(({ key }) => key);
  const units = new Set(deployments);
  const isUsed = ([key]: (typeof kept)[number]) => units.has(key.split('/', 2).join('/'));
  // Most picks have their document, and the fleet need not be looked through.
  if (!kept.every(isUsed)) {
    for (const { cluster, revision } of bundles.values()) {
      for (const app of clusters.has(cluster) ? revision.apps : []) units.add(appKey(app));
    }
  }
  return new Map(kept.filter(isUsed));
}
