import { byCodeUnit } from '../../shared/lib/order.ts';
import { referenceMatcher, type FileReferences } from '../model/references.ts';

/** The paths that `path` (a file, or a folder with all manifests below it) or `glob` (`*`, `**`, `?`, `{a,b}`) names, sorted. */
export function matchingPaths(wanted: FileReferences, paths: Iterable<string>): string[] {
  if (wanted.path === undefined && wanted.glob === undefined) return [];
  return [...paths].filter(referenceMatcher(wanted)).sort(byCodeUnit);
}
