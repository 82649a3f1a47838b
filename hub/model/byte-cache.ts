/** Values that may be forgotten: what was used longest ago goes first. */
export interface ByteCache<V> {
  readonly get: (key: string) => V | undefined;
  readonly set: (key: string, value: V) => void;
  readonly delete: (key: string) => void;
  /** The bytes of what it holds, keys included. */
  readonly bytes: () => number;
}

/** A cache that holds at most some bytes, and at most some entries; a value that is larger than that is not kept. */
export function createByteCache<V>(
  limits: { readonly bytes: number; readonly entries?: number },
  sizeOf: (value: V) => number,
): ByteCache<V> {
  // A Map keeps the order of insertion.
  const entries = new Map<string, { readonly value: V; readonly size: number }>();
  let bytes = 0;
  const remove = (key: string): void => {
    bytes -= entries.get(key)?.size ?? 0;
    entries.delete(key);
  };
  return {
    get: (key) => {
      const found = entries.get(key);
      if (found === undefined) return undefined;
      entries.delete(key);
      entries.set(key, found);
      return found.value;
    },
    set: (key, value) => {
      remove(key);
      const size = key.length + sizeOf(value);
      entries.set(key, { value, size });
      bytes += size;
      for (const oldest of entries.keys()) {
        if (bytes <= limits.bytes && entries.size <= (limits.entries ?? Infinity)) break;
        remove(oldest);
      }
    },
    delete: remove,
    bytes: () => bytes,
  };
}
