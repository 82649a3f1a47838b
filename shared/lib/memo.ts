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
