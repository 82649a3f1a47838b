import { describe, expect, it } from 'vitest';
import { parseLabelChanges, parseLabels } from '../../../../hub/cli/labels.ts';

describe('labels on a command line', () => {
  it('are pairs, of which the value may be empty', () => {
    expect(parseLabels(['env=prod', 'example.com/zone=', 'a=b.c'])).toEqual({
      env: 'prod',
      'example.com/zone': '',
      a: 'b.c',
    });
  });

  it('may be such as the hub refuses, so that one rule speaks of them', () => {
    expect(parseLabels(['env=a b'])).toEqual({ env: 'a b' });
  });

  it.each(['a', '=b', 'a=b=c', 'a b=c', ''])('cannot be %j', (text) => {
    expect(() => parseLabels([text])).toThrow(
      expect.objectContaining({ code: 'USAGE', data: expect.objectContaining({ subject: text }) as unknown }),
    );
  });

  it.each([
    ['set', ['env=prod'], { env: 'prod' }],
    ['removed', ['env-'], { env: null }],
    ['set to a value with a dash at its end', ['env=prod-'], { env: 'prod-' }],
    ['set and removed at once', ['a=1', 'b-'], { a: '1', b: null }],
  ])('can be %s', (_, words, changes) => expect(parseLabelChanges(words)).toEqual(changes));
});
