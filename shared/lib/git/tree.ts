import { isUtf8 } from 'node:buffer';
import { SluiceError } from '../../errors.ts';
import type { Oid } from './object.ts';

/** One entry of a tree object. */
export interface TreeEntry {
  readonly kind: 'file' | 'folder' | 'symlink' | 'submodule';
  readonly name: string;
  readonly oid: Oid;
  /** Why an entry that is read loosely cannot be used, in words; absent = it can. */
  readonly odd?: string;
}

/** Entries below a tree, folders included, and bytes of their paths; more is not a repository of manifests. */
const walkLimits = { entries: 500_000, pathBytes: 32 * 1024 * 1024 } as const;

/** The largest folder that is read on the way to a file. */
const maxFolderBytes = 2 * 1024 * 1024;

/** One entry as its bytes say it, unchecked. */
export interface RawTreeEntry {
  readonly mode: string;
  readonly name: Buffer;
  readonly oid: Oid;
}

/** The entries of a tree object's bytes, unchecked; null when they are cut. */
export function readEntries(body: Uint8Array): RawTreeEntry[] | null {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const entries: RawTreeEntry[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const space = bytes.indexOf(0x20, offset);
    const end = bytes.indexOf(0, space);
    if (space < 0 || end < 0 || end + 21 > bytes.length) return null;
    const mode = bytes.toString('latin1', offset, space);
    entries.push({ mode, name: bytes.subarray(space + 1, end), oid: bytes.toString('hex', end + 1, end + 21) });
    offset = end + 21;
  }
  return entries;
}

/**
 * Reads a tree object. Rejected is everything that Git itself would not write: empty, duplicate, `.`, `..` and `.git` names, names with a slash
 * or that are not UTF-8, unknown modes. Throws PACK_INVALID.
 */
export function parseTree(bytes: Uint8Array, oid: Oid): TreeEntry[] {
  const raw = readEntries(bytes);
  if (raw === null) throw invalid('a tree is cut', oid);
  const names = new Set<string>();
  return raw.map((entry) => {
    const kind = kinds[entry.mode];
    const name = nameOf(entry.name, oid);
    if (kind === undefined) throw invalid('a tree has an entry of an unknown mode', oid, name);
    if (names.has(name)) throw invalid('a tree names an entry twice', oid, name);
    names.add(name);
    return { kind, name, oid: entry.oid };
  });
}

/**
 * Reads a tree object as people's repositories have them: Git writes names of any bytes and old modes. What cannot be used is
 * marked as odd instead of refused, its name shown with escapes. Throws PACK_INVALID for a cut tree alone.
 */
export function parseTreeLoosely(bytes: Uint8Array, oid: Oid): TreeEntry[] {
  const raw = readEntries(bytes);
  if (raw === null) throw invalid('a tree is cut', oid);
  const counts = new Map<string, number>();
  for (const { name } of raw) counts.set(name.toString('latin1'), (counts.get(name.toString('latin1')) ?? 0) + 1);
  return raw.map((entry) => {
    const kind = kindOfMode(entry.mode);
    const isTwice = (counts.get(entry.name.toString('latin1')) ?? 0) > 1;
    const odd =
      nameFault(entry.name) ??
      (isTwice ? 'its folder has the name twice' : null) ??
      (kind === null ? `its mode is ${entry.mode}` : null);
    return { kind: kind ?? 'file', name: shownName(entry.name), oid: entry.oid, ...(odd !== null && { odd }) };
  });
}

/** Reads a tree by its name. */
export type ReadTree = (oid: Oid) => Promise<readonly TreeEntry[]>;

/** An entry below a tree that is not a folder, with its path. */
export interface FoundEntry extends TreeEntry {
  readonly path: string;
  /** The path of the odd entry that it is, or lies below. */
  readonly root?: string;
}

/**
 * Every entry below a tree that is not a folder, with its path; what lies below an odd folder is odd, too. A few objects can
 * stand for more paths than there are atoms, so folders and the length of paths count; throws PACK_INVALID beyond the limits.
 */
