import { describe, expect, it } from 'vitest';
import { deletionLimit } from '../../../../shared/model/limits.ts';

describe('the deletions that need no approval', () => {
  it.each([
    [0, 10],
    [10, 10],
    [50, 10],
    [51, 10],
    [54, 10],
    [55, 11],
    [100, 20],
    [1000, 200],
  ])('are of %i objects at most %i', (objects, limit) => {
    expect(deletionLimit(objects)).toBe(limit);
  });
});
