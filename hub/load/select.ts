import { globExpression } from '../model/glob.ts';

/** Where to look in a config repository: globs of files to read (all when empty), and of files to leave out. */
export interface Selection {
  readonly paths: readonly string[];
  readonly exclude: readonly string[];
}

/** Everything, wherever it is. */
export const everything: Selection = { paths: [], exclude: [] };

/** Says of a path whether it is a manifest (`.yaml`, `.yml`, `.json`) that the selection reads. */
export function selector({ paths, exclude }: Selection): (path: string) => boolean {
  const wanted = paths.map(globExpression);
  const unwanted = exclude.map(globExpression);
  return (path) =>
    isManifest(path) &&
    (wanted.length === 0 || wanted.some((expression) => expression.test(path))) &&
    !unwanted.some((expression) => expression.test(path));
}

/** True for the name of a file that may hold documents; Git's own folder never does. */
export function isManifest(path: string): boolean {
  return /\.(?:ya?ml|json)$/i.test(path) && !/(?:^|\/)\.git\//.test(path);
}