export async function walkTree(root: Oid, read: ReadTree): Promise<FoundEntry[]> {
  const found: FoundEntry[] = [];
  let [entries, pathBytes] = [0, 0];
  const visit = async (oid: string, above: Pick<FoundEntry, 'path' | 'odd' | 'root'>, depth: number): Promise<void> => {
    if (depth > 100) throw invalid('a tree is nested too deeply', oid, above.path);
    for (const entry of await read(oid)) {
      const path = above.path + entry.name;
      entries += 1;
      pathBytes += path.length;
      if (entries > walkLimits.entries) throw invalid('a tree has too many entries', root);
      if (pathBytes > walkLimits.pathBytes) throw invalid('the paths of a tree are too long', root);
      const odd = above.odd ?? entry.odd;
      const oddness = odd === undefined ? {} : { odd, root: above.root ?? path };
      if (entry.kind === 'folder') await visit(entry.oid, { path: `${path}/`, ...oddness }, depth + 1);
      else found.push({ ...entry, ...oddness, path });
    }
  };
  await visit(root, { path: '' }, 0);
  return found;
}

/**
 * Finds files below a tree by their paths: reads the folders on the way to each, once, and nothing else. Null where there is no
 * such file; throws PACK_INVALID for a folder that is too large, or that has anything but files and folders.
 */
export function fileFinder(
  root: Oid,
  readBytes: (oid: Oid) => Promise<Uint8Array>,
): (path: string) => Promise<Oid | null> {
  const folders = new Map<Oid, Promise<ReadonlyMap<string, TreeEntry>>>();
  const folderAt = (oid: Oid): Promise<ReadonlyMap<string, TreeEntry>> => {
    const read = folders.get(oid) ?? readBytes(oid).then((bytes) => plainFolder(bytes, oid));
    folders.set(oid, read);
    return read;
  };
  return async (path) => {
    const names = path.split('/');
    let oid = root;
    for (const [index, name] of names.entries()) {
      const entry = (await folderAt(oid)).get(name);
      if (entry?.kind !== (index === names.length - 1 ? 'file' : 'folder')) return null;
      oid = entry.oid;
    }
    return oid;
  };
}

function plainFolder(bytes: Uint8Array, oid: Oid): ReadonlyMap<string, TreeEntry> {
  if (bytes.byteLength > maxFolderBytes) throw invalid('a folder has too many entries', oid);
  const entries = parseTree(bytes, oid);
  const other = entries.find(({ kind }) => kind !== 'file' && kind !== 'folder');
  if (other !== undefined) throw invalid(`a channel has no ${other.kind}`, oid, other.name);
  return new Map(entries.map((entry) => [entry.name, entry]));
}

const kinds: Readonly<Record<string, TreeEntry['kind']>> = {
  '100644': 'file',
  '100755': 'file',
  '100664': 'file',
  '40000': 'folder',
  '040000': 'folder',
  '120000': 'symlink',
  '160000': 'submodule',
};

// Git looks at the type of a mode alone: 100600 and 100666 are files of old programs.
function kindOfMode(mode: string): TreeEntry['kind'] | null {
  if (!/^[0-7]{5,6}$/.test(mode)) return null;
  return fileTypes[parseInt(mode, 8) & 0o170000] ?? null;
}

const fileTypes: Readonly<Record<number, TreeEntry['kind']>> = {
  0o100000: 'file',
  0o040000: 'folder',
  0o120000: 'symlink',
  0o160000: 'submodule',
};

function nameOf(bytes: Buffer, oid: string): string {
  if (!isUtf8(bytes)) throw invalid('a tree has a name that is not UTF-8', oid, bytes.toString('latin1'));
  const name = bytes.toString('utf8');
  if (!isAllowed(name)) throw invalid('a tree has a name that is not allowed', oid, name);
  return name;
}

/** Why an entry of this name cannot be used, in words; null when it can. */
export function nameFault(bytes: Buffer): string | null {
  if (!isUtf8(bytes)) return `its name is not UTF-8 (bytes ${bytes.toString('hex').replace(/..(?!$)/g, '$& ')})`;
  return isAllowed(bytes.toString('utf8')) ? null : 'its name is not one that Git allows';
}

/** A name as people can read it: bytes that are not UTF-8 as escapes, `caf\xe9.txt`. */
export function shownName(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = [1, 2, 3, 4].find((size) => at + size <= bytes.length && isUtf8(bytes.subarray(at, at + size)));
    text += length === undefined ? `\\x${bytes.toString('hex', at, at + 1)}` : bytes.toString('utf8', at, at + length);
    at += length ?? 1;
  }
  return text;
}

function isAllowed(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('/') && name.toLowerCase() !== '.git';
}

function invalid(message: string, oid: string, name?: string): SluiceError {
  return new SluiceError('PACK_INVALID', message, { subject: name === undefined ? oid : `${oid} ${name}` });
}
