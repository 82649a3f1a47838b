import { isSluiceError } from '../../../shared/errors.ts';
import type { Digest } from '../../../shared/lib/canonical.ts';
import type { NextBundle } from '../../model/bundle.ts';
import { createByteCache } from '../../model/byte-cache.ts';
import { parseCommit } from '../../model/commit.ts';
import type { Oid } from '../../../shared/lib/git/object.ts';
import { parseOwnTree } from '../../model/git-tree.ts';
import type { ObjectReader, ObjectStore } from '../../model/objects.ts';
import { bundleFiles } from '../../../shared/wire/bundle.ts';
import { freshnessShard } from '../../../shared/wire/freshness.ts';
import {
  freshnessPath,
  freshnessSignaturePath,
  freshRef,
  revisionPath,
  revisionSignaturePath,
} from '../../../shared/wire/layout.ts';
import type { SignedBody } from '../../../shared/wire/envelope.ts';
import type { ChannelView } from '../../model/channel.ts';
import type { SignedBytes } from '../../../shared/wire/envelope.ts';
import type { State } from '../../model/state.ts';
import type { PublishedBundle } from '../../model/published-bundle.ts';

/** Bytes of the texts of files that are kept for the next agent that asks. */
const textBytes = 32 * 1024 * 1024;

/** Bundles of which it is known where their files are: a large one is asked for in many batches, most in one. */
const bundlesAtOnce = 64;

/** A view of the channel in memory; `refresh` takes over the freshness lists as they are on disk now. */
export interface RefreshedView extends ChannelView {
  /** Takes over the new files of bundles that were just committed, which agents ask for at once. */
  readonly learn: (next: readonly NextBundle[]) => void;
  readonly refresh: () => void;
}

/** The feed's view of a channel repository: lists are read when they were signed, object files when they are asked for. */
export function openChannelView(
  channel: Pick<ObjectStore, 'refs' | 'read'>,
  roots: readonly SignedBytes[],
  state: () => Pick<State, 'bundles' | 'clusters'>,
): RefreshedView {
  const rootBodies = roots.map(bodyOf);
  const paths = new Map<PublishedBundle, ReadonlyMap<Digest, string>>();
  // What many clusters have is read once.
  const texts = createByteCache<string>({ bytes: textBytes }, (one) => one.length);
  const readText = (bytes: Uint8Array | null, digest: Digest): string | null => {
    const one = bytes === null ? null : text(bytes);
    if (one !== null) texts.set(digest, one);
    return one;
  };
  const lists = new Map<string, { readonly oid: Oid; readonly body: SignedBody }>();
  const refreshShard = (shard: string, oid: Oid | undefined) => {
    if (oid !== undefined && lists.get(shard)?.oid === oid) return;
    const body = oid === undefined ? null : listAt(channel, oid);
    if (oid === undefined || body === null) lists.delete(shard);
    else lists.set(shard, { oid, body });
  };
  return {
    roots: () => rootBodies,
    revision: ({ tree }) => signedAt(channel, tree, [revisionPath, revisionSignaturePath]),
    freshness: (registration) => lists.get(freshnessShard(registration))?.body ?? null,
    objects: (cluster, digests) => {
      const now = state();
      const bundle = now.bundles.get(cluster);
      // What another registration was sent under this name is not for this one.
      const registration = now.clusters.get(cluster)?.registration;
      if (bundle === undefined || bundle.revision.registration !== registration) return new Map();
      let byDigest = paths.get(bundle);
      if (byDigest === undefined) {
        byDigest = new Map(bundleFiles(bundle.revision).map(({ digest, path }) => [digest, path]));
        if (paths.size >= bundlesAtOnce) paths.clear();
        paths.set(bundle, byDigest);
      }
      const files = fileReader(channel, bundle.tree);
      const found = new Map<Digest, string>();
      for (const digest of digests) {
        const path = byDigest.get(digest);
        const one = path === undefined ? null : (texts.get(digest) ?? readText(files(path), digest));
        if (one !== null) found.set(digest, one);
      }
      return found;
    },
    learn: (next) => {
      for (const [digest, bytes] of newFiles(next)) if (texts.get(digest) === undefined) readText(bytes, digest);
    },
    refresh: () => {
      const refs = channel.refs();
      for (let shard = 0; shard < 256; shard++) {
        const name = shard.toString(16).padStart(2, '0');
        refreshShard(name, refs.get(freshRef(name)));
      }
    },
  };
}

function* newFiles(next: readonly NextBundle[]): Generator<readonly [digest: Digest, bytes: Uint8Array]> {
  for (const { revision, files } of next.filter((one) => one.files.size > 0)) {
    for (const { digest, path } of bundleFiles(revision)) {
      const bytes = files.get(path);
      if (bytes !== undefined) yield [digest, bytes];
    }
  }
}

/** The list of a commit; null where it cannot be read: it is due then, and signed again. */
function listAt(channel: Pick<ObjectReader, 'read'>, oid: Oid): SignedBody | null {
  try {
    const { tree } = parseCommit(channel.read(oid)?.body ?? new Uint8Array());
    return signedAt(channel, tree, [freshnessPath, freshnessSignaturePath]);
  } catch (error) {
    if (isSluiceError(error, 'PACK_INVALID')) return null;
    throw error;
  }
}

/** A signed document of a tree: the paths of its payload and of its signatures. */
function signedAt(
  objects: Pick<ObjectReader, 'read'>,
  tree: Oid,
  paths: readonly [payload: string, signatures: string],
): SignedBody | null {
  const [payload, signatures] = paths.map(fileReader(objects, tree));
  return payload == null || signatures == null ? null : bodyOf({ payload, signatures });
}

/** Reads files below a tree by path, and each folder of their paths once. */
function fileReader(objects: Pick<ObjectReader, 'read'>, root: Oid): (path: string) => Uint8Array | null {
  const folders = new Map<Oid, ReadonlyMap<string, Oid>>();
  const folderAt = (oid: Oid): ReadonlyMap<string, Oid> => {
    const read = folders.get(oid);
    if (read !== undefined) return read;
    const object = objects.read(oid);
    const folder = new Map(object === null ? [] : parseOwnTree(object.body).map((entry) => [entry.name, entry.oid]));
    folders.set(oid, folder);
    return folder;
  };
  return (path) => {
    let oid: Oid | undefined = root;
    for (const name of path.split('/')) oid = oid === undefined ? undefined : folderAt(oid).get(name);
    return oid === undefined ? null : (objects.read(oid)?.body ?? null);
  };
}

function bodyOf({ payload, signatures }: SignedBytes): SignedBody {
  return { payload: text(payload), signatures: text(signatures) };
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
