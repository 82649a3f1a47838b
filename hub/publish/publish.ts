import type { NextBundle } from '../model/bundle.ts';
import type { Changes } from '../model/changes.ts';
import type { PublishedBundle } from '../model/published-bundle.ts';
import { inSlices, startSlices, type Work } from '../../shared/lib/slices.ts';
import type { Problem } from '../model/source.ts';
import type { View } from '../model/store.ts';
import { SluiceError } from '../../shared/errors.ts';
import type { Oid } from '../../shared/lib/git/object.ts';
import { clusterRef } from '../../shared/wire/layout.ts';
import { buildingBundle, type BuiltBundle, type BundleFacts } from './bundle.ts';
import { newSharing } from './folders.ts';
import { freshFor, instantOf, type PublishDeps } from './types.ts';
import { diverged, finishPending } from './pending.ts';
import { positionOf } from './refs.ts';

/** Changes to commit, the view that they were decided from, and the bundles that go with them. */
export interface PublishChange {
  readonly view: View;
  readonly changes: Changes;
  readonly next: readonly NextBundle[];
  /** Why, as one line. */
  readonly message: string;
}

/** The state as committed, the clusters with a new bundle, the refs that moved, and a problem for each ref that did not. */
export interface Published {
  readonly kind: 'unchanged' | 'committed';
  readonly state: View;
  readonly clusters: readonly string[];
  readonly moved: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * Publishes in the order of channel.md: build and sign; one pack; compare-and-swap the ledger (the commit point); move
 * refs; read back. Dying anywhere is harmless: finishPending does the rest, and signs nothing again. Call it after
 * finishPending. Throws LEDGER_RACED when another hub was first: read again and plan again.
 */
export async function publish(deps: PublishDeps, { view, changes, next, message }: PublishChange): Promise<Published> {
  const { store, channel, clock, onCommit, onStep = () => undefined } = deps;
  onStep('build');
  const now = clock.now();
  const refs = channel.refs();
  const stopped = next.filter(({ cluster }) => isDiverged(view.bundles.get(cluster), refs));
  const slices = startSlices();
  const sharing = newSharing();
  const built: BuiltBundle[] = [];
  for (const bundle of next) {
    if (stopped.includes(bundle)) continue;
    const at = refs.get(clusterRef(bundle.cluster)) ?? null;
    built.push(await inSlices(build(deps, view, bundle, { now, at, sharing }), slices));
  }
  onStep('write channel objects');
  const written = channel.write(built.flatMap(({ objects, commit }) => [commit, ...objects]));
  onStep('commit ledger');
  const bundles = new Map(built.map(({ bundle }) => [bundle.cluster, bundle]));
  // Both packs are written side by side; the commit counts when both are durable.
  const [committed] = await Promise.all([
    store.commit({
      base: view.base,
      changes: { ...changes, bundles },
      objects: built.flatMap(({ objects }) => objects),
      message,
      at: now,
      before: written,
    }),
    written,
  ]);
  onCommit?.(next.filter((bundle) => !stopped.includes(bundle)));
  onStep('committed');
  const finished = await finishPending(deps, committed);
  onStep('read back');
  const waiting = new Set(finished.problems.flatMap(({ code, cluster }) => (code === 'FORBIDDEN' ? [cluster] : [])));
  assertShown(
    deps,
    built.filter(({ bundle }) => !waiting.has(bundle.cluster)).map(({ bundle }) => bundle),
  );
  return {
    kind: committed.base === view.base ? 'unchanged' : 'committed',
    state: committed,
    clusters: built.map(({ bundle }) => bundle.cluster),
    moved: finished.moved,
    problems: [...finished.problems, ...stopped.map(({ cluster }) => diverged(clusterRef(cluster), cluster))].filter(
      (problem, i, all) => all.findIndex(({ message: text }) => text === problem.message) === i,
    ),
  };
}

function build(
  { store, keys, freshMs = freshFor }: PublishDeps,
  view: View,
  next: NextBundle,
  { now, ...facts }: { readonly now: number } & Required<Pick<BundleFacts, 'at' | 'sharing'>>,
): Work<BuiltBundle> {
  return buildingBundle(store.objects, keys.hub, next, {
    ledger: view.number + 1,
    issuedAt: instantOf(now),
    freshUntil: instantOf(now + freshMs),
    previous: view.bundles.get(next.cluster) ?? null,
    ...facts,
  });
}

function isDiverged(bundle: PublishedBundle | undefined, refs: ReadonlyMap<string, Oid>): boolean {
  return bundle !== undefined && positionOf(bundle, refs).kind === 'diverged';
}

// What the channel shows must be what was signed; that its bytes are on the disk was compared when they were written.
function assertShown({ channel }: PublishDeps, bundles: readonly PublishedBundle[]): void {
  const refs = channel.refs();
  for (const bundle of bundles) {
    if (positionOf(bundle, refs).kind === 'there') continue;
    const subject = clusterRef(bundle.cluster);
    throw new SluiceError('CONFLICT', 'the channel does not show what was just written', { subject });
  }
}
