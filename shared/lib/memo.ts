/**
 * A function that computes its answer once for each value and keeps it for as long as the value lives: for indexes of values
 * that never change. It is asked by identity, so that an equal copy is computed again.
 */
export function oncePerValue<T extends object, R>(compute: (value: T) => R): (value: T) => R {
  const known = new WeakMap<T, { readonly answer: R }>();
  return (value) => {
    const before = known.get(value);
    if (before !== undefined) return before.answer;
    const answer = compute(value);
    known.set(value, { answer });
    return answer;
  };
}

/**
 * The same for texts, which are asked for by what they say. So many answers are kept at most: the first text that is one too many
 * begins them anew.
 */
export function oncePerText<R>(most: number, compute: (text: string) => R): (text: string) => R {
  const known = new Map<string, { readonly answer: R }>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before.answer;
    const answer = compute(text);
    if (known.size >= most) known.clear();
    known.set(text, { answer });
    return answer;
  };
}
