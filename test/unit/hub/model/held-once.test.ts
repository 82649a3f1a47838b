import { describe, expect, it } from 'vitest';
import { createHeldOnce } from '../../../../hub/model/held-once.ts';

describe('what is held once', () => {
  it('is the value that came first of those that say the same, and each other one its own', () => {
    const once = createHeldOnce();
    const first = once.value({ total: 2 });
    expect(once.value({ total: 2 })).toBe(first);
    expect(once.value({ total: 3 })).toEqual({ total: 3 });
    expect([once.value([]), once.value({})]).toEqual([[], {}]);
    expect(once.text('[]')).toBe('[]');
  });

  it('is forgotten when there is too much of it', () => {
    const once = createHeldOnce({ entries: 2, chars: 100 });
    const first = once.value([1]);
    once.value([2]);
    expect(once.value([1])).toBe(first);
    once.value([3]);
    expect(once.value([1])).not.toBe(first);
  });

  it('is nothing long: an agent that says much, and each time something else, fills no memory', () => {
    const once = createHeldOnce({ entries: 2, chars: 100 });
    const short = once.value(['x'.repeat(90)]);
    const long = once.value(['x'.repeat(100)]);
    expect(once.value(['x'.repeat(90)])).toBe(short);
    expect(once.value(['x'.repeat(100)])).not.toBe(long);
  });
});
