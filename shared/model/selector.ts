/** Label keys and the values that they must have. */
export type Labels = Readonly<Record<string, string>>;

/** True when every key of `wanted` has that value in `labels`; an empty `wanted` matches everything. */
export function matchesLabels(wanted: Labels, labels: Labels): boolean {
  return unmatchedLabels(wanted, labels).length === 0;
}

/** The `key=value` pairs of `wanted` that `labels` does not have, sorted: the reason when a selector does not match. */
export function unmatchedLabels(wanted: Labels, labels: Labels): string[] {
  return Object.entries(wanted)
    .filter(([key, value]) => !Object.hasOwn(labels, key) || labels[key] !== value)
    .map(([key, value]) => `${key}=${value}`)
    .sort();
}
