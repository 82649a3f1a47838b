import { describe, expect, it } from 'vitest';
import { backoff, jittered } from '../../../../shared/lib/backoff.ts';

describe('a backoff', () => {
  it.each([
    [0, 1_000],
    [1, 2_000],
    [8, 256_000],
    [9, 300_000],
    [10_000, 300_000],
  ])('before try %i waits %i ms at most', (attempt, most) => {
    expect(backoff(attempt, () => 1)).toBe(most);
    expect(backoff(attempt, () => 0)).toBe(0);
  });

  it('keeps to the limits that it is given', () => {
    expect([0, 1, 2].map((attempt) => backoff(attempt, () => 1, { first: 200, max: 500 }))).toEqual([200, 400, 500]);
  });
});

it.each([
  [0, 80],
  [0.5, 100],
  [1, 120],
])('jitters an interval of 100 with random %d to %i', (random, expected) => {
  expect(jittered(100, () => random)).toBe(expected);
});
