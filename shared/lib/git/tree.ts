import { SluiceError } from '../../errors.ts';
import type { Oid } from './object.ts';

/** One entry of a tree object. */
export interface TreeEntry {
  readonly kind: 'file' | 'folder' | 'symlink' | 'submodule';
  readonly name: string;
  readonly oid: Oid;
}

/** Entries that a tree of ours may hold; more is not a repository of manifests. */
const maxEntries = 1_000_000;

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

/** Reads a tree by its name. */
export type ReadTree = (oid: Oid) => Promise<readonly TreeEntry[]>;

/** Every entry below a tree that is not a folder, with its path. */
export async function walkTree(root: Oid, read: ReadTree): Promise<(TreeEntry & { readonly path: string })[]> {
  const found: (TreeEntry & { readonly path: string })[] = [];
  const visit = async (oid: string, prefix: string, depth: number): Promise<void> => {
    if (depth > 100) throw invalid('a tree is nested too deeply', oid, prefix);
    for (const entry of await read(oid)) {
      const path = prefix + entry.name;
      if (entry.kind === 'folder') await visit(entry.oid, `${path}/`, depth + 1);
      else found.push({ ...entry, path });
      if (found.length > maxEntries) throw invalid('a tree has too many entries', root);
    }
  };
  await visit(root, '', 0);
  return found;
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

function nameOf(bytes: Buffer, oid: string): string {
  let name: string;
  try {
    name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalid('a tree has a name that is not UTF-8', oid, bytes.toString('latin1'));
  }
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.toLowerCase() === '.git') {
    throw invalid('a tree has a name that is not allowed', oid, name);
  }
  return name;
}

function invalid(message: string, oid: string, name?: string): SluiceError {
  return new SluiceError('PACK_INVALID', message, { subject: name === undefined ? oid : `${oid} ${name}` });
}
