import { describe, expect, it } from 'vitest';
import { lostNumber } from '../../../../hub/cue/lost-numbers.ts';

describe('a number in JSON', () => {
  it.each([
    ['{"a":{"b":[1,9007199254740993]}}', ['a', 'b', 1]],
    ['{"a":-9223372036854775807}', ['a']],
    ['[1e400]', [0]],
  ])('that would become another one is found: %s', (json, path) => {
    expect(lostNumber(json)).toEqual(path);
  });

  it.each([
    '{"a":9007199254740992}',
    '{"a":"9007199254740993","b":"1e400"}',
    '{"a":12345678901234567890}',
    '[0.1234567890123456789,1e100,1E+300]',
    '{"a":1}',
  ])('that stays as it is, or is a float for Kubernetes, too, is none: %s', (json) => {
    expect(lostNumber(json)).toBeNull();
  });
});
