import { describe, expect, it } from 'vitest';
import { createLimit } from '../../../../hub/effects/limit.ts';

describe('a limit', () => {
  it('runs so many at once, the others in their order, and goes on after a failure', async () => {
    const limit = createLimit(2);
    const seen: string[] = [];
    const gates = ['a', 'b', 'c', 'd'].map((name) => ({ name, ...Promise.withResolvers<undefined>() }));
    for (const { name, promise } of gates) limit.run(() => (seen.push(name), promise));
    expect(seen).toEqual(['a', 'b']);
    gates[1]?.reject(new Error('b failed'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toEqual(['a', 'b', 'c']);
    for (const gate of gates) gate.resolve(undefined);
    await limit.idle();
    expect(seen).toEqual(['a', 'b', 'c', 'd']);
    await limit.idle();
  });
});
