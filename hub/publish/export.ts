import { SluiceError } from '../../shared/errors.ts';
import { makeCommit } from '../model/commit.ts';
import type { GitObject, Oid } from '../../shared/lib/git/object.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { ObjectReader } from '../model/objects.ts';
import { clusterRef, mainRef } from '../../shared/wire/layout.ts';
import type { HubKeys } from '../keys/types.ts';
import type { PublishedBundle } from '../model/published-bundle.ts';
import { missingObjects } from '../model/tree-files.ts';
import { channelCommit } from '../model/channel-commit.ts';
import { buildList, shardsOf, type FreshnessState } from './freshness.ts';
import { mainTree } from './main-ref.ts';

/** What an export is made of. */
export interface ExportDeps {
  readonly objects: ObjectReader;
  readonly keys: HubKeys;
  readonly clock: Pick<Clock, 'now'>;
}

/** Which clusters (null = all that are served), and for how long their bundles are vouched for. */
export interface ExportOptions {
  readonly clusters: readonly string[] | null;
  readonly freshMs: number;
}

/** A channel in memory: every ref with all that it reaches. */
export interface ExportedChannel {
  readonly refs: ReadonlyMap<string, Oid>;
  readonly objects: readonly GitObject[];
  readonly clusters: readonly string[];
}

/**
 * Builds the channel, or a part of it, from the ledger alone: each bundle's very bytes without history, the root documents,
 * and freshness lists that name the exported clusters alone. Throws REFERENCE_NOT_FOUND for an unknown cluster.
 */
export function exportedChannel(deps: ExportDeps, state: FreshnessState, options: ExportOptions): ExportedChannel {
  const { objects, keys, clock } = deps;
  const chosen = chosenBundles(state, options.clusters);
  const time = Math.floor(clock.now() / 1000);
  const main = mainTree(keys);
  const mainCommit = makeCommit({ tree: main.root, parent: null, time, message: 'root documents' });
  const all = new Map([mainCommit, ...main.objects].map((object) => [object.oid, object]));
  const refs = new Map([[mainRef, mainCommit.oid]]);
  const take = (ref: string, tip: Oid, found: readonly GitObject[]): void => {
    for (const object of found) all.set(object.oid, object);
    refs.set(ref, tip);
  };
  for (const bundle of chosen) {
    const commit = channelCommit(bundle, null);
    const below = missingObjects(objects, bundle.tree, (oid) => all.has(oid));
    take(clusterRef(bundle.cluster), commit.oid, [commit, ...below]);
  }
  const freshness = { keys, clock, freshMs: options.freshMs };
  const bundles = new Map(chosen.map((bundle) => [bundle.cluster, bundle]));
  for (const [shard, listed] of shardsOf({ ...state, bundles })) {
    const list = buildList(freshness, state, { shard, bundles: listed, parent: null });
    take(list.move.ref, list.move.to, list.objects);
  }
  return { refs, objects: [...all.values()], clusters: chosen.map(({ cluster }) => cluster) };
}

function chosenBundles(state: FreshnessState, names: readonly string[] | null): PublishedBundle[] {
  const served = [...shardsOf(state).values()].flat();
  const byName = new Map(served.map((bundle) => [bundle.cluster, bundle]));
  return (names ?? [...byName.keys()].sort()).map((name) => {
    const bundle = byName.get(name);
    if (bundle !== undefined) return bundle;
    throw new SluiceError('REFERENCE_NOT_FOUND', 'nothing is published to such a cluster', {
      subject: name,
      hint: 'see `sluice-hub cluster list`: it must be registered, not revoked, and have a generation',
    });
  });
}
