import { cleanPath, compileGlob } from '../model/glob.ts';
import { isManifest } from '../model/references.ts';

/** Where to look in a config repository: globs of files to read (all when empty), and of files to leave out. */
export interface Selection {
  readonly paths: readonly string[];
  readonly exclude: readonly string[];
}

/** Everything, wherever it is. */
export const everything: Selection = { paths: [], exclude: [] };

/** Says of a path whether it is a manifest (`.yaml`, `.yml`, `.json`) that the selection reads. */
export function selector({ paths, exclude }: Selection): (path: string) => boolean {
  const wanted = paths.map(compileGlob);
  const unwanted = exclude.map(compileGlob);
  return (path) =>
    isManifest(path) &&
    (wanted.length === 0 || wanted.some((glob) => glob.covers(path))) &&
    !unwanted.some((glob) => glob.covers(path));
}

/** Says of a folder that cannot be looked into whether files below it might be read. */
export function folderSelector({ paths, exclude }: Selection): (path: string) => boolean {
  const unwanted = exclude.map(compileGlob);
  return (path) =>
    !unwanted.some((glob) => glob.covers(path)) &&
    (paths.length === 0 || paths.some((pattern) => mayReach(pattern, path)));
}

// A pattern reaches below a folder when it names the folder or one above it, or begins below it.
function mayReach(pattern: string, folder: string): boolean {
  const fixed = /^[^*?{]*/.exec(cleanPath(pattern))?.[0] ?? '';
  return compileGlob(pattern).covers(folder) || `${fixed}/`.startsWith(`${folder}/`) || `${folder}/`.startsWith(fixed);
}
