/**
 * A mapping as some changes leave it (null = gone): while it is asked for single keys nothing is copied, so that a step that sees the changes of
 * those before it costs what it asks for. Neither the mapping nor the changes may change after this.
 */
export function amended<T>(
  before: ReadonlyMap<string, T>,
  changes: ReadonlyMap<string, T | null>,
): ReadonlyMap<string, T> {
  let made: ReadonlyMap<string, T> | null = null;
  const whole = (): ReadonlyMap<string, T> => (made ??= applied(before, changes));
  return {
    get: (key) => (changes.has(key) ? (changes.get(key) ?? undefined) : before.get(key)),
    has: (key) => (changes.has(key) ? changes.get(key) !== null : before.has(key)),
    get size() {
      return whole().size;
    },
    entries: () => whole().entries(),
    keys: () => whole().keys(),
    values: () => whole().values(),
    forEach: (visit, self) => whole().forEach(visit, self),
    [Symbol.iterator]: () => whole()[Symbol.iterator](),
  };
}

/** The same as a mapping of its own. */
export function applied<T>(
  before: ReadonlyMap<string, T>,
  changes: ReadonlyMap<string, T | null>,
): ReadonlyMap<string, T> {
  const entries = new Map(before);
  for (const [key, entry] of changes) {
    if (entry === null) entries.delete(key);
    else entries.set(key, entry);
  }
  return entries;
}
