import { expect, it } from 'vitest';
import { workersFor } from '../../../../hub/cue/limits.ts';

const gib = 1024 ** 3;

it.each([
  [1, 64 * gib, 1],
  [8, 64 * gib, 8],
  // What the chart gives is for one and everything else.
  [8, gib, 1],
  [8, gib / 4, 1],
  [8, 2 * gib, 3],
  [2, 2 * gib, 2],
])('%i cores and %i bytes are enough for %i workers', (cores, bytes, workers) => {
  expect(workersFor(cores, bytes)).toBe(workers);
});
