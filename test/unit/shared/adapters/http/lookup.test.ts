import type { lookup } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { guardedLookup } from '../../../../../shared/adapters/http/lookup.ts';

const finds = (...addresses: string[]): typeof lookup =>
  ((_: string, __: object, done: (error: null, found: object[]) => void) => {
    done(
      null,
      addresses.map((address) => ({ address, family: 4 })),
    );
  }) as unknown as typeof lookup;

function lookedUp(all: boolean, ...addresses: string[]): unknown {
  let answer: unknown;
  guardedLookup((address) => address !== '127.0.0.1', finds(...addresses))('host', { all }, (...given) => {
    answer = given;
  });
  return answer;
}

describe('a guarded lookup', () => {
  it('gives the addresses in the form that is asked for', () => {
    expect(lookedUp(true, '10.0.0.1', '10.0.0.2')).toEqual([
      null,
      [
        { address: '10.0.0.1', family: 4 },
        { address: '10.0.0.2', family: 4 },
      ],
    ]);
    expect(lookedUp(false, '10.0.0.1', '10.0.0.2')).toEqual([null, '10.0.0.1', 4]);
  });

  it('refuses a name of which one address is not allowed, wherever that stands', () => {
    expect(lookedUp(true, '10.0.0.1', '127.0.0.1')).toEqual([expect.objectContaining({ code: 'FORBIDDEN' }), '', 0]);
  });
});
