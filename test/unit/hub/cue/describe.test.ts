import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeParameter } from '../../../../hub/cue/describe.ts';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';

const { signal } = new AbortController();
const ab = [
  { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'], additionalProperties: false },
  { type: 'object', properties: { b: { type: 'string' } }, required: ['b'], additionalProperties: false },
];

describe('the schema of a parameter', () => {
  let cue: CueEngine;
  beforeAll(() => {
    cue = startCueEngine({ clock: systemClock });
  });
  afterAll(() => cue.close());
  const described = (template: string) => describeParameter(cue, { subject: 'TraitDefinition/x', template }, signal);

  const rows: readonly (readonly [declared: string, member: object, isRequired?: boolean])[] = [
    ['x: string', { type: 'string' }, true],
    ['x?: string', { type: 'string' }],
    ['x!: bool', { type: 'boolean' }, true],
    ['x: int & >=1 & <=65535', { type: 'integer', minimum: 1, maximum: 65535 }, true],
    ['x: uint8', { type: 'integer', minimum: 0, maximum: 255 }, true],
    ['x: *1 | int', { type: 'integer', default: 1 }],
    ['x: *false | bool', { type: 'boolean', default: false }],
    ['x: *"A" | "B"', { enum: ['A', 'B'], default: 'A' }],
    ['x: "A" | "B"', { enum: ['A', 'B'] }, true],
    ['x?: number | string', { anyOf: [{ type: 'number' }, { type: 'string' }] }],
    ['x: *null | int', { anyOf: [{ const: null }, { type: 'integer' }], default: null }],
    ['x?: =~"^a$"', { type: 'string', pattern: '^a$' }],
    ['x?: string & !=""', { type: 'string', not: { const: '' } }],
    ['x: [...int]', { type: 'array', items: { type: 'integer' } }],
    ['x: *[] | [...string]', { type: 'array', items: { type: 'string' } }],
    ['x: [string]: int', { type: 'object', additionalProperties: { type: 'integer' } }],
    ['x?: {...}', { type: 'object', additionalProperties: {} }],
    ['x?: _', {}],
    ['x: {a: *1 | int}', { ...ab[0], properties: { a: { type: 'integer', default: 1 } }, required: undefined }],
    ['x?: {a: int}', ab[0] as object],
    ['x: *{a: int} | {b: string}', { anyOf: ab }, true],
    ['x?: {#A, c?: int}', { ...ab[0], properties: { a: { type: 'integer' }, c: { type: 'integer' } } }],
    ['x?: [...#A]', { type: 'array', items: ab[0] }],
    // Not all that may be there is listed: what else there is, is not refused.
    ['x?: {a: int, [=~"^b"]: int}', { ...ab[0], additionalProperties: undefined }],
    [
      'x?: {c: int} & ({a: int} | {b: string})',
      {
        type: 'object',
        allOf: [
          { type: 'object', properties: { c: { type: 'integer' } }, required: ['c'] },
          { anyOf: ab.map(({ type, properties, required }) => ({ type, properties, required })) },
        ],
      },
    ],
  ];
  it.each(rows.map(([declared, member, isRequired = false]) => ({ declared, member, isRequired })))(
    'of $declared',
    async ({ declared, member, isRequired }) => {
      const found = await described(`#A: {a: int}\noutput: {}\nparameter: {${declared}}`);
      expect(found).toMatchObject({ ok: true });
      const { schema } = found as { readonly schema: Readonly<Record<string, unknown>> };
      expect(schema).toEqual({
        type: 'object',
        properties: { x: JSON.parse(JSON.stringify(member)) as object },
        ...(isRequired && { required: ['x'] }),
        additionalProperties: false,
      });
    },
  );

  it('has the words above a member, and where that is, at every depth', async () => {
    const template = [
      'output: {}',
      'parameter: {',
      '\t// +usage=The image.',
      '\t// +short=i',
      '\timage: string',
      '\t// By path,',
      '\t// such as `/`.',
      '\thttp: [string]: {',
      '\t\tport: int',
      '\t}',
      '\t// +ignore',
      '\thidden?: string',
      '\tplace?: [...{default?: int}]',
      '}',
    ].join('\n');
    const found = await described(template);
    expect(found.ok && found.members).toEqual([
      { name: 'image', description: 'The image.', place: { line: 5, column: 2 } },
      { name: 'http', description: 'By path, such as `/`.', place: { line: 8, column: 2 } },
      { name: 'http.<name>.port', description: '', place: { line: 9, column: 3 } },
      { name: 'place', description: '', place: { line: 13, column: 2 } },
      { name: 'place[].default', description: '', place: { line: 13, column: 15 } },
    ]);
    expect(found.ok && JSON.stringify(found.schema)).not.toContain('"line"');
    expect(found.ok && found.schema['properties']).toHaveProperty('place');
  });

  it('ends where a definition refers to itself', async () => {
    const found = await described('#T: {name: string, left?: #T, right?: #T}\noutput: {}\nparameter: tree?: #T');
    expect(found.ok && JSON.stringify(found.schema).length).toBeLessThan(1_000_000);
    expect(found).toMatchObject({ ok: true, schema: { properties: { tree: { required: ['name'] } } } });
  });

  it('is that of nothing where there is no parameter, and says what is wrong with a template', async () => {
    expect(await described('output: {a: 1}')).toMatchObject({ ok: true, schema: { type: 'object' }, members: [] });
    expect(await described('output: {a: b}\nparameter: {}')).toMatchObject({
      ok: false,
      faults: [{ code: 'RENDER_FAILED', place: { line: 1, column: 13 } }],
    });
  });
});
