import { isSluiceError } from '../../shared/errors.ts';
import { makeCommit, parseCommit } from '../model/commit.ts';
import { makeBlob, type GitObject, type Oid } from '../../shared/lib/git/object.ts';
import { folderTrees, newFolder, place } from '../model/git-tree.ts';
import { byCodeUnit } from '../../shared/lib/order.ts';
import type { ObjectReader, RefMove } from '../model/objects.ts';
import { countSigners, parseSignatures, payloadTypes, signaturesText } from '../../shared/wire/envelope.ts';
import { formats } from '../../shared/wire/formats.ts';
import { freshnessKey, freshnessShard, type Freshness } from '../../shared/wire/freshness.ts';
import { freshnessPath, freshnessSignaturePath, freshRef } from '../../shared/wire/layout.ts';
import type { PublishedBundle } from '../model/published-bundle.ts';
import type { State } from '../model/state.ts';
import { treeFiles } from '../model/tree-files.ts';
import { freshFor, instantOf, renewal, type PublishDeps } from './types.ts';

/** What freshness lists are made from. */
export type FreshnessState = Pick<State, 'channel' | 'epoch' | 'bundles' | 'clusters'>;

/** Keeps the freshness lists of a channel. */
export interface FreshnessKeeper {
  /**
   * Signs again every list that is due, and moves only their refs. The head of the ledger that the state comes from must have
   * been confirmed just now. Answers the shards that were signed.
   */
  readonly renew: (state: FreshnessState) => Promise<readonly string[]>;
  /** When the next list is due, in milliseconds since the epoch; null when there is no list. */
  readonly dueAt: (state: FreshnessState) => number | null;
}

/** Opens the keeper of a channel's lists: 256 shards by registration, only those that a cluster falls into. */
export function openFreshness(deps: PublishDeps): FreshnessKeeper {
  const { channel, keys, clock, freshMs = freshFor, onStep = () => undefined } = deps;
  // A commit never changes: each list is parsed once.
  const parsed = new Map<Oid, Freshness | null>();
  const listAt = (oid: Oid | undefined): Freshness | null => {
    if (oid === undefined) return null;
    let list = parsed.get(oid);
    if (list === undefined) parsed.set(oid, (list = readList(channel, oid, keys.hub.publicKey)));
    return list;
  };
  const duesOf = (state: FreshnessState): { readonly shard: Shard; readonly at: number }[] => {
    const refs = channel.refs();
    return [...judged(state).values()].flatMap((shard) => {
      const list = listAt(refs.get(freshRef(shard.name)));
      const at = dueAt(shard, list, { epoch: state.epoch, freshMs });
      return at === null ? [] : [{ shard, at }];
    });
  };

  return {
    renew: async (state) => {
      const now = clock.now();
      const due = duesOf(state).filter(({ at }) => at <= now);
      if (due.length === 0) return [];
      const refs = channel.refs();
      const sign = async (mayCut: boolean) => {
        const lists = due.map(({ shard: { name, bundles } }) => {
          const parent = refs.get(freshRef(name));
          const isCut = mayCut && isCutDue(name, listAt(parent), now);
          return buildList(deps, state, { shard: name, bundles, parent: parent ?? null, isCut });
        });
        onStep('write freshness');
        await channel.write(lists.flatMap(({ objects }) => objects));
        onStep('move fresh refs');
        await channel.moveRefs(lists.map(({ move }) => move));
        return lists;
      };
      const lists = await sign(true).catch((error: unknown) => {
        // A Git host that keeps all history gets them on top of it.
        if (isSluiceError(error, 'FORBIDDEN')) return sign(false);
        throw error;
      });
      for (const { move } of lists) if (move.from !== null) parsed.delete(move.from);
      return due.map(({ shard }) => shard.name);
    },
    dueAt: (state) => {
      const times = duesOf(state).map(({ at }) => at);
      return times.length === 0 ? null : Math.min(...times);
    },
  };
}

const dayMs = 86_400_000;

/** True once every 16 days, each list on its own: the history of its ref begins anew then, because nothing reads old lists. */
function isCutDue(shard: string, before: Freshness | null, now: number): boolean {
  const period = (ms: number) => Math.floor((Math.floor(ms / dayMs) + parseInt(shard, 16)) / 16);
  return before !== null && period(Date.parse(before.issuedAt)) !== period(now);
}

/** The bundles that fall into one list. */
interface Shard {
  readonly name: string;
  /** Those that are vouched for. */
  readonly bundles: PublishedBundle[];
  /** Those of registrations that were revoked or replaced. */
  readonly refused: PublishedBundle[];
}

