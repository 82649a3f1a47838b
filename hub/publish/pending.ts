import { byCodeUnit } from '../../shared/lib/order.ts';
import { startSlices } from '../../shared/lib/slices.ts';
import { isSluiceError } from '../../shared/errors.ts';
import type { GitObject } from '../../shared/lib/git/object.ts';
import { differingKeys } from '../model/differing.ts';
import type { RefMove } from '../model/objects.ts';
import type { PublishedBundle } from '../model/published-bundle.ts';
import { clusterRef, clusterRefPrefix } from '../../shared/wire/layout.ts';
import type { Problem } from '../model/source.ts';
import { channelCommit, commitsOf } from '../model/channel-commit.ts';
import type { PublishDeps } from './types.ts';
import { finishMain } from './main-ref.ts';
import {
  assertNotBehind,
  moveOf,
  objectsFor,
  positionOf,
  type Position,
  type PublishedState,
  type Way,
} from './refs.ts';

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
  const { problems, moves, histories, objects } = await lookAtRefs(deps, state);
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
  const anew = [...histories.cut, ...histories.renewal].map(({ move }) => move);
  if (moves.length + anew.length === 0) return { moved: [], problems };
  onStep('move refs');
  await channel.moveRefs(moves);
  await cutRefs(channel, histories.cut);
  const refused = await renewRefs(channel, histories.renewal);
  problems.push(...refused.values());
  const moved = [...moves, ...anew].map(({ ref }) => ref).filter((ref) => !refused.has(ref));
  return { moved, problems };
}

/** Which refs are not where they are to be, what is to be done about it, and what the channel lacks. */
interface Pending {
  readonly problems: Problem[];
  readonly moves: RefMove[];
  readonly histories: Readonly<Record<Exclude<Way, 'forward'>, HistoryMove[]>>;
  readonly objects: GitObject[];
}

async function lookAtRefs(deps: PublishDeps, state: PublishedState): Promise<Pending> {
  const { channel } = deps;
  const refs = channel.refs();
  const clusters = touchedClusters(deps, state, refs);
  const open = new Set(assertNotBehind(deps, state, { refs, clusters }));
  const pending: Pending = { problems: [], moves: [], histories: { cut: [], renewal: [] }, objects: [] };
  const slices = startSlices();
  for (const bundle of clusters.flatMap((cluster) => state.bundles.get(cluster) ?? [])) {
    await slices.spend(refUnits);
    const position = positionOf(bundle, refs);
    if (position.kind === 'there' && channel.has(position.at)) continue;
    open.add(bundle.cluster);
    addTo(pending, deps, { bundle, position });
  }
  looked.set(channel, { refs, bundles: state.bundles, epoch: state.epoch, open });
  return pending;
}

function addTo(
  { problems, moves, histories, objects }: Pending,
  deps: PublishDeps,
  { bundle, position }: { readonly bundle: PublishedBundle; readonly position: Position },
): void {
  if (position.kind === 'diverged') problems.push(diverged(clusterRef(bundle.cluster), bundle.cluster));
  if (position.kind === 'there') objects.push(...lostObjects(deps, bundle, position.at));
  if (position.kind !== 'move') return;
  objects.push(...objectsFor(deps, bundle, position.commit));
  const move = moveOf(bundle, position);
  if (position.by === 'forward') moves.push(move);
  else histories[position.by].push({ bundle, move });
}

interface Looked extends Pick<PublishedState, 'bundles' | 'epoch'> {
  readonly refs: ReadonlyMap<string, string>;
  /** The clusters whose refs were elsewhere. */
  readonly open: ReadonlySet<string>;
}

// By the channel: what it has it keeps, so that a ref that was where its bundle is stays there while neither is another one.
const looked = new WeakMap<PublishDeps['channel'], Looked>();

/** The clusters whose refs may not be where their bundles are. */
function touchedClusters(
  { channel }: PublishDeps,
  { bundles, epoch }: PublishedState,
  refs: ReadonlyMap<string, string>,
): readonly string[] {
  const before = looked.get(channel);
  const named = (names: Iterable<string>) =>
    [...names].flatMap((ref) => (ref.startsWith(clusterRefPrefix) ? [ref.slice(clusterRefPrefix.length)] : []));
  const names =
    before?.epoch === epoch
      ? [...before.open, ...differingKeys(before.bundles, bundles), ...named(differingKeys(before.refs, refs))]
      : [...bundles.keys(), ...named(refs.keys())];
  return [...new Set(names)].sort(byCodeUnit);
}

/** What looking at a ref costs, in units of a slice. */
const refUnits = 1;

/** A ref whose history begins anew. */
interface HistoryMove {
  readonly bundle: PublishedBundle;
  readonly move: RefMove;
}

/** Moves refs to new histories of the registrations that they had. Where the Git host keeps all history, they go on top of it: nothing reads it. */
async function cutRefs(channel: PublishDeps['channel'], cuts: readonly HistoryMove[]): Promise<void> {
  const [first, ...others] = cuts;
  if (first === undefined) return;
  try {
    await channel.moveRefs([first.move]);
  } catch (error) {
    if (!isSluiceError(error, 'FORBIDDEN')) throw error;
    const commits = cuts.map(({ bundle }) => channelCommit(bundle, bundle.parent));
    await channel.write(commits);
    await channel.moveRefs(cuts.map(({ move }, i) => ({ ...move, to: commits[i]?.oid ?? move.to })));
    return;
  }
  await channel.moveRefs(others.map(({ move }) => move));
}

/** Moves each ref to a history of its own, one at a time: a Git host may refuse that, and all others go on. */
async function renewRefs(
  channel: PublishDeps['channel'],
  renewals: readonly HistoryMove[],
): Promise<ReadonlyMap<string, Problem>> {
  const refused = new Map<string, Problem>();
  for (const { move } of renewals) {
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
function lostObjects(deps: PublishDeps, bundle: PublishedBundle, at: string): GitObject[] {
  const lost = commitsOf(bundle).find(({ oid }) => oid === at);
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
