import type { NextBundle } from '../model/bundle.ts';
import type { Changes } from '../model/changes.ts';
import type { PublishedBundle } from '../model/published-bundle.ts';
import { inSlices, startSlices } from '../../shared/lib/slices.ts';
import type { Problem } from '../model/source.ts';
import type { View } from '../model/store.ts';
import { SluiceError } from '../../shared/errors.ts';
import type { Oid } from '../../shared/lib/git/object.ts';
import { payloadTypes, type Signatures } from '../../shared/wire/envelope.ts';
import { clusterRef } from '../../shared/wire/layout.ts';
import { buildingBundle, draftingBundle, type BuiltBundle, type Draft } from './bundle.ts';
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
  const wanted = next.filter((bundle) => !stopped.includes(bundle));
  const built = await buildAll(deps, { view, now, refs }, wanted);
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

/** What all bundles of one commit are built from. */
interface BuildFacts {
  readonly view: View;
  readonly now: number;
  readonly refs: ReadonlyMap<string, Oid>;
}

/** A draft, and its signatures once they are there. */
interface Signing {
  readonly draft: Draft;
  readonly signed: Promise<Signatures>;
}

/** So many bundles are with the threads that sign, while those before them are built. */
const signingAtOnce = 64;

/** Builds bundles in their order, each with what those before it have already. */
async function buildAll(deps: PublishDeps, facts: BuildFacts, next: readonly NextBundle[]): Promise<BuiltBundle[]> {
  const { store, keys, freshMs = freshFor } = deps;
  const { view, now, refs } = facts;
  const slices = startSlices();
  const together = {
    ledger: view.number + 1,
    issuedAt: instantOf(now),
    freshUntil: instantOf(now + freshMs),
    sharing: newSharing(),
  };
  const built: BuiltBundle[] = [];
  const build = async ({ draft, signed }: Signing): Promise<void> => {
    built.push(await inSlices(buildingBundle(store.objects, draft, await signed, keys.hub), slices));
  };
  const waiting: Signing[] = [];
  for (const bundle of next) {
    const { cluster } = bundle;
    const own = { previous: view.bundles.get(cluster) ?? null, at: refs.get(clusterRef(cluster)) ?? null };
    const draft = await inSlices(draftingBundle(bundle, { ...together, ...own }), slices);
    waiting.push({ draft, signed: signing(deps, draft) });
    const [first] = waiting.length > signingAtOnce ? waiting.splice(0, 1) : [];
    if (first !== undefined) await build(first);
  }
  for (const each of waiting) await build(each);
  return built;
}

function signing({ keys }: PublishDeps, { payload }: Draft): Promise<Signatures> {
  const signed = keys.hub.signAside(payloadTypes.revision, payload);
  // The build that waits for it hears of a failure; before it waits, Node would end the process for that.
  signed.catch(() => undefined);
  return signed;
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
