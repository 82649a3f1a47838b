import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { isEmpty, isSameValue, quantityOf } from '../../../../agent/apply/same-value.ts';

describe('what a server may answer to a value', () => {
  it.each<[string, unknown, unknown]>([
    ['a quantity in another unit', '1000m', '1'],
    ['a quantity that was a number', 2, '2'],
    ['a quantity with a fraction', '0.5', '500m'],
    ['a quantity with a binary suffix', '1.5Gi', '1536Mi'],
    ['a quantity with an exponent', '1e3', '1k'],
    ['a quantity that is rounded up', '0.0000000001', '1n'],
    ['a text that was a number', 8080, '8080'],
    ['a time in another form', '2026-06-01T12:00:00.000Z', '2026-06-01T12:00:00Z'],
    ['a time of another zone', '2026-06-01T14:00:00+02:00', '2026-06-01T12:00:00Z'],
    ['a duration in another form', '60m', '1h0m0s'],
    ['base64 with a line break', 'YWJj\nZGVm\n', 'YWJjZGVm'],
    ['nothing for null', null, undefined],
    ['nothing for an empty map', {}, undefined],
    ['nothing for an empty list', [], undefined],
    ['nothing for an empty text', '', undefined],
    ['nothing for zero', 0, undefined],
    ['nothing for false', false, undefined],
    ['nothing for a map of nothing', { limits: {}, claims: null }, undefined],
    ['the default for null', null, 'TCP'],
    ['the default for an empty text', '', 'ClusterIP'],
    ['the default for zero', 0, 10],
    ['the default for an empty map', {}, { type: 'RollingUpdate' }],
  ])('is %s', (_, sent, answered) => {
    expect(isSameValue(sent, answered)).toBe(true);
  });

  it.each<[string, unknown, unknown]>([
    ['another text', 'app:1', 'mirror.local/app:1'],
    ['another number', 5, 3],
    ['another quantity', '500m', '1'],
    ['nothing for a value', 'app:1', undefined],
    ['another value for false', false, true],
    ['nothing for a number', 5, undefined],
    ['a map for a text', 'a', { a: 1 }],
    ['another time', '2026-06-01T12:00:00Z', '2026-06-01T12:00:01Z'],
    ['another duration', '60m', '61m'],
    ['other bytes', 'YWJj', 'YWJk'],
  ])('is not %s', (_, sent, answered) => {
    expect(isSameValue(sent, answered)).toBe(false);
  });

  it('of numbers and units agrees with arithmetic', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), (n) => {
        expect(quantityOf(`${n}k`)).toBe(BigInt(n) * 10n ** 12n);
        expect(quantityOf(`${n}Ki`)).toBe(BigInt(n) * 1024n * 10n ** 9n);
        expect(quantityOf(`${n}`)).toBe(quantityOf(`${n * 1000}m`));
      }),
    );
    expect(['', '.', 'm', '1x', '1.2.3', '0x10', '--1'].map(quantityOf)).toEqual(Array(7).fill(null));
  });

  it('of something with a content is never nothing', () => {
    expect([{ a: [1] }, [''], ['x'], 'x', 1, true].map(isEmpty)).toEqual([false, true, false, false, false, false]);
  });
});
