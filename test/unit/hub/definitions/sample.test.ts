import { expect, it } from 'vitest';
import { sampleOf } from '../../../../hub/definitions/sample.ts';

it.each([
  [{ type: 'string' }, 'example'],
  [{ type: 'integer', minimum: 3 }, 3],
  [{ type: 'number' }, 1],
  [{ type: 'boolean' }, true],
  [{ type: ['null', 'string'] }, null],
  [{ type: 'array', items: { type: 'string' } }, []],
  [{ enum: ['a', 'b'] }, 'a'],
  [{ enum: ['a', 'b'], default: 'b' }, 'b'],
  [{ const: 'x' }, 'x'],
  [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, 1],
  [{}, 'example'],
  [{ type: 'object', properties: { a: { type: 'string' }, b: {} }, required: ['a'] }, { a: 'example' }],
  [{ type: 'object', additionalProperties: { type: 'string' } }, {}],
])('a value of the schema %j', (schema, sample) => {
  expect(sampleOf(schema)).toEqual(sample);
});
