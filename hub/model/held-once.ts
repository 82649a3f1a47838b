/** Values that many clusters have, each held in memory once. */
export interface HeldOnce {
  /** The text that was given first of those that are equal. */
  readonly text: <T extends string>(text: T) => T;
  /** The value that was given first of those that say the same in JSON, in the same order. It must never change. */
  readonly value: <T extends object>(value: T) => T;
}

/** What a store takes: agents write much of it, so that one of them must not fill it with what it says alone. */
export const heldOnceLimits = { entries: 10_000, chars: 2_000 } as const;

/**
 * An empty store of at most so many texts and as many values: a fuller one forgets all, and what is given then is held from there on.
 * What is longer than so many characters (of a value: in JSON) is given back as it is. So the texts of a full store are 20 million
 * characters at most; its values have as many in the JSON that it finds them by, and the values themselves come on top of that. A
 * character takes one byte, and two in a text that has one beyond Latin-1: 40 MB of texts, and 40 MB of JSON beside its values.
 */
export function createHeldOnce(
  limits: { readonly entries: number; readonly chars: number } = heldOnceLimits,
): HeldOnce {
  const [texts, values] = [new Map<string, string>(), new Map<string, object>()];
  const held = <T>(known: Map<string, T>, key: string, value: T): T => {
    if (key.length > limits.chars) return value;
    const first = known.get(key);
    if (first !== undefined) return first;
    if (known.size >= limits.entries) known.clear();
    known.set(key, value);
    return value;
  };
  return {
    text: <T extends string>(text: T) => held(texts, text, text) as T,
    value: <T extends object>(value: T) => held(values, JSON.stringify(value), value) as T,
  };
}
