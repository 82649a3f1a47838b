/** A JSON map, as templates and manifests give it. */
export type JsonMap = Record<string, unknown>;

/** True for a JSON map. */
export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The map at a path, or undefined where there is none. */
export function mapAt(value: unknown, ...path: readonly string[]): JsonMap | undefined {
  const found = valueAt(value, ...path);
  return isMap(found) ? found : undefined;
}

/** The value at a path of keys, or undefined where there is none. */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let found: unknown = value;
  for (const key of path) {
    if (!isMap(found)) return undefined;
    found = found[key];
  }
  return found;
}

/** The items of a list, none for anything else. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found : [];
}
