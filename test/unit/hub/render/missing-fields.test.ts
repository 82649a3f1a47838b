import { describe, expect, it } from 'vitest';
import { missingField, missingWords } from '../../../../hub/render/missing-fields.ts';
import { wholeObject } from '../../../../hub/model/cue-fields.ts';

const id = '/Service/default/db';

describe('what is still to be reported', () => {
  it.each<[what: string, fields: readonly string[], values: Record<string, unknown> | undefined, expected: unknown]>([
    ['a field', ['/spec/clusterIP'], undefined, '/spec/clusterIP'],
    ['one of two fields', ['/spec/a', '/status/b'], { '/spec/a': 1 }, '/status/b'],
    ['an object, of which nothing is told', wholeObject, undefined, ''],
    ['nothing of an object that has some members', wholeObject, { '/status': {} }, undefined],
    ['a field beside an object that is taken as a whole', ['/spec', '/other'], { '/spec': {} }, '/other'],
  ])('is %s', (_, fields, values, expected) => {
    expect(missingField(fields, values)).toBe(expected);
  });

  it('is told in words', () => {
    expect(missingWords({ id, fields: ['/spec/clusterIP'] }, undefined)).toBe(
      'spec.clusterIP of Service db is not reported',
    );
    expect(missingWords({ id, fields: wholeObject }, undefined)).toBe('Service db is not reported');
  });
});
