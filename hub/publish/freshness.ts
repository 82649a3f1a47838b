import { makeCommit, parseCommit } from '../model/commit.ts';
import { makeBlob, type GitObject, type Oid } from '../../shared/lib/git/object.ts';
import { folderTrees, newFolder, place } from '../model/git-tree.ts';
import { byCodeUnit } from '../../shared/lib/order.ts';
import type { ObjectReader, RefMove } from '../model/objects.ts';
import { payloadTypes, signaturesText } from '../../shared/wire/envelope.ts';
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
   * Signs again every list that is due, or all of them (`all`: at the start of a hub), and moves only their refs. The
   * head of the ledger that the state comes from must have been confirmed just now. Answers the shards that were signed.
   */
  readonly renew: (state: FreshnessState, options: { readonly all: boolean }) => Promise<readonly string[]>;
  /** When the next list is due, in milliseconds since the epoch; null when there is no list. */
  readonly dueAt: (state: FreshnessState) => number | null;
}

/** Opens the keeper of a channel's lists: 256 shards by registration, only those that a cluster falls into. */
export function openFreshness(deps: PublishDeps): FreshnessKeeper {
  const { channel, clock, freshMs = freshFor, onStep = () => undefined } = deps;
  // A commit never changes: each list is parsed once.
  const parsed = new Map<Oid, Freshness | null>();
  const listAt = (oid: Oid | undefined): Freshness | null => {
    if (oid === undefined) return null;
    let list = parsed.get(oid);
    if (list === undefined) parsed.set(oid, (list = readList(channel, oid)));
    return list;
  };
  const dueOf = (shard: string, bundles: readonly PublishedBundle[], epoch: number): number =>
    dueAt(shard, bundles, listAt(channel.refs().get(freshRef(shard))), { epoch, freshMs });

  return {
    renew: async (state, { all }) => {
      const now = clock.now();
      const due = [...shardsOf(state)].filter(([shard, bundles]) => all || dueOf(shard, bundles, state.epoch) <= now);
      if (due.length === 0) return [];
      const refs = channel.refs();
      const lists = due.map(([shard, bundles]) =>
        buildList(deps, state, { shard, bundles, parent: refs.get(freshRef(shard)) ?? null }),
      );
      onStep('write freshness');
      await channel.write(lists.flatMap(({ objects }) => objects));
      onStep('move fresh refs');
      await channel.moveRefs(lists.map(({ move }) => move));
      for (const { move } of lists) if (move.from !== null) parsed.delete(move.from);
      return due.map(([shard]) => shard);
    },
    dueAt: (state) => {
      const times = [...shardsOf(state)].map(([shard, bundles]) => dueOf(shard, bundles, state.epoch));
      return times.length === 0 ? null : Math.min(...times);
    },
  };
}

// A list is due before any bundle that relies on it has less than 48 h left; each shard at its own moment.
function dueAt(
  shard: string,
  bundles: readonly PublishedBundle[],
  list: Freshness | null,
  { epoch, freshMs }: { readonly epoch: number; readonly freshMs: number },
): number {
  if (list?.epoch !== epoch) return 0;
  const listed = new Set(list.current);
  const ends = bundles.map(({ revision, revisionDigest }) =>
    listed.has(freshnessKey(revision.registration, revisionDigest)) ? list.freshUntil : revision.freshUntil,
  );
  const { below, spread } = renewal(freshMs);
  return Math.min(...ends.map((end) => Date.parse(end))) - below + (spread * parseInt(shard, 16)) / 256;
}

/** The bundles that are vouched for, by shard: of registrations that are neither revoked nor replaced. */
export function shardsOf(state: Pick<State, 'bundles' | 'clusters'>): Map<string, PublishedBundle[]> {
  const shards = new Map<string, PublishedBundle[]>();
  for (const bundle of state.bundles.values()) {
    const record = state.clusters.get(bundle.cluster);
    // A revoked or replaced registration is vouched for no more.
    if (record === undefined || record.revoked || record.registration !== bundle.revision.registration) continue;
    const shard = freshnessShard(record.registration);
    shards.set(shard, [...(shards.get(shard) ?? []), bundle]);
  }
  return shards;
}

/** A signed list of bundles: its objects, and the move of its ref. */
export function buildList(
  { keys, clock, freshMs = freshFor }: Pick<PublishDeps, 'keys' | 'clock' | 'freshMs'>,
  state: Pick<State, 'channel' | 'epoch'>,
  { shard, bundles, parent }: { shard: string; bundles: readonly PublishedBundle[]; parent: Oid | null },
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
  const commit = makeCommit({ tree: root, parent, time, message: `fresh until ${list.freshUntil}` });
  return {
    move: { ref: freshRef(shard), from: parent, to: commit.oid },
    objects: [commit, ...trees, document, signature],
  };
}

function readList(channel: ObjectReader, oid: Oid): Freshness | null {
  try {
    const { tree } = parseCommit(channel.read(oid)?.body ?? new Uint8Array());
    const blob = treeFiles(channel, tree).get(freshnessPath);
    return formats.freshness.decode(channel.read(blob ?? '')?.body ?? new Uint8Array());
  } catch {
    // A list that cannot be read is simply due: it is signed again on top.
    return null;
  }
}
