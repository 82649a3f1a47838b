import { canonicalJson } from '../../shared/lib/canonical.ts';

/** A set of owned leaf paths (`/spec/replicas`); lists are one leaf. */
export type Paths = ReadonlySet<string>;

const unowned = new Set(['/apiVersion', '/kind', '/metadata/name', '/metadata/namespace', '/metadata/uid']);

/** The leaf paths of a value with their canonical text; lists and empty records are leaves. */
export function leaves(value: unknown, path = ''): Map<string, string> {
  if (value === null || typeof value !== 'object' || Array.isArray(value) || Object.keys(value).length === 0) {
    return new Map(path === '' || unowned.has(path) ? [] : [[path, canonicalJson(value)]]);
  }
  const all = Object.entries(value).flatMap(([key, child]) =>
    child === undefined ? [] : [...leaves(child, `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`)],
  );
  return new Map(all);
}

/** The fieldsV1 form of leaf paths: nested `f:` members. */
export function fieldsV1(paths: Paths): unknown {
  const root: Record<string, unknown> = {};
  for (const path of paths) {
    let here = root;
    for (const part of path.split('/').slice(1)) {
      const key = `f:${part}`;
      here[key] ??= {};
      here = here[key] as Record<string, unknown>;
    }
  }
  return root;
}

/** The leaf paths of a fieldsV1 form. */
export function pathsOf(fields: unknown, path = ''): Set<string> {
  const inner = Object.entries(fields as Record<string, unknown>);
  if (inner.length === 0) return new Set(path === '' ? [] : [path]);
  return new Set(inner.flatMap(([key, value]) => [...pathsOf(value, `${path}/${key.slice(2)}`)]));
}

/** Reads the value at a path. */
export function valueAt(value: unknown, path: string): unknown {
  return steps(path).reduce<unknown>((here, key) => (here as Record<string, unknown> | undefined)?.[key], value);
}

/** Sets (or with undefined removes) the value at a path, making what is missing on the way. */
export function putAt(target: Record<string, unknown>, path: string, value: unknown): void {
  const keys = steps(path);
  const last = keys.pop()!;
  let here = target;
  for (const key of keys) {
    here[key] ??= {};
    here = here[key] as Record<string, unknown>;
  }
  if (value === undefined) Reflect.deleteProperty(here, last);
  else here[last] = structuredClone(value);
}

function steps(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}
