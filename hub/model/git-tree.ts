import { SluiceError } from '../../shared/errors.ts';
import { makeObject, type GitObject, type Oid } from '../../shared/lib/git/object.ts';
import { readEntries } from '../../shared/lib/git/tree.ts';
import { byCodeUnit } from '../../shared/lib/order.ts';

/** One entry of a tree: a plain file or a folder; links, executables and submodules never exist in what Sluice writes. */
export interface TreeEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder';
  readonly oid: Oid;
}

const modes = { file: '100644', folder: '40000' } as const;

/** The tree object of some entries, sorted as Git sorts them; throws NAME_INVALID for names that `git fsck --strict` refuses. */
export function makeTree(entries: readonly TreeEntry[]): GitObject {
  const sorted = entries.map((entry) => ({ ...entry, key: sortKey(entry) })).sort((a, b) => byCodeUnit(a.key, b.key));
  const parts = sorted.flatMap(({ name, kind, oid }, i) => {
    if (!isEntryName(name) || sorted[i - 1]?.name === name) throw badName(name);
    return [Buffer.from(`${modes[kind]} ${name}\0`), Buffer.from(oid, 'hex')];
  });
  return makeObject('tree', Buffer.concat(parts));
}

/** The entries of a tree object's bytes; throws PACK_INVALID for anything that makeTree would not write. */
export function parseOwnTree(body: Uint8Array): TreeEntry[] {
  const raw = readEntries(body);
  if (raw === null) throw new SluiceError('PACK_INVALID', 'this tree is cut');
  return raw.map(({ mode, name: bytes, oid }) => {
    const name = bytes.toString('utf8');
    const kind = mode === modes.file ? 'file' : mode === modes.folder ? 'folder' : null;
    if (kind === null || !isEntryName(name)) {
      throw new SluiceError('PACK_INVALID', 'this tree is not one that Sluice writes', { subject: `${mode} ${name}` });
    }
    return { name, kind, oid };
  });
}

/** A folder that is being built: names to object names of files, or to further folders. */
export interface Folder {
  readonly files: Map<string, Oid>;
  readonly folders: Map<string, Folder>;
  /** Folders that exist already, by the name of their tree. */
  readonly trees: Map<string, Oid>;
}

/** An empty folder. */
export function newFolder(): Folder {
  return { files: new Map(), folders: new Map(), trees: new Map() };
}

/** Puts a file (or, with kind `folder`, an existing tree) at a path of a folder, making what lies between. */
export function place(folder: Folder, path: readonly string[], oid: Oid, kind: TreeEntry['kind'] = 'file'): void {
  const [head = '', ...rest] = path;
  if (rest.length === 0) {
    (kind === 'file' ? folder.files : folder.trees).set(head, oid);
    return;
  }
  let next = folder.folders.get(head);
  if (next === undefined) folder.folders.set(head, (next = newFolder()));
  place(next, rest, oid, kind);
}

/** The trees of a folder and of all below it, the folder's own last. */
export function folderTrees(folder: Folder): { readonly root: Oid; readonly trees: GitObject[] } {
  const trees: GitObject[] = [];
  const build = (node: Folder): Oid => {
    const entry =
      (kind: TreeEntry['kind']) =>
      ([name, oid]: [string, Oid]): TreeEntry => ({ name, kind, oid });
    const below = [...node.folders].map(([name, inner]): [string, Oid] => [name, build(inner)]);
    const tree = makeTree([...[...node.files].map(entry('file')), ...[...node.trees, ...below].map(entry('folder'))]);
    trees.push(tree);
    return tree.oid;
  };
  return { root: build(folder), trees };
}

// Git compares the bytes of names, those of folders as if they ended with a slash; a byte is a character here.
function sortKey({ name, kind }: TreeEntry): string {
  return Buffer.from(kind === 'folder' ? `${name}/` : name).toString('latin1');
}

/** The error of a name that Git does not take. */
export function badName(subject: string): SluiceError {
  return new SluiceError('NAME_INVALID', 'this cannot be the name of a file in Git', { subject });
}

function isEntryName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/^(\.git|git~1)$/i.test(name) && !/[/\0\ufffd]/.test(name);
}
