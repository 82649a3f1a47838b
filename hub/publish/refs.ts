import { SluiceError } from '../../shared/errors.ts';
import type { GitObject, Oid } from '../../shared/lib/git/object.ts';
import type { RefMove } from '../model/objects.ts';
import { clusterRef } from '../../shared/wire/layout.ts';
import type { Revision } from '../../shared/wire/revision.ts';
import type { PublishedBundle } from '../model/published-bundle.ts';
import { signedRevision } from '../model/signed-revision.ts';
import type { State } from '../model/state.ts';
import { missingObjects } from '../model/tree-files.ts';
import { channelCommit } from '../model/channel-commit.ts';
import type { PublishDeps } from './types.ts';

/** Where a cluster's ref is, seen from the ledger: at its bundle, to be moved there, or at an unrecorded commit. */
export type Position =
  | { readonly kind: 'there'; readonly at: Oid }
  | { readonly kind: 'move'; readonly from: Oid | null; readonly commit: GitObject; readonly by: Way }
  | { readonly kind: 'diverged'; readonly at: Oid };

/** How a ref moves: on top of where it is, to a new history of its registration, or away from another registration's. */
export type Way = 'forward' | 'cut' | 'renewal';

/** What the store says of all that was published. */
export type PublishedState = Pick<State, 'channel' | 'epoch' | 'bundles'>;

/** The position of the ref of a published bundle: recorded parent, or what it replaced -> commit; missing = recreated as a parentless commit of the ledger's bytes. */
export function positionOf(bundle: PublishedBundle, refs: ReadonlyMap<string, Oid>): Position {
  const at = refs.get(clusterRef(bundle.cluster));
  if (at === bundle.commit) return { kind: 'there', at };
  const recreated = channelCommit(bundle, null);
  if (at === undefined) return { kind: 'move', from: null, commit: recreated, by: 'forward' };
  if (at === recreated.oid) return { kind: 'there', at };
  const isCut = recreated.oid === bundle.commit;
  if (at === bundle.replaced) return { kind: 'move', from: at, commit: recreated, by: 'renewal' };
  const onTop = channelCommit(bundle, bundle.parent);
  if (at === bundle.parent) {
    return isCut
      ? { kind: 'move', from: at, commit: recreated, by: 'cut' }
      : { kind: 'move', from: at, commit: onTop, by: 'forward' };
  }
  // A Git host that keeps all history got it on top.
  return at === onTop.oid ? { kind: 'there', at } : { kind: 'diverged', at };
}

/** What moving a ref needs written first: the commit, and what the channel lacks of its tree. */
export function objectsFor(
  { store, channel }: Pick<PublishDeps, 'store' | 'channel'>,
  bundle: PublishedBundle,
  commit: GitObject,
): GitObject[] {
  return channel.has(commit.oid) ? [] : [commit, ...missingObjects(store.objects, bundle.tree, channel.has)];
}

/** The move of a ref to where its bundle is. */
export function moveOf(bundle: PublishedBundle, { from, commit }: Extract<Position, { kind: 'move' }>): RefMove {
  return { ref: clusterRef(bundle.cluster), from, to: commit.oid };
}

/**
 * Throws LEDGER_BEHIND when the ref of one of some clusters carries a bundle that a hub key signed in this epoch with a higher
 * generation than the ledger has: an old backup of the ledger was restored. Answers those of them whose ref carries what it did not record.
 */
export function assertNotBehind(
  { channel, keys }: Pick<PublishDeps, 'channel' | 'keys'>,
  state: PublishedState,
  { refs, clusters }: { readonly refs: ReadonlyMap<string, Oid>; readonly clusters: Iterable<string> },
): readonly string[] {
  const unrecorded: string[] = [];
  for (const cluster of clusters) {
    const oid = refs.get(clusterRef(cluster));
    const bundle = state.bundles.get(cluster);
    // A commit that the ledger recorded says nothing new.
    if (oid === undefined || oid === bundle?.commit || oid === bundle?.parent || oid === bundle?.replaced) continue;
    const shown = signedRevision(channel, oid, keys.trusted);
    if (shown !== null && isAhead(shown, state)) throw behind(cluster, shown.generation);
    unrecorded.push(cluster);
  }
  return unrecorded;
}

/** True when a signed bundle of this channel and epoch has a higher generation than the ledger knows for its cluster. */
export function isAhead(
  shown: Pick<Revision, 'channel' | 'epoch' | 'generation' | 'cluster'>,
  state: PublishedState,
): boolean {
  if (shown.channel !== state.channel || shown.epoch !== state.epoch) return false;
  return shown.generation > (state.bundles.get(shown.cluster)?.revision.generation ?? 0);
}

/** The error of a ledger that is older than what it published. */
export function behind(cluster: string, generation: number): SluiceError {
  return new SluiceError('LEDGER_BEHIND', `generation ${generation} was published, and the ledger does not know it`, {
    subject: cluster,
    hint: 'restore the newest ledger: docs/operations.md, "A lost hub"',
  });
}
