import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rendezvous } from '../../../../shared/lib/order.ts';
import { backoff, jittered } from '../../../../shared/lib/backoff.ts';

describe('rendezvous order', () => {
  const names = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 20 });

  it('holds every candidate once, whatever the order they come in', () => {
    fc.assert(
      fc.property(fc.string(), names, (key, candidates) => {
        expect(rendezvous(key, [...candidates].reverse())).toEqual(rendezvous(key, candidates));
        expect([...rendezvous(key, candidates)].sort()).toEqual([...candidates].sort());
      }),
    );
  });

  it('keeps the others in order when one is taken away', () => {
    fc.assert(
      fc.property(fc.string(), names, (key, candidates) => {
        const [gone, ...rest] = candidates;
        expect(rendezvous(key, rest)).toEqual(rendezvous(key, candidates).filter((name) => name !== gone));
      }),
    );
  });
});

describe('backoff', () => {
  it.each([
    [0, 1_000],
    [1, 2_000],
    [8, 256_000],
    [9, 300_000],
    [1_000, 300_000],
  ])('waits at most as long as try %i may', (attempt, most) => {
    expect(backoff(attempt, () => 0.999_999_9)).toBe(most);
    expect(backoff(attempt, () => 0)).toBe(0);
  });

  it('spreads an interval by a fifth to both sides', () => {
    expect(jittered(60_000, () => 0)).toBe(48_000);
    expect(jittered(60_000, () => 0.5)).toBe(60_000);
  });
});
