import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import type { CueProgram } from '../../../../hub/cue/program.ts';
import { propertyFaults } from '../../../../hub/cue/property-faults.ts';
import { builtinDefinitions } from '../../../../hub/definitions/catalog.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';

const { signal } = new AbortController();
const webservice = builtinDefinitions.find(({ type }) => type === 'webservice')!;

describe('the properties of a component', () => {
  let cue: CueEngine;
  beforeAll(() => {
    cue = startCueEngine({ clock: systemClock });
  });
  afterAll(() => cue.close());

  async function faults(parameter: unknown, template = webservice.template): Promise<readonly string[]> {
    const context = { name: 'web', componentName: 'web', revision: 'web-v1' };
    const program: CueProgram = { subject: 'ComponentDefinition/webservice', template, parameter, context };
    const [outcome] = await cue.evaluate([program], signal);
    if (outcome === undefined || outcome.ok) return [];
    const found = await propertyFaults(cue, program, outcome.faults, signal);
    return found.map(({ message }) => message);
  }

  it('are all told, each once', async () => {
    // In which order the evaluator finds them is its own: they are told by their lines.
    expect((await faults({ imgae: 'a:1', replica: 3, replicas: 'many' })).toSorted()).toEqual([
      expect.stringContaining('"image" is missing'),
      expect.stringContaining('"replicas"'),
      expect.stringContaining('"imgae"'),
      expect.stringContaining('"replica"'),
    ]);
  });

  it('are told as a reader comes by them, and what is missing at the end', async () => {
    const wrong = [
      ['aaa', 1],
      ['replicas', 'many'],
      ['cpu', { of: 1 }],
      ['zzz', 2],
    ] as const;
    for (const order of [wrong, wrong.toReversed()]) {
      const said = await faults(Object.fromEntries(order));
      const named = said.map((text) => /"(\w+)"/.exec(text)?.[1]);
      expect(named).toEqual([...order.map(([name]) => name), 'image']);
    }
  });

  it.each<readonly [string, unknown, number]>([
    ['one', { image: 'a:1', wrong: 1 }, 1],
    ['two of the wrong type', { image: 5, replicas: 'many' }, 2],
    [
      'in lists',
      {
        image: 'a:1',
        env: [
          { nam: 'A', value: 'x' },
          { name: 'B', valeu: 'x' },
        ],
      },
      2,
    ],
    ['everything missing', {}, 1],
  ])('%s', async (_, parameter, least) => {
    const found = await faults(parameter);
    expect(found.length).toBeGreaterThanOrEqual(least);
    expect(new Set(found).size).toBe(found.length);
  });

  it.each([
    [{ image: 'a:1', ports: 80 }, 'property "ports" has the wrong type: a list is wanted, and it is a number'],
    [
      { image: 'a:1', ports: { port: 80 } },
      'property "ports" has the wrong type: a list is wanted, and it is a mapping',
    ],
    [
      { image: 'a:1', imagePullPolicy: 'Sometimes' },
      'property "imagePullPolicy" has none of the values that are allowed',
    ],
  ])('say what is wanted where a list or a mapping is: %j', async (parameter, words) => {
    expect(await faults(parameter)).toEqual([words]);
  });

  it('end at a bound, however many are wrong', async () => {
    const parameter = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`wrong${at}`, at]));
    expect(await faults({ image: 'a:1', ...parameter })).toHaveLength(20);
  });

  const choice =
    'output: {if parameter.many == _|_ {n: 1}}\nparameter: #P | close({many: [...#P]})\n#P: {a: *null | [...string], n?: int}';
  it.each<readonly [string, unknown, readonly unknown[]]>([
    ['one of which is of the wrong type', { a: 'x' }, ['property "a" is not known here, or has the wrong type']],
    ['one of which no choice has', { b: 1 }, ['unknown property "b"']],
    ['of two choices', { n: 1, many: [] }, [/^property "(?:n|many)" is not known here/]],
  ])('are told as what they are: %s', async (_, parameter, told) => {
    const found = await faults(parameter, choice);
    expect(found).toEqual(told.map((one) => (one instanceof RegExp ? (expect.stringMatching(one) as unknown) : one)));
  });

  it('say one thing where the template itself is wrong', async () => {
    expect(await faults({}, 'output: {a: 1, a: 2}\nparameter: {}')).toHaveLength(1);
  });
});
