import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What happens to a file or folder: it is gone, cut, emptied, unreadable, or one byte of it is another. */
export const harms = {
  lost: (path: string) => rmSync(path, { recursive: true }),
  cut: (path: string) => writeFileSync(path, readFileSync(path).subarray(0, statSync(path).size / 2)),
  empty: (path: string) => writeFileSync(path, ''),
  // Tests run as root, which no permission stops: a folder in the place of a file cannot be read either, nor the other way round.
  unreadable: (path: string) => {
    const isFolder = statSync(path).isDirectory();
    rmSync(path, { recursive: true });
    if (isFolder) writeFileSync(path, '');
    else mkdirSync(path);
  },
  flipped: (path: string) => {
    const bytes = readFileSync(path);
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    writeFileSync(path, bytes);
  },
} as const;

/** The files that a name means: `*.pack` all of them. */
export function pathsOf(data: string, name: string): string[] {
  const [, ending] = name.split('*');
  if (ending === undefined) return [join(data, name)];
  const parent = dirname(join(data, name));
  return readdirSync(parent)
    .filter((file) => file.endsWith(ending))
    .map((file) => join(parent, file));
}
