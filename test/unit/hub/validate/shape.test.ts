import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { mostProblems, reporterOf } from '../../../../hub/validate/problems.ts';
import { readShape } from '../../../../hub/validate/shape.ts';

const schema = z.strictObject({
  name: z.string().min(1),
  kind: z.enum(['one', 'two']).optional(),
  only: z.literal('this').optional(),
  count: z.number().int().min(1).max(9).optional(),
  list: z
    .array(z.strictObject({ port: z.number() }))
    .min(1)
    .optional(),
  map: z.record(z.string(), z.string()).optional(),
  isOn: z.boolean().optional(),
  match: z.union([z.strictObject({ prefix: z.string() }), z.strictObject({ exact: z.string().min(1) })]).optional(),
  pick: z.union([z.enum(['one', 'all']), z.number()]).optional(),
});

/** `PLACE MESSAGE; HINT` of each problem. */
function read(value: unknown) {
  const locate = (path: readonly (string | number)[]) => ({ path: path.join('.'), line: 1, column: 1 });
  const reporter = reporterOf({ value, place: locate([]), locate }, null);
  const { doc, rest } = readShape(schema, value, reporter);
  const lines = reporter.problems.map(({ code, place, message, hint }) => {
    if (code !== 'UNKNOWN_FIELD') expect(code).toBe('DOCUMENT_INVALID');
    return `${place?.path ?? ''}: ${message}${hint === undefined ? '' : `; ${hint}`}`;
  });
  return { doc, rest, lines };
}

const fields = 'fields here: name, kind, only, count, list, map, isOn, match, pick';

describe('a value of another shape', () => {
  it.each<[rule: string, value: object, lines: readonly string[]]>([
    ['lacks a member', {}, ['name: name is missing']],
    ['has an empty text', { name: '' }, ['name: name must not be empty']],
    ['has a number for a text', { name: 7 }, ['name: name must be text, and is the number 7; put it in quotes']],
    ['has nothing for a text', { name: null }, ['name: name must be text, and is empty']],
    ['has a list for a text', { name: [] }, ['name: name must be text, and is a list']],
    ['has a truth for a text', { name: true }, ['name: name must be text, and is true; put it in quotes']],
    ['has a text for a truth', { name: 'a', isOn: 'yes' }, ['isOn: isOn must be true or false, and is text']],
    ['has a mapping for a list', { name: 'a', list: {} }, ['list: list must be a list, and is a mapping']],
    ['has a list for a mapping', { name: 'a', map: [] }, ['map: map must be a mapping, and is a list']],
    ['has half a number', { name: 'a', count: 1.5 }, ['count: count must be a whole number, and is the number 1.5']],
    ['has a number that is too small', { name: 'a', count: 0 }, ['count: count must be 1 or more']],
    ['has a number that is too big', { name: 'a', count: 10 }, ['count: count must be 9 or less']],
    ['has an empty list', { name: 'a', list: [] }, ['list: list must not be empty']],
    ['has a word that is none of the choice', { name: 'a', kind: 'three' }, ['kind: kind must be one of one, two']],
    ['has another word than the only one', { name: 'a', only: 'that' }, ['only: only must be this']],
    [
      'has a fault in a list',
      { name: 'a', list: [{ port: 1 }, { port: 'x' }] },
      ['list.1.port: list[1].port must be a number, and is text'],
    ],
    [
      'has a fault in a map',
      { name: 'a', map: { 'a.b/c': 1 } },
      ['map.a.b/c: map.a.b/c must be text, and is the number 1; put it in quotes'],
    ],
    [
      'has a list that is too short for a text, once',
      { name: 'a', match: { exact: [] } },
      ['match.exact: match.exact must be text, and is a list'],
    ],
    ['is not a mapping', [], [': the document must be a mapping, and is a list']],
  ])('%s', (_, value, lines) => {
    expect(read(value).lines).toEqual(lines);
  });

  it.each<[rule: string, value: object, lines: readonly string[]]>([
    ['near one that is known', { name: 'a', cuont: 1 }, ['cuont: unknown field cuont; did you mean count?']],
    ['like none', { name: 'a', zzz: 1 }, [`zzz: unknown field zzz; ${fields}`]],
    [
      'in a list',
      { name: 'a', list: [{ port: 1, prot: 2 }] },
      ['list.0.prot: unknown field list[0].prot; did you mean port?'],
    ],
    ['several', { name: 'a', y: 1, z: 1 }, [`y: unknown field y; ${fields}`, `z: unknown field z; ${fields}`]],
  ])('has an unknown member %s', (_, value, lines) => {
    expect(read(value).lines).toEqual(lines);
  });

  it.each<[rule: string, value: unknown, line: string]>([
    [
      'between mappings, with a fault in the one that is meant',
      { exact: '' },
      'match.exact: match.exact must not be empty',
    ],
    [
      'between mappings, with a wrong type in the one that is meant',
      { prefix: 1 },
      'match.prefix: match.prefix must be text, and is the number 1; put it in quotes',
    ],
    ['between mappings, like none', { regex: 'x' }, 'match: match must be { prefix } or { exact }'],
    ['between mappings, not even a mapping', 'x', 'match: match must be { prefix } or { exact }'],
  ])('has a choice %s', (_, match, line) => {
    expect(read({ name: 'a', match }).lines).toEqual([line]);
  });

  it('has a choice between words and numbers', () => {
    expect(read({ name: 'a', pick: 'some' }).lines).toEqual(['pick: pick must be one or all or a number']);
  });
});

describe('what is read of a value', () => {
  it.each<[rule: string, value: object, doc: object | null, rest: object | null]>([
    ['all of it where it is whole', { name: 'a', count: 3 }, { name: 'a', count: 3 }, null],
    ['the rest where a member is unknown', { name: 'a', x: 1 }, null, { name: 'a' }],
    ['the rest where a member is faulty that need not be there', { name: 'a', count: 'x' }, null, { name: 'a' }],
    ['all but a text that must be there', { name: 1, count: 3 }, null, { name: 'unread', count: 3 }],
    ['nothing where a list has a faulty member that must be there', { name: 'a', list: [{ port: 'x' }] }, null, null],
  ])('is %s', (_, value, doc, rest) => {
    const given = structuredClone(value);
    const shape = read(value);
    expect([shape.doc, shape.rest]).toEqual([doc, rest]);
    expect(value).toEqual(given);
  });

  it('has no more faults told than a document may have', () => {
    const value = { name: 'a', ...Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`x${n}`, 1])) };
    expect(read(value).lines).toHaveLength(mostProblems + 1);
  });
});