/**
 * When a list is due: before any bundle that relies on it has less than 48 h left, each shard at its own moment; at once when it
 * vouches for what is refused by now, lives longer than it would if it were signed now, or is of another key or epoch. Null where
 * there is nothing to vouch for.
 */
function dueAt(
  { name, bundles, refused }: Shard,
  list: Freshness | null,
  { epoch, freshMs }: { readonly epoch: number; readonly freshMs: number },
): number | null {
  const listed = new Set(list?.current);
  const isListed = ({ revision, revisionDigest }: PublishedBundle): boolean =>
    listed.has(freshnessKey(revision.registration, revisionDigest));
  if (refused.some(isListed)) return 0;
  if (bundles.length === 0) return null;
  if (list?.epoch !== epoch || Date.parse(list.freshUntil) - Date.parse(list.issuedAt) > freshMs) return 0;
  const ends = bundles.map((bundle) => (isListed(bundle) ? list.freshUntil : bundle.revision.freshUntil));
  const { below, spread } = renewal(freshMs);
  return Math.min(...ends.map((end) => Date.parse(end))) - below + (spread * parseInt(name, 16)) / 256;
}

function judged(state: Pick<State, 'bundles' | 'clusters'>): ReadonlyMap<string, Shard> {
  const shards = new Map<string, Shard>();
  for (const bundle of state.bundles.values()) {
    const { registration } = bundle.revision;
    const record = state.clusters.get(bundle.cluster);
    const isVouched = record !== undefined && !record.revoked && record.registration === registration;
    const name = freshnessShard(registration);
    const shard = shards.get(name) ?? { name, bundles: [], refused: [] };
    (isVouched ? shard.bundles : shard.refused).push(bundle);
    shards.set(name, shard);
  }
  return shards;
}

/** The bundles that are vouched for, by shard: of registrations that are neither revoked nor replaced. */
export function shardsOf(state: Pick<State, 'bundles' | 'clusters'>): Map<string, readonly PublishedBundle[]> {
  return new Map([...judged(state)].flatMap(([name, { bundles }]) => (bundles.length === 0 ? [] : [[name, bundles]])));
}

/** What a list is made of: `parent` is the commit that its ref leaves, whose history it does not go on with at a cut. */
export interface ListOrder {
  readonly shard: string;
  readonly bundles: readonly PublishedBundle[];
  readonly parent: Oid | null;
  readonly isCut?: boolean;
}

/** A signed list of bundles: its objects, and the move of its ref. */
export function buildList(
  { keys, clock, freshMs = freshFor }: Pick<PublishDeps, 'keys' | 'clock' | 'freshMs'>,
  state: Pick<State, 'channel' | 'epoch'>,
  { shard, bundles, parent, isCut = false }: ListOrder,
): { readonly move: RefMove; readonly objects: readonly GitObject[] } {
  const now = clock.now();
  const list: Freshness = {
    format: formats.freshness.lowest,
    channel: state.channel,
    epoch: state.epoch,
    shard,
    issuedAt: instantOf(now),
    freshUntil: instantOf(now + freshMs),
    current: bundles
      .map(({ revision, revisionDigest }) => freshnessKey(revision.registration, revisionDigest))
      .sort(byCodeUnit),
  };
  const payload = formats.freshness.encode(list);
  const document = makeBlob(payload);
  const signature = makeBlob(Buffer.from(signaturesText(keys.hub.sign(payloadTypes.freshness, payload))));
  const folder = newFolder();
  place(folder, [freshnessPath], document.oid);
  place(folder, [freshnessSignaturePath], signature.oid);
  const { root, trees } = folderTrees(folder);
  const time = Math.floor(now / 1000);
  const commit = makeCommit({
    tree: root,
    parent: isCut ? null : parent,
    time,
    message: `fresh until ${list.freshUntil}`,
  });
  return {
    move: { ref: freshRef(shard), from: parent, to: commit.oid },
    objects: [commit, ...trees, document, signature],
  };
}

/** The list of a commit; null where the hub's key of now did not sign it. */
function readList(channel: ObjectReader, oid: Oid, hubKey: string): Freshness | null {
  try {
    const { tree } = parseCommit(channel.read(oid)?.body ?? new Uint8Array());
    const files = treeFiles(channel, tree);
    const bytesOf = (path: string) => channel.read(files.get(path) ?? '')?.body ?? new Uint8Array();
    const payload = bytesOf(freshnessPath);
    const signatures = parseSignatures(bytesOf(freshnessSignaturePath));
    return countSigners(payloadTypes.freshness, payload, signatures, [hubKey]) > 0
      ? formats.freshness.decode(payload)
      : null;
  } catch {
    // A list that cannot be read is simply due: it is signed again on top.
    return null;
  }
}
