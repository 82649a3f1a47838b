import { SluiceError } from '../../shared/errors.ts';
import { digestOf } from '../../shared/lib/canonical.ts';
import { channelCommit } from '../model/channel-commit.ts';
import { makeBlob, type GitObject, type Oid } from '../../shared/lib/git/object.ts';
import { folderTrees, newFolder, place } from '../model/git-tree.ts';
import type { ObjectReader } from '../model/objects.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import { payloadTypes, signaturesText, type Signer } from '../../shared/wire/envelope.ts';
import { formats } from '../../shared/wire/formats.ts';
import { appFolder, revisionPath, revisionSignaturePath } from '../../shared/wire/layout.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import { atOnce, unitsOfBytes, type Work } from '../../shared/lib/slices.ts';
import type { PublishedBundle } from '../model/published-bundle.ts';
import type { NextBundle } from '../model/bundle.ts';
import { treeEntries, treeFiles } from '../model/tree-files.ts';

/** What publish adds to a planned bundle. */
export interface BundleFacts {
  readonly ledger: number;
  readonly issuedAt: string;
  readonly freshUntil: string;
  /** What was sent under the cluster's name before: its files need not be written again. */
  readonly previous: PublishedBundle | null;
  /** The commit that the cluster's ref is at. */
  readonly at: Oid | null;
}

/** A bundle ready to be written: the ledger's entry, and every new object (the channel's commit last). */
export interface BuiltBundle {
  readonly bundle: PublishedBundle;
  readonly objects: readonly GitObject[];
  readonly commit: GitObject;
}

/** Signs a planned bundle and builds its tree and commit in memory: same input, same bytes. */
export function buildBundle(objects: ObjectReader, signer: Signer, next: NextBundle, facts: BundleFacts): BuiltBundle {
  return atOnce(buildingBundle(objects, signer, next, facts));
}

/** What signing an envelope and reading it again costs beside its bytes, in units of a slice. */
const envelopeUnits = 60;

/** The same, as work in steps. */
export function* buildingBundle(
  objects: ObjectReader,
  signer: Signer,
  next: NextBundle,
  facts: BundleFacts,
): Work<BuiltBundle> {
  const { previous, at, ...signed } = facts;
  const payload = formats.revision.encode({ ...next.revision, ...signed });
  yield envelopeUnits + unitsOfBytes(payload.length);
  const signatures = Buffer.from(signaturesText(signer.sign(payloadTypes.revision, payload)));
  const folder = newFolder();
  const blobs: GitObject[] = [];
  const add = (path: string, bytes: Uint8Array): void => {
    const blob = makeBlob(bytes);
    blobs.push(blob);
    place(folder, path.split('/'), blob.oid);
  };
  add(revisionPath, payload);
  add(revisionSignaturePath, signatures);
  const before = previous === null ? nothingBefore : foldersOf(objects, previous);
  const isShared = repeated(next.revision.apps.map(appFolder));
  for (const app of next.revision.apps) {
    const at = appFolder(app);
    const known = before.folder(app);
    if (known !== null && !isShared.has(at)) {
      place(folder, at.split('/'), known, 'folder');
      continue;
    }
    for (const { path, id } of app.objects) {
      const bytes = next.files.get(path);
      yield costOf(bytes);
      const oid = bytes === undefined ? before.file(at, path) : null;
      if (bytes !== undefined) add(path, bytes);
      else if (oid != null) place(folder, path.split('/'), oid);
      else throw new SluiceError('INTERNAL', 'a bundle names an object without a file', { subject: id });
    }
  }
  const { root, trees } = folderTrees(folder);
  const entry = {
    cluster: next.cluster,
    revision: formats.revision.decode(payload, revisionPath, previous?.revision),
    revisionDigest: digestOf(payload),
    payload,
    signatures,
    tree: root,
  };
  const { parent, replaced } = historyOf(next, previous, at);
  const commit = channelCommit(entry, parent);
  const bundle = { ...entry, commit: commit.oid, parent, ...(replaced !== null && { replaced }) };
  return { bundle, objects: [...trees, ...blobs], commit };
}

/**
 * Where a bundle stands in the history of its ref: after what its own registration was sent. The first one of a registration
 * begins a history of its own, so that no reader of it reaches what a former owner of the name was sent.
 */
function historyOf(
  { revision }: Pick<NextBundle, 'revision'>,
  previous: PublishedBundle | null,
  at: Oid | null,
): { readonly parent: Oid | null; readonly replaced: Oid | null } {
  const isFirst = previous?.revision.registration !== revision.registration;
  return isFirst ? { parent: null, replaced: at } : { parent: at, replaced: null };
}

function costOf(bytes: Uint8Array | undefined): number {
  return unitsOfBytes(bytes?.length ?? 0);
}

/** What the bundle before holds, folder by folder of its applications. */
interface Before {
  /** The tree of an application's folder when the application is the very same and alone in there; else null. */
  readonly folder: (app: BundleApp) => Oid | null;
  readonly file: (folder: string, path: string) => Oid | null;
}

const nothingBefore: Before = { folder: () => null, file: () => null };

function foldersOf(objects: ObjectReader, { tree, revision: { apps } }: PublishedBundle): Before {
  const folders = new Map(
    treeEntries(objects, tree).flatMap((top) =>
      top.kind === 'file'
        ? []
        : treeEntries(objects, top.oid).map(({ name, oid }): [string, Oid] => [`${top.name}/${name}`, oid]),
    ),
  );
  const digests = new Map(apps.map((app) => [appKey(app), app.digest]));
  const isShared = repeated(apps.map(appFolder));
  const opened = new Map<string, ReadonlyMap<string, Oid>>();
  const open = (at: string): ReadonlyMap<string, Oid> => {
    const oid = folders.get(at);
    const files = opened.get(at) ?? (oid === undefined ? new Map<string, Oid>() : treeFiles(objects, oid, `${at}/`));
    opened.set(at, files);
    return files;
  };
  return {
    folder: (app) => {
      const at = appFolder(app);
      return digests.get(appKey(app)) === app.digest && !isShared.has(at) ? (folders.get(at) ?? null) : null;
    },
    file: (at, path) => open(at).get(path) ?? null,
  };
}

function repeated(names: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set(names.filter((name) => seen.size === seen.add(name).size));
}
