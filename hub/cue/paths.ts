/** A path of keys and indexes into properties. */
export type Path = readonly (string | number)[];

/** The value at a path; undefined where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((node, step) => {
    if (node === null || typeof node !== 'object') return undefined;
    return (node as Readonly<Record<string | number, unknown>>)[step];
  }, value);
}

/** A copy of a value with another one at a path. */
export function withValue(value: unknown, path: Path, other: unknown): unknown {
  if (path.length === 0) return other;
  const copy = structuredClone(value);
  const parent = valueAt(copy, path.slice(0, -1));
  if (parent !== null && typeof parent === 'object') Reflect.set(parent, path.at(-1) ?? '', other);
  return copy;
}
