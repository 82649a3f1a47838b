import type { LedgerState, PublishedBundle } from '../model/ledger.ts';
import type { NextBundle } from '../model/bundle.ts';
import type { Problem } from '../model/source.ts';
import { SluiceError } from '../../shared/errors.ts';
import type { GitObject, Oid } from '../../shared/lib/git/object.ts';
import { packEntry } from '../../shared/lib/git/pack.ts';
import type { ObjectReader } from '../model/objects.ts';
import { clusterRef } from '../../shared/wire/layout.ts';
import { buildBundle, type BuiltBundle } from './bundle.ts';
import { freshFor, instantOf, type PublishDeps } from './types.ts';
import { diverged, finishPending } from './pending.ts';
import { positionOf } from './refs.ts';

/** A state to commit (derived from what the ledger answered), and the bundles that go with it. */
export interface PublishChange {
  readonly state: LedgerState;
  readonly next: readonly NextBundle[];
  /** Subject of the ledger commit. */
  readonly message: string;
}

/** What publish did: the state as committed, the clusters whose bundles are new, the refs that moved, and what stopped. */
export interface Published {
  readonly kind: 'unchanged' | 'committed';
  readonly state: LedgerState;
  readonly clusters: readonly string[];
  readonly moved: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * Publishes in the order of channel.md: build and sign; one pack; compare-and-swap the ledger (the commit point); move
 * refs; read back. Dying anywhere is harmless: finishPending does the rest, and signs nothing again. Call it after
 * finishPending. Throws LEDGER_RACED when another hub was first: read again and plan again.
 */
export async function publish(deps: PublishDeps, { state, next, message }: PublishChange): Promise<Published> {
  const { ledger, channel, clock, onStep = () => undefined } = deps;
  onStep('build');
  const at = clock.now();
  const refs = channel.refs();
  const stopped = next.filter(({ cluster }) => isDiverged(state.bundles.get(cluster), refs));
  const built = next
    .filter((bundle) => !stopped.includes(bundle))
    .map((bundle) => build(deps, state, bundle, { at, parent: refs.get(clusterRef(bundle.cluster)) ?? null }));
  onStep('write channel objects');
  const written = channel.write(built.flatMap(({ objects, commit }) => [commit, ...objects]));
  onStep('commit ledger');
  const bundles = new Map([...state.bundles, ...built.map(({ bundle }) => [bundle.cluster, bundle] as const)]);
  // Both packs are written side by side; the ledger's head moves when both are durable.
  const [committed] = await Promise.all([
    ledger.commit(
      { ...state, bundles: built.length === 0 ? state.bundles : bundles },
      { message, at, objects: built.flatMap(({ objects }) => objects), before: written },
    ),
    written,
  ]);
  onStep('committed');
  const finished = await finishPending(deps, committed);
  onStep('read back');
  readBack(deps, built);
  return {
    kind: committed.number === state.number ? 'unchanged' : 'committed',
    state: committed,
    clusters: built.map(({ bundle }) => bundle.cluster),
    moved: finished.moved,
    problems: [...finished.problems, ...stopped.map(({ cluster }) => diverged(clusterRef(cluster), cluster))].filter(
      (problem, i, all) => all.findIndex(({ message: text }) => text === problem.message) === i,
    ),
  };
}

function build(
  { ledger, keys, freshMs = freshFor }: PublishDeps,
  state: LedgerState,
  next: NextBundle,
  { at, parent }: { readonly at: number; readonly parent: Oid | null },
): BuiltBundle {
  return buildBundle(ledger.objects, keys.hub, next, {
    ledger: state.number + 1,
    issuedAt: instantOf(at),
    freshUntil: instantOf(at + freshMs),
    previous: state.bundles.get(next.cluster) ?? null,
    parent,
  });
}

function isDiverged(bundle: PublishedBundle | undefined, refs: ReadonlyMap<string, Oid>): boolean {
  return bundle !== undefined && positionOf(bundle, refs).kind === 'diverged';
}

// What the channel answers must be what was signed; a disk that lies is found here and not by a cluster.
function readBack({ channel }: PublishDeps, built: readonly BuiltBundle[]): void {
  const refs = channel.refs();
  for (const { bundle, commit, objects } of built) {
    const isThere = refs.get(clusterRef(bundle.cluster)) === commit.oid;
    if (isThere && [commit, ...objects].every((object) => isWhole(channel, object))) continue;
    throw new SluiceError('CONFLICT', 'the channel does not show what was just written', {
      subject: clusterRef(bundle.cluster),
    });
  }
}

// The very bytes that were written say as much as what they inflate to.
function isWhole(channel: ObjectReader, object: GitObject): boolean {
  const found = channel.packed(object.oid);
  if (found?.entry.equals(packEntry(object).bytes) === true) return true;
  return channel.read(object.oid)?.oid === object.oid;
}
