/** Values that many clusters have, each held in memory once. */
export interface HeldOnce {
  /** The text that was given first of those that are equal. */
  readonly text: <T extends string>(text: T) => T;
  /** The value that was given first of those that say the same in JSON, in the same order. It must never change. */
  readonly value: <T extends object>(value: T) => T;
}

/** An empty store of at most so many texts and as many values: a fuller one forgets all, and what is given then is held from there on. */
export function createHeldOnce(most = 10_000): HeldOnce {
  const [texts, values] = [new Map<string, string>(), new Map<string, object>()];
  return {
    text: <T extends string>(text: T) => held(texts, text, { value: text, most }) as T,
    value: <T extends object>(value: T) => held(values, JSON.stringify(value), { value, most }) as T,
  };
}

function held<T>(known: Map<string, T>, key: string, { value, most }: { readonly value: T; readonly most: number }): T {
  const first = known.get(key);
  if (first !== undefined) return first;
  if (known.size >= most) known.clear();
  known.set(key, value);
  return value;
}
