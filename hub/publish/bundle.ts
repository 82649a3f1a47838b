import { SluiceError } from '../../shared/errors.ts';
import { digestOf, type Digest } from '../../shared/lib/canonical.ts';
import { channelCommit } from '../model/channel-commit.ts';
import { makeBlob, type GitObject, type Oid } from '../../shared/lib/git/object.ts';
import { folderTrees, newFolder, place } from '../model/git-tree.ts';
import type { ObjectReader } from '../model/objects.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import { payloadTypes, signaturesText, type Signer } from '../../shared/wire/envelope.ts';
import { formats } from '../../shared/wire/formats.ts';
import {
  appFolder,
  documentFolder,
  documentPath,
  fromPath,
  revisionPath,
  revisionSignaturePath,
} from '../../shared/wire/layout.ts';
import type { AppContent, BundleApp, Revision } from '../../shared/wire/revision.ts';
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
  const revision = { ...next.revision, ...signed };
  const payload = formats.revision.encode(revision);
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
  yield* addObjects(next, before, { folder, add });
  yield* addDocuments(revision, before, { folder, add });
  const { root, trees } = folderTrees(folder);
  const entry = {
    cluster: next.cluster,
    revision: asRead(revision, payload, previous),
    revisionDigest: digestOf(payload),
    payload,
    signatures,
    tree: root,
  };
  const { parent, replaced, isCut } = historyOf(next, previous, at);
  const commit = channelCommit(entry, isCut ? null : parent);
  const bundle = { ...entry, commit: commit.oid, parent, ...(replaced !== null && { replaced }) };
  return { bundle, objects: [...trees, ...blobs], commit };
}

/** The tree that is being made. */
interface Making {
  readonly folder: ReturnType<typeof newFolder>;
  readonly add: (path: string, bytes: Uint8Array) => void;
}

function* addObjects({ revision, files }: NextBundle, before: Before, { folder, add }: Making): Work<void> {
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
      if (bytes !== undefined) add(path, bytes);
      else if (oid != null) place(folder, path.split('/'), oid);
      else throw new SluiceError('INTERNAL', 'a bundle names an object without a file', { subject: id });
    }
  }
}

/** The documents of applications, where the format has any: what did not change is there already. */
function* addDocuments(
  { format, apps }: Pick<Revision, 'format' | 'apps'>,
  before: Before,
  { folder, add }: Making,
): Work<void> {
  const { hasDocuments, document } = formats.revision.at(format);
  if (!hasDocuments) return;
  for (const app of apps) {
    const path = documentPath(app);
    const known = before.document(app);
    if (known !== null) place(folder, path.split('/'), known);
    else {
      const bytes = document(app) ?? new Uint8Array();
      yield costOf(bytes);
      add(path, bytes);
    }
    if (app.from === undefined) continue;
    yield* addFrom(app.from, before, { folder, add });
  }
}

/** What serves until the new content does: it was published before, so that all of its files are there. */
function* addFrom(from: AppContent, before: Before, { folder, add }: Making): Work<void> {
  const document = formats.revision.at(formats.revision.newest).document(from) ?? new Uint8Array();
  yield costOf(document);
  add(fromPath(documentPath(from)), document);
  for (const { path, id, digest } of from.objects) {
    const oid = before.served(from, path, digest);
    if (oid === null) throw new SluiceError('INTERNAL', 'what serves was never published', { subject: id });
    place(folder, fromPath(path).split('/'), oid);
  }
}

/** The revision as a reader of its bytes has it: equal parts are those of the bundle before. */
function asRead(revision: Revision, payload: Buffer, previous: PublishedBundle | null): Revision {
  const opened = formats.revision.open(payload, revisionPath, { previous: previous?.revision ?? null });
  const { document } = formats.revision.at(revision.format);
  const contents = new Map(
    revision.apps
      .flatMap((app) => [app, ...(app.from === undefined ? [] : [app.from])])
      .map((one) => [one.digest, one]),
  );
  return opened.complete((ref) => {
    const content = contents.get(ref.digest);
    return content === undefined ? null : document(content);
  });
}

/** Every so many generations the history of a ref begins anew: nothing reads it, and what it holds is never collected. */
const cutEvery = 16;

/** Where a bundle stands in the history of its ref. */
interface Standing {
  readonly parent: Oid | null;
  readonly replaced: Oid | null;
  /** Its commit has no parent, although its ref has one. */
  readonly isCut: boolean;
}

/**
 * A bundle comes after what its own registration was sent. The first one of a registration begins a history of its own, so that no
 * reader of it reaches what a former owner of the name was sent; and so does one at a cut.
 */
function historyOf(
  { revision }: Pick<NextBundle, 'revision'>,
  previous: PublishedBundle | null,
  at: Oid | null,
): Standing {
  const isFirst = previous?.revision.registration !== revision.registration;
  if (isFirst) return { parent: null, replaced: at, isCut: false };
  return { parent: at, replaced: null, isCut: revision.generation % cutEvery === 0 };
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
