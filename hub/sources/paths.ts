import { cleanPath, exactGlobExpression } from '../model/glob.ts';
import { byCodeUnit } from '../../shared/lib/order.ts';

/** The paths that `path` (a file, or a folder with all YAML below it) or `glob` (`*`, `**`, `?`, `{a,b}`) names, sorted. */
export function matchingPaths(
  wanted: { readonly path?: string | undefined; readonly glob?: string | undefined },
  paths: Iterable<string>,
): string[] {
  const tests: ((path: string) => boolean)[] = [];
  if (wanted.path !== undefined) {
    const path = cleanPath(wanted.path);
    tests.push((candidate) => candidate === path || (candidate.startsWith(`${path}/`) && isManifest(candidate)));
  }
  if (wanted.glob !== undefined) {
    const pattern = exactGlobExpression(wanted.glob);
    tests.push((candidate) => pattern.test(candidate) && isManifest(candidate));
  }
  return [...paths].filter((candidate) => tests.some((test) => test(cleanPath(candidate)))).sort(byCodeUnit);
}

function isManifest(path: string): boolean {
  return /\.(ya?ml|json)$/.test(path);
}
