import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { zstdDecompressSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { startModule, type CueModule } from '../../../../hub/cue/module.ts';
import { readAnswer, sourceOf } from '../../../../hub/cue/program.ts';

const shim = new URL('../../../../hub/cue/shim/', import.meta.url);

describe("the evaluator's module", () => {
  let cue: CueModule;
  let compressed: Buffer;
  beforeAll(async () => {
    compressed = await readFile(new URL('cue.wasm.zst', shim));
    cue = await startModule(compressed, 256 * 1024 * 1024, {
      clock: () => process.hrtime.bigint(),
      random: (bytes) => crypto.getRandomValues(bytes),
    });
  });

  const answer = (template: string, parameter: unknown = {}) =>
    readAnswer(cue.answer(sourceOf({ subject: 'T', template, parameter, context: { name: 'web' } })), 1_000_000);
  const valueOf = (template: string, parameter?: unknown): unknown => {
    const given = answer(template, parameter);
    if ('faults' in given) throw new Error(JSON.stringify(given.faults));
    return (JSON.parse(given.json) as { readonly value: unknown }).value;
  };

  it('is the one that its checksum says', async () => {
    const sum = createHash('sha256').update(zstdDecompressSync(compressed)).digest('hex');
    expect(await readFile(new URL('cue.wasm.sha256', shim), 'utf8')).toBe(`${sum}  cue.wasm\n`);
  });

  it('gives members in the order of the source', () => {
    const json = cue.answer(JSON.stringify({ template: 'output: {z: 1, a: 2, "10": 3}', context: {}, parameter: {} }));
    expect(json).toBe('{"value":{"output":{"z":1,"a":2,"10":3}}}');
  });

  it.each<[what: string, template: string, parameter: unknown, output: unknown]>([
    [
      'a loop over a property that is absent',
      'output: [for x in parameter.l {x}]\nparameter: l: [...int] | *[]',
      {},
      [],
    ],
    [
      'loops over properties that need not be there, and are not',
      'l: *[for v in parameter.m["p"] {v}] | []\noutput: {n: l, o: [for v in parameter.q for k in v.q {k}]}\nparameter: {m?: p?: [...int], q?: [...{q?: [...int]}]}',
      { q: [{ q: [1] }, {}] },
      { n: [], o: [1] },
    ],
    ['sums of lists, as older CUE writes them', '_a: [1]\noutput: _a + [2] + [for x in _a {x + 2}]', {}, [1, 2, 3]],
    [
      'a sum of lists behind fields',
      'out: {m: *[1] | [], n: [2]}\noutput: x: {y: out.m + out.n}',
      {},
      { x: { y: [1, 2] } },
    ],
    ['a product of a list', 'output: 2 * [1]', {}, [1, 1]],
    [
      'sums of texts and of numbers beside those of lists',
      'output: {l: [1] + [2], t: "a" + "b", n: 1 + 2}',
      {},
      { l: [1, 2], t: 'ab', n: 3 },
    ],
    ['an alias that is compared with bottom', 'let c = context.none\noutput: {if c == _|_ {n: 1}}', {}, { n: 1 }],
    ['a required property', 'output: parameter.n\nparameter: n!: int', { n: 1 }, 1],
    [
      'a choice of structs',
      '#P: {a: int}\noutput: {if parameter.l != _|_ {n: 2}}\nparameter: *#P | close({l: [...#P]})',
      { l: [{ a: 1 }] },
      { n: 2 },
    ],
    [
      'a parameter in two parts',
      'output: parameter.a + parameter.b\nparameter: a: int\nparameter: b: *2 | int',
      { a: 1 },
      3,
    ],
    ['an open parameter', 'output: parameter.b\nparameter: {a: int, ...}', { a: 1, b: 2 }, 2],
  ])('understands %s', (_, template, parameter, output) => {
    expect(valueOf(template, parameter)).toMatchObject({ output });
  });

  it('makes no object of what is asked of a property that need not be there, and is not', () => {
    const template = 'outputs: {\n  if parameter.o.is {a: n: 1}\n  b: n: 2\n}\nparameter: o?: is: bool';
    expect(valueOf(template)).toEqual({ outputs: { b: { n: 2 } } });
    expect(valueOf(template, { o: { is: true } })).toEqual({ outputs: { a: { n: 1 }, b: { n: 2 } } });
  });

  it.each<[what: string, template: string, parameter: unknown, faults: readonly object[]]>([
    [
      'all wrong properties of one kind',
      'parameter: {a: int, b: string}',
      { a: 'x', b: 1 },
      [{ path: ['parameter', 'a'] }, { path: ['parameter', 'b'] }],
    ],
    [
      'a property where there are none',
      'output: 1',
      { a: 1 },
      [{ path: ['parameter', 'a'], message: 'field not allowed' }],
    ],
    ['where a text ends too early', 'output: {\n  n: }', {}, [{ places: [{ line: 2, column: 6 }] }]],
    [
      'a name that is not declared',
      'output: {\n\tn: y\n}',
      {},
      [{ message: 'reference "y" not found', places: [{ line: 2, column: 5 }] }],
    ],
    [
      'both sides of a conflict',
      'output: n: 1\noutput: n: 2',
      {},
      [
        {
          path: ['output', 'n'],
          places: [
            { line: 2, column: 12 },
            { line: 1, column: 12 },
          ],
        },
      ],
    ],
    [
      'what is wrong inside of a text',
      'output: {\n  t: "a \\(context.none)"\n}',
      {},
      [{ path: ['output', 't'], message: 'undefined field: none', places: [{ line: 2, column: 19 }] }],
    ],
    [
      'a loop over a property that the template does not declare',
      'output: [for v in parameter.x {v}]\nparameter: y?: [...int]',
      {},
      [{ message: 'undefined field: x' }],
    ],
    [
      'what is wrong with one of the objects, not with those that are not made',
      'outputs: {\n  if parameter.o {a: n: 1}\n  b: n: parameter.o\n}\nparameter: o?: bool',
      {},
      [{ path: ['outputs', 'b', 'n'] }],
    ],
    [
      'a package that only KubeVela has',
      'import "vela/helm"\noutput: helm.x',
      {},
      [{ message: 'builtin package "vela/helm" undefined' }, {}],
    ],
  ])('says %s', (_, template, parameter, faults) => {
    expect(answer(template, parameter)).toMatchObject({ faults });
  });

  it('says nothing of a template that was wrong before about the next one', () => {
    expect(answer('output: {')).toHaveProperty('faults');
    expect(valueOf('output: 1')).toEqual({ output: 1 });
  });
});
