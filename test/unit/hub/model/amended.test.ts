import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amended, applied } from '../../../../hub/model/amended.ts';

const keys = fc.constantFrom('a', 'b', 'c', 'd');
const entries = fc.array(fc.tuple(keys, fc.nat(3)));
const changes = fc.array(fc.tuple(keys, fc.option(fc.nat(3))));

describe('a mapping as some changes leave it', () => {
  it('answers in every way as a mapping that they were made to', () => {
    fc.assert(
      fc.property(entries, changes, (before, after) => {
        const [base, change] = [new Map(before), new Map(after)];
        const plain = applied(base, change);
        const seen = amended(base, change);
        for (const key of ['a', 'b', 'c', 'd']) {
          expect([seen.has(key), seen.get(key)]).toEqual([plain.has(key), plain.get(key)]);
        }
        expect([seen.size, [...seen], [...seen.keys()], [...seen.values()], [...seen.entries()]]).toEqual([
          ...[plain.size, [...plain], [...plain.keys()], [...plain.values()], [...plain.entries()]],
        ]);
        const visited: unknown[] = [];
        seen.forEach((value, key) => visited.push([key, value]));
        expect(visited).toEqual([...plain]);
      }),
    );
  });

  it('copies nothing while it is asked for single keys', () => {
    class Counted extends Map<string, number> {
      copies = 0;
      override [Symbol.iterator]() {
        this.copies += 1;
        return super[Symbol.iterator]();
      }
    }
    const base = new Counted([['a', 1]]);
    const seen = amended(base, new Map([['b', 2]]));
    expect([seen.get('a'), seen.get('b'), seen.has('c'), base.copies]).toEqual([1, 2, false, 0]);
    expect([seen.size, base.copies]).toEqual([2, 1]);
  });
});
