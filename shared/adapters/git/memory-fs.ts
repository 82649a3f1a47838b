import type { LibraryFs } from './library.ts';

type Entry = Buffer | 'folder';

/** Makes an empty file system in memory, with absolute POSIX paths and the calls of node:fs/promises that the library uses. */
export function createMemoryFs(): LibraryFs {
  const entries = new Map<string, Entry>([['/', 'folder']]);
  const find = (path: string): Entry => {
    const entry = entries.get(normal(path));
    if (entry === undefined) throw fault('ENOENT', path);
    return entry;
  };
  const stat = async (path: string) => Promise.resolve(statsOf(find(path)));
  const calls = {
    readFile: async (path: string, options?: { readonly encoding?: string } | string) => {
      const entry = find(path);
      if (entry === 'folder') throw fault('EISDIR', path);
      const encoding = typeof options === 'string' ? options : options?.encoding;
      return Promise.resolve(encoding === undefined ? entry : entry.toString('utf8'));
    },
    writeFile: async (path: string, content: Uint8Array | string) => {
      const parent = normal(path).replace(/\/[^/]*$/, '') || '/';
      if (entries.get(parent) !== 'folder') throw fault('ENOENT', path);
      const bytes =
        typeof content === 'string'
          ? Buffer.from(content)
          : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
      entries.set(normal(path), bytes);
      return Promise.resolve();
    },
    unlink: async (path: string) => {
      find(path);
      entries.delete(normal(path));
      return Promise.resolve();
    },
    readdir: async (path: string) => {
      if (find(path) !== 'folder') throw fault('ENOTDIR', path);
      const prefix = normal(path) === '/' ? '/' : `${normal(path)}/`;
      const below = [...entries.keys()].filter((name) => name.startsWith(prefix) && name !== '/');
      return Promise.resolve(below.map((name) => name.slice(prefix.length)).filter((name) => !name.includes('/')));
    },
    mkdir: async (path: string) => {
      if (entries.has(normal(path))) throw fault('EEXIST', path);
      const parent = normal(path).replace(/\/[^/]*$/, '') || '/';
      if (entries.get(parent) !== 'folder') throw fault('ENOENT', path);
      entries.set(normal(path), 'folder');
      return Promise.resolve();
    },
    rmdir: async (path: string) => {
      find(path);
      entries.delete(normal(path));
      return Promise.resolve();
    },
    stat,
    lstat: stat,
    readlink: (path: string) => Promise.reject(fault('EINVAL', path)),
    symlink: (_target: string, path: string) => Promise.reject(fault('EPERM', path)),
  };
  return { promises: calls };
}

function statsOf(entry: Entry) {
  const isFolder = entry === 'folder';
  return {
    size: isFolder ? 0 : entry.length,
    mode: isFolder ? 0o40755 : 0o100644,
    mtimeMs: 0,
    ctimeMs: 0,
    ino: 0,
    dev: 0,
    uid: 0,
    gid: 0,
    type: isFolder ? 'dir' : 'file',
    isFile: () => !isFolder,
    isDirectory: () => isFolder,
    isSymbolicLink: () => false,
  };
}

function normal(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return `/${parts.join('/')}`;
}

function fault(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
