import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writingJson } from '../../../../hub/model/json-text.ts';
import { atOnce } from '../../../../shared/lib/slices.ts';
import { turnsOf } from '../../../fixtures/loop.ts';

const textOf = (value: unknown): string => Buffer.concat(atOnce(writingJson(value))).toString();

describe('JSON in pieces', () => {
  it.each([
    [null],
    [[]],
    [{}],
    [{ a: undefined, b: 1, c: undefined }],
    [[undefined, 1]],
    [{ 'a"b': ['\u2028', { c: { d: { e: { f: [[[[[[1]]]]]] } } } }] }],
  ])('is the text that JSON.stringify makes of %j', (value) => {
    expect(textOf(value)).toBe(JSON.stringify(value));
  });

  it('is the text that JSON.stringify makes of any value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        expect(textOf(value)).toBe(JSON.stringify(value));
      }),
    );
  });

  it('lets others have their turn', async () => {
    const view = { view: { rows: Array.from({ length: 20_000 }, (_, at) => ({ at, text: 'x'.repeat(50) })) } };
    expect(await turnsOf(writingJson(view))).toBeGreaterThan(2);
  });
});
