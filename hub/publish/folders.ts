import { SluiceError } from '../../shared/errors.ts';
import type { Digest } from '../../shared/lib/canonical.ts';
import { makeBlob, type GitObject, type Oid } from '../../shared/lib/git/object.ts';
import { unitsOfBytes, type Work } from '../../shared/lib/slices.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import { formats } from '../../shared/wire/formats.ts';
import { appFolder, documentFolder, documentPath, fromPath } from '../../shared/wire/layout.ts';
import type { AppContent, BundleApp, Revision } from '../../shared/wire/revision.ts';
import type { NextBundle } from '../model/bundle.ts';
import { folderTrees, newFolder, place, type TreeEntry } from '../model/git-tree.ts';
import type { ObjectReader } from '../model/objects.ts';
import type { PublishedBundle } from '../model/published-bundle.ts';
import { treeEntries, treeFiles } from '../model/tree-files.ts';

/** What many bundles of one commit have together: made once, and among the objects of the first that has it. */
export interface Sharing {
  /** The folders beside revision.json, by the applications in them. */
  readonly folders: Map<string, readonly TreeEntry[]>;
  /** Files by their bytes, and documents by their applications. */
  readonly blobs: Map<object, GitObject>;
}

/** Nothing yet. */
export function newSharing(): Sharing {
  return { folders: new Map(), blobs: new Map() };
}

/** The bundle whose folders are made, and where new objects are put. */
export interface Making {
  readonly next: NextBundle;
  readonly previous: PublishedBundle | null;
  readonly made: GitObject[];
  readonly sharing: Sharing;
}

/** The folders beside revision.json. Bundles of the same applications have the same ones. */
export function* foldersBeside(making: Making, objects: ObjectReader): Work<readonly TreeEntry[]> {
  const { next, previous, made, sharing } = making;
  const key = contentsKey(next.revision);
  const known = key === null ? undefined : sharing.folders.get(key);
  if (known !== undefined) return known;
  const before = previous === null ? nothingBefore : foldersOf(objects, previous);
  const folder = newFolder();
  const adding: Adding = {
    folder,
    add: (path, owner, bytesOf) => {
      let blob = sharing.blobs.get(owner);
      if (blob === undefined) {
        sharing.blobs.set(owner, (blob = makeBlob(bytesOf())));
        made.push(blob);
      }
      place(folder, path.split('/'), blob.oid);
      return blob.body;
    },
  };
  yield* addObjects(next, before, adding);
  yield* addDocuments(next.revision, before, adding);
  const entries = [...folder.folders].map(([name, below]): TreeEntry => {
    const { root, trees } = folderTrees(below);
    made.push(...trees);
    return { name, kind: 'folder', oid: root };
  });
  if (key !== null) sharing.folders.set(key, entries);
  return entries;
}

/** What decides what is beside revision.json: the digests of its applications; null where something else serves meanwhile. */
function contentsKey({ format, apps }: NextBundle['revision']): string | null {
  if (apps.some(({ from }) => from !== undefined)) return null;
  return `${format} ${apps.map(({ digest }) => digest).join(' ')}`;
}

/** The folder that is being made; `add` places the file of an owner, whose bytes are asked for where they are not known. */
interface Adding {
  readonly folder: ReturnType<typeof newFolder>;
  readonly add: (path: string, owner: object, bytesOf: () => Uint8Array) => Uint8Array;
}

function* addObjects({ revision, files }: NextBundle, before: Before, { folder, add }: Adding): Work<void> {
  const isShared = repeated(revision.apps.map(appFolder));
  for (const app of revision.apps) {
    const at = appFolder(app);
    const known = before.folder(app);
    if (known !== null && !isShared.has(at)) {
      place(folder, at.split('/'), known, 'folder');
      continue;
    }
    for (const { path, id } of app.objects) {
      const bytes = files.get(path);
      yield costOf(bytes);
      const oid = bytes === undefined ? before.file(at, path) : null;
      if (bytes !== undefined) add(path, bytes, () => bytes);
      else if (oid != null) place(folder, path.split('/'), oid);
      else throw new SluiceError('INTERNAL', 'a bundle names an object without a file', { subject: id });
    }
  }
}

