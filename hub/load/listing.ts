import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import { asSluiceError } from '../../shared/errors.ts';
import { nameFault, shownName } from '../../shared/lib/git/tree.ts';
import { maxYamlBytes } from '../../shared/lib/yaml.ts';
import type { RepoOther, RepoReader } from '../../shared/ports/repo.ts';
import { isManifest } from '../model/references.ts';

/** A file of a commit or folder: `oid` names its content. */
export interface Entry {
  readonly path: string;
  readonly oid: string;
  readonly read: () => Promise<Uint8Array>;
}

/** What is there and not a plain file: never followed, never read. */
export interface Other {
  readonly path: string;
  readonly kind: 'symlink' | 'submodule' | 'odd';
  readonly oid: string;
  /** Of a link: where it leads, as it is written. */
  readonly target?: () => Promise<string>;
  /** Of an odd entry: why it cannot be used, and the odd entry that it is or lies below. */
  readonly odd?: RepoOther['odd'];
}

/** All files of one state of the repository, and what is not a file in it. */
export interface Listing {
  readonly entries: readonly Entry[];
  readonly others: readonly Other[];
}

/** What `listFolder` leaves out. */
export interface FolderRules {
  readonly skip: (path: string) => Promise<boolean>;
  /** True for a folder that is a repository of its own. */
  readonly isSubmodule: (path: string, names: readonly string[]) => boolean;
}

/** Reads everything but Git's own folders. */
export const wholeFolder: FolderRules = { skip: () => Promise.resolve(false), isSubmodule: () => false };

/** The files of a commit. */
export async function listCommit(repo: Pick<RepoReader, 'tree' | 'blob'>, commit: string): Promise<Listing> {
  const { files, others } = await repo.tree(commit);
  return {
    entries: [...files].map(([path, oid]) => ({ path, oid, read: () => repo.blob(oid) })),
    others: others.map((other) =>
      other.kind === 'symlink'
        ? { ...other, target: async () => Buffer.from(await repo.blob(other.oid)).toString() }
        : other,
    ),
  };
}

/**
 * The manifests of a folder as they are now, with the ids that Git would give them. Symbolic links are not followed,
 * Git's folders and what the rules skip are left out. Throws SOURCE_UNAVAILABLE when something cannot be read.
 */
export async function listFolder(dir: string, rules: FolderRules, signal: AbortSignal): Promise<Listing> {
  const entries: Entry[] = [];
  const others: Other[] = [];
  const walk = async (folder: string): Promise<void> => {
    signal.throwIfAborted();
    const items = await readdir(join(dir, folder), { withFileTypes: true, encoding: 'buffer' });
    const names = items.map(({ name }) => shownName(name));
    if (folder !== '' && rules.isSubmodule(folder, names)) {
      others.push({ path: folder, kind: 'submodule', oid: '' });
      return;
    }
    for (const [index, item] of items.entries()) {
      const path = folder === '' ? (names[index] ?? '') : `${folder}/${names[index] ?? ''}`;
      if (names[index] !== '.git') await take(item, path);
    }
  };
  const take = async (item: Dirent<Buffer>, path: string): Promise<void> => {
    if (!isUtf8(item.name)) {
      others.push(oddOf(path, nameFault(item.name) ?? 'its name cannot be read'));
      return;
    }
    const isPlain = !item.isDirectory() && !item.isSymbolicLink();
    if ((isPlain && !isManifest(path)) || (await rules.skip(path))) return;
    if (item.isDirectory()) await walk(path);
    else if (item.isSymbolicLink()) others.push(await linkOf(dir, path));
    else if (item.isFile()) entries.push(await entryOf(dir, path));
    else others.push(oddOf(path, 'it is not a file'));
  };
  try {
    await walk('');
  } catch (error) {
    throw asSluiceError(error, 'SOURCE_UNAVAILABLE', { path: dir });
  }
  return { entries, others };
}

function oddOf(path: string, why: string): Other {
  return { path, kind: 'odd', oid: '', odd: { why, root: path } };
}

async function linkOf(dir: string, path: string): Promise<Other> {
  const target = await readlink(join(dir, path));
  return { path, kind: 'symlink', oid: blobId(Buffer.from(target)), target: () => Promise.resolve(target) };
}

async function entryOf(dir: string, path: string): Promise<Entry> {
  const file = join(dir, path);
  const { size } = await lstat(file);
  // One byte too many is enough to be refused as too large, however large it is.
  const bytes = size > maxYamlBytes ? new Uint8Array(maxYamlBytes + 1) : await readFile(file);
  return { path, oid: blobId(bytes), read: () => Promise.resolve(bytes) };
}

function blobId(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
