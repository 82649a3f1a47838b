/**
 * Whole numbers in the proportion of the weights that add up to exactly 100 (largest remainder; the earlier wins a
 * tie). Weights that are all zero share equally. Empty for no weights.
 */
export function normalise(weights: readonly number[]): number[] {
  if (weights.length === 0) return [];
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return normalise(weights.map(() => 1));
  const exact = weights.map((weight) => (weight * 100) / total);
  const whole = exact.map(Math.floor);
  const missing = 100 - whole.reduce((sum, weight) => sum + weight, 0);
  const byRemainder = exact
    .map((share, index) => ({ index, rest: share - Math.floor(share) }))
    .sort((a, b) => b.rest - a.rest || a.index - b.index);
  const raised = new Set(byRemainder.slice(0, missing).map(({ index }) => index));
  return whole.map((weight, index) => (raised.has(index) ? weight + 1 : weight));
}
