type Mapping = ReadonlyMap<string, unknown>;

// By the later mapping, which lives no longer than what is made of it; of the earlier ones the last that was asked for.
const known = new WeakMap<Mapping, { readonly before: WeakRef<Mapping>; readonly keys: ReadonlySet<string> }>();

const none: ReadonlySet<string> = new Set();

/**
 * The keys of two mappings whose values are not the very same, those that one of them lacks included. Looked for once for all who ask:
 * mappings are values, which nothing changes in place. Pure.
 */
export function differingKeys(before: Mapping, now: Mapping): ReadonlySet<string> {
  if (before === now) return none;
  const last = known.get(now);
  if (last?.before.deref() === before) return last.keys;
  const keys = compared(before, now);
  known.set(now, { before: new WeakRef(before), keys });
  return keys;
}

/** Says of a mapping that was made of another one which keys may differ: the others are never compared then. */
export function noteDiffering(before: Mapping, now: Mapping, touched: Iterable<string>): void {
  const keys = [...touched].filter((key) => before.get(key) !== now.get(key) || before.has(key) !== now.has(key));
  known.set(now, { before: new WeakRef(before), keys: new Set(keys) });
}

function compared(before: Mapping, now: Mapping): ReadonlySet<string> {
  const keys = new Set<string>();
  let shared = 0;
  for (const [key, value] of now) {
    const former = before.get(key);
    if (former !== value || (former === undefined && !before.has(key))) keys.add(key);
    if (former !== undefined || before.has(key)) shared += 1;
  }
  // Most often all keys of before are there still.
  if (shared < before.size) for (const key of before.keys()) if (!now.has(key)) keys.add(key);
  return keys;
}
