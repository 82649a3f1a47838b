import { byCodeUnit } from '../../shared/lib/order.ts';

/** The paths that `path` (a file, or a folder with all YAML below it) or `glob` (`*`, `**`, `?`, `{a,b}`) names, sorted. */
export function matchingPaths(
  wanted: { readonly path?: string | undefined; readonly glob?: string | undefined },
  paths: Iterable<string>,
): string[] {
  const tests: ((path: string) => boolean)[] = [];
  if (wanted.path !== undefined) {
    const path = normal(wanted.path);
    tests.push((candidate) => candidate === path || (candidate.startsWith(`${path}/`) && isManifest(candidate)));
  }
  if (wanted.glob !== undefined) {
    const pattern = globPattern(normal(wanted.glob));
    tests.push((candidate) => pattern.test(candidate) && isManifest(candidate));
  }
  return [...paths].filter((candidate) => tests.some((test) => test(normal(candidate)))).sort(byCodeUnit);
}

function isManifest(path: string): boolean {
  return /\.(ya?ml|json)$/.test(path);
}

function normal(path: string): string {
  return path.replace(/^(\.?\/)+/, '').replace(/\/+$/, '');
}

function globPattern(glob: string): RegExp {
  const text = glob.replace(/\*\*\/|\*\*|\*|\?|\{[^{}]*\}|[.+^$()|[\]\\{}]/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    if (part.length > 1 && part.startsWith('{')) return `(?:${part.slice(1, -1).split(',').map(quote).join('|')})`;
    return quote(part);
  });
  return new RegExp(`^${text}$`);
}

function quote(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