/** The documents of applications, where the format has any: what did not change is there already. */
function* addDocuments(
  { format, apps }: Pick<Revision, 'format' | 'apps'>,
  before: Before,
  { folder, add }: Adding,
): Work<void> {
  const { hasDocuments, document } = formats.revision.at(format);
  if (!hasDocuments) return;
  for (const app of apps) {
    const path = documentPath(app);
    const known = before.document(app);
    if (known !== null) place(folder, path.split('/'), known);
    else yield costOf(add(path, app, () => document(app) ?? new Uint8Array()));
    if (app.from === undefined) continue;
    yield* addFrom(app.from, before, { folder, add });
  }
}

/** What serves until the new content does: it was published before, so that all of its files are there. */
function* addFrom(from: AppContent, before: Before, { folder, add }: Adding): Work<void> {
  const { document } = formats.revision.at(formats.revision.newest);
  yield costOf(add(fromPath(documentPath(from)), from, () => document(from) ?? new Uint8Array()));
  for (const { path, id, digest } of from.objects) {
    const oid = before.served(from, path, digest);
    if (oid === null) throw new SluiceError('INTERNAL', 'what serves was never published', { subject: id });
    place(folder, fromPath(path).split('/'), oid);
  }
}

function costOf(bytes: Uint8Array | undefined): number {
  return unitsOfBytes(bytes?.length ?? 0);
}

/** What the bundle before holds, folder by folder of its applications. */
interface Before {
  /** The tree of an application's folder when the application is the very same and alone in there; else null. */
  readonly folder: (app: BundleApp) => Oid | null;
  readonly file: (folder: string, path: string) => Oid | null;
  /** The document of an application when it is the very same; else null. */
  readonly document: (app: BundleApp) => Oid | null;
  /** A file of a content that serves: of the application as it was, or of what served before already. */
  readonly served: (from: AppContent, path: string, digest: Digest) => Oid | null;
}

const nothingBefore: Before = { folder: () => null, file: () => null, document: () => null, served: () => null };

function foldersOf(objects: ObjectReader, { tree, revision: { apps } }: PublishedBundle): Before {
  const folders = new Map(
    treeEntries(objects, tree).flatMap((top) =>
      top.kind === 'file'
        ? []
        : treeEntries(objects, top.oid).map(({ name, oid }): [string, Oid] => [`${top.name}/${name}`, oid]),
    ),
  );
  const known = new Map(apps.map((app) => [appKey(app), app]));
  const digests = new Map(apps.map((app) => [appKey(app), app.digest]));
  const isShared = repeated(apps.map(appFolder));
  const opened = new Map<string, ReadonlyMap<string, Oid>>();
  const open = (at: string): ReadonlyMap<string, Oid> => {
    const oid = folders.get(at);
    const files = opened.get(at) ?? (oid === undefined ? new Map<string, Oid>() : treeFiles(objects, oid, `${at}/`));
    opened.set(at, files);
    return files;
  };
  const file = (at: string, path: string): Oid | null => open(at).get(path) ?? null;
  return {
    folder: (app) => {
      const at = appFolder(app);
      return digests.get(appKey(app)) === app.digest && !isShared.has(at) ? (folders.get(at) ?? null) : null;
    },
    file,
    document: (app) => (digests.get(appKey(app)) === app.digest ? file(documentFolder(app), documentPath(app)) : null),
    served: (from, path, digest) => {
      const last = known.get(appKey(from));
      const has = (content: AppContent | undefined): boolean =>
        content?.objects.some((one) => one.path === path && one.digest === digest) === true;
      if (has(last)) return file(appFolder(from), path);
      return has(last?.from) ? file(fromPath('objects'), fromPath(path)) : null;
    },
  };
}

function repeated(names: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set(names.filter((name) => seen.size === seen.add(name).size));
}
