import { z } from 'zod';
import { digestOf, type Digest } from '../../../shared/lib/canonical.ts';
import type { Oid } from '../../../shared/lib/git/object.ts';
import { by } from '../../../shared/lib/order.ts';
import { mapping } from '../../../shared/lib/slices.ts';
import { formats } from '../../../shared/wire/formats.ts';
import { revisionPath, revisionSignaturePath } from '../../../shared/wire/layout.ts';
import type { AppContent, BundleApp } from '../../../shared/wire/revision.ts';
import type { PublishedBundle } from '../../model/published-bundle.ts';
import { segment, spread } from './paths.ts';
import { perEntry, type Slice, type SliceReader } from './slice.ts';

const schema = z.strictObject({
  cluster: z.string(),
  commit: z.string(),
  parent: z.string().nullable(),
  replaced: z.string().optional(),
});
/** What reading a bundle costs. */
const unitsOfBundle = 50;

/** The folder of a cluster's bundle that holds its tree. */
export const bundleTreeName = 'bundle';

/** Published bundles: `bundles/XX/NAME/state.json` with the commits of the ref, and `bundle/`, the very tree of the channel's ref. */
export const bundles: Slice<'bundles'> = {
  name: 'bundles',
  schema,
  empty: new Map(),
  ...perEntry('bundles', (bundle) => {
    const { cluster, commit, parent, replaced, tree } = bundle;
    const head = { cluster, commit, parent, ...(replaced !== undefined && { replaced }) };
    return [
      { path: [...folder(cluster), 'state.json'], value: head, from: bundle },
      { path: bundleTreePath(cluster), tree },
    ];
  }),
  decode: function* (files) {
    const found = yield* files.list('bundles', bundleTreeName);
    const trees = new Map(found.map(({ path, oid }) => [path, oid]));
    const known = {
      contents: new Map<Digest, AppContent>(),
      apps: new Map<string, BundleApp>(),
      keyids: new Set<string>(),
    };
    const heads = found.filter(({ path }) => path.endsWith('/state.json'));
    const read = yield* mapping(heads, unitsOfBundle, (file) => {
      const tree = trees.get(file.path.replace(/state\.json$/, bundleTreeName)) ?? '';
      return readBundle(files, files.json(schema, file), { tree, known });
    });
    return new Map(read.sort(by(({ cluster }) => cluster)).map((bundle) => [bundle.cluster, bundle]));
  },
};

/** Where the tree of a cluster's bundle is. */
export function bundleTreePath(cluster: string): string[] {
  return [...folder(cluster), bundleTreeName];
}

function folder(cluster: string): string[] {
  return ['bundles', spread(cluster), segment(cluster)];
}

/** The tree of a bundle, and what was read of others: what many clusters have is read and kept once. */
interface BundleTree {
  readonly tree: Oid;
  readonly known: {
    readonly contents: Map<Digest, AppContent>;
    readonly apps: Map<string, BundleApp>;
    readonly keyids: Set<string>;
  };
}

function readBundle(
  files: SliceReader,
  head: z.infer<typeof schema>,
  { tree, known: shared }: BundleTree,
): PublishedBundle {
  // Each folder is read once, however many files are looked for in it.
  const opened = new Map<Oid, ReadonlyMap<string, Oid>>();
  const folderAt = (oid: Oid): ReadonlyMap<string, Oid> => {
    const known = opened.get(oid);
    if (known !== undefined) return known;
    const entries = new Map(files.entries(oid).map((entry) => [entry.name, entry.oid]));
    opened.set(oid, entries);
    return entries;
  };
  const at = (path: string): Oid => {
    let oid: Oid | undefined = tree;
    for (const part of path.split('/')) oid = oid === undefined ? undefined : folderAt(oid).get(part);
    return oid ?? '';
  };
  const payload = files.bytes(at(revisionPath));
  const revisionDigest = digestOf(payload);
  const { replaced, ...commits } = head;
  return {
    ...commits,
    ...(replaced !== undefined && { replaced }),
    revision: formats.revision.open(payload, head.cluster, shared).complete(({ path }) => files.bytes(at(path))),
    revisionDigest,
    keyid: keyidOf(files.bytes(at(revisionSignaturePath)), shared.keyids),
    tree,
  };
}

/** The id of the key that a signature file is of; none where it cannot be read: the bundle is signed again then. */
function keyidOf(signatures: Uint8Array, known: Set<string>): string {
  const text = Buffer.from(signatures).toString('latin1');
  for (const keyid of known) if (text.includes(keyid)) return keyid;
  const [, keyid = ''] = /"keyid": *"(sha256:[0-9a-f]{64})"/.exec(text) ?? [];
  if (keyid !== '') known.add(keyid);
  return keyid;
}
