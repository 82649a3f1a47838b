import { startSlices } from '../../shared/lib/slices.ts';
import { isSluiceError } from '../../shared/errors.ts';
import type { GitObject, Oid } from '../../shared/lib/git/object.ts';
import type { RefMove } from '../model/objects.ts';
import type { PublishedBundle } from '../model/published-bundle.ts';
import { clusterRef, clusterRefPrefix } from '../../shared/wire/layout.ts';
import type { Problem } from '../model/source.ts';
import { channelCommit } from '../model/channel-commit.ts';
import type { PublishDeps } from './types.ts';
import { finishMain } from './main-ref.ts';
import { assertNotBehind, moveOf, objectsFor, positionOf, type PublishedState } from './refs.ts';

/** The refs that were moved, and a problem for each that was left alone, or that its Git host does not let this hub move. */
export interface Finished {
  readonly moved: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * Brings every ref of the channel to what the ledger recorded; repeating it changes nothing. A ref at an
 * unrecorded commit is left alone (REF_DIVERGED), and one whose Git host refuses that a history begins anew waits (FORBIDDEN);
 * throws LEDGER_BEHIND when the channel is newer than the ledger.
 */
export async function finishPending(deps: PublishDeps, state: PublishedState): Promise<Finished> {
  const { channel, onStep = () => undefined } = deps;
  assertNotBehind(deps, state);
  const refs = channel.refs();
  const problems: Problem[] = [];
  const moves: RefMove[] = [];
  const renewals: RefMove[] = [];
  const objects = [];
  const slices = startSlices();
  for (const bundle of state.bundles.values()) {
    await slices.spend(refUnits);
    const position = positionOf(bundle, refs);
    if (position.kind === 'diverged') problems.push(diverged(clusterRef(bundle.cluster), bundle.cluster));
    if (position.kind === 'there' && !channel.has(position.at)) objects.push(...lostObjects(deps, bundle, position.at));
    if (position.kind !== 'move') continue;
    objects.push(...objectsFor(deps, bundle, position.commit));
    (isRenewal(bundle, position.from) ? renewals : moves).push(moveOf(bundle, position));
  }
  const main = finishMain(deps);
  if (main.kind === 'diverged') problems.push(diverged(main.ref));
  if (main.kind === 'move') {
    objects.push(...main.objects);
    moves.push(main.move);
  }
  if (objects.length > 0) {
    onStep('write missing objects');
    await channel.write(objects);
  }
  if (moves.length + renewals.length === 0) return { moved: [], problems };
  onStep('move refs');
  await channel.moveRefs(moves);
  const refused = await renewRefs(channel, renewals);
  problems.push(...refused.values());
  const moved = [...moves, ...renewals].map(({ ref }) => ref).filter((ref) => !refused.has(ref));
  return { moved, problems };
}

/** What looking at a ref costs, in units of a slice. */
const refUnits = 1;

/** True where a ref leaves what another registration was sent. */
function isRenewal({ parent }: PublishedBundle, from: Oid | null): boolean {
  return from !== null && from !== parent;
}

/** Moves each ref to a history of its own, one at a time: a Git host may refuse that, and all others go on. */
async function renewRefs(
  channel: PublishDeps['channel'],
  moves: readonly RefMove[],
): Promise<ReadonlyMap<string, Problem>> {
  const refused = new Map<string, Problem>();
  for (const move of moves) {
    try {
      await channel.moveRefs([move]);
    } catch (error) {
      if (!isSluiceError(error, 'FORBIDDEN')) throw error;
      refused.set(move.ref, notRenewed(move.ref, error.message));
    }
  }
  return refused;
}

/** The problem of a ref whose Git host keeps what the former owner of a cluster's name was sent. */
function notRenewed(ref: string, why: string): Problem {
  return {
    code: 'FORBIDDEN',
    message: `${ref} still has what the former registration of this cluster was sent: ${why}`,
    hint: 'delete that branch on the Git host, or let the token of the hub force-push it: it is made again from the ledger',
    cluster: ref.slice(clusterRefPrefix.length),
    severity: 'error',
  };
}

/** What a channel lacks of a bundle that its ref is at: its packs were lost. */
function lostObjects(deps: PublishDeps, bundle: PublishedBundle, at: Oid): GitObject[] {
  const commits = [bundle.parent, null].map((parent) => channelCommit(bundle, parent));
  const lost = commits.find(({ oid }) => oid === at);
  return lost === undefined ? [] : objectsFor(deps, bundle, lost);
}

/** The problem of a ref that is at an unrecorded commit. */
export function diverged(ref: string, cluster?: string): Problem {
  return {
    code: 'REF_DIVERGED',
    message: `${ref} is at a commit that this hub never recorded; it is left alone`,
    hint: 'find out who wrote to the channel, then delete that ref: it is made again from the ledger',
    ...(cluster === undefined ? {} : { cluster }),
    severity: 'error',
  };
}
