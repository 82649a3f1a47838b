import { describe, expect, it } from 'vitest';
import { gatesOf } from '../../../../hub/workflow/gates.ts';
import { program, step, suspendType, wantOn } from '../../../fixtures/hub/deliveries.ts';
import { builtinTypes } from '../../../../hub/workflow/compile.ts';
import { interpretedStep } from '../../../../hub/workflow/interpret/run.ts';

const typeOf = (name: string) => builtinTypes.steps.find(({ type }) => type === name)!;
const said = (type: Parameters<typeof step>[1], parameterKey: string | null, wants = [wantOn()]) =>
  gatesOf(program([step('s', type, { wants, inputs: [{ from: 'x', parameterKey }], path: ['steps', 0] })]));

describe('an input of a step that delivers', () => {
  it.each([
    ['deploy', 'parallelism'],
    ['deploy', 'auto'],
    ['apply-object', 'value.data["a.b"]'],
    ['read-object', 'name'],
    ['export2config', 'data.x'],
  ])('may say how, and what an object says: %s %s', (type, key) => {
    expect(said(typeOf(type), key)).toEqual([]);
  });

  it.each([
    ['deploy', 'policies'],
    ['deploy', 'policies[0]'],
    ['deploy2env', 'env'],
    ['apply-component', 'component'],
    ['apply-component', 'cluster'],
    ['apply-remaining', 'exceptions'],
    ['apply-object', 'cluster'],
    ['read-object', 'cluster'],
    ['export2config', 'cluster'],
    ['traffic-shift', 'partition'],
    ['canary-rollout', 'batchPartition'],
  ])('does not say where it goes, nor what: %s %s', (type, key) => {
    const [gate, ...more] = said(typeOf(type), key);
    expect(more).toEqual([]);
    expect(gate?.path).toEqual(['steps', 0, 'inputs', 0, 'parameterKey']);
    expect(gate?.message).toBe(
      `an input cannot give ${key} of a step ${type}: the documents say where it delivers, and what`,
    );
  });

  it('may be read by its condition alone', () => {
    expect(said(typeOf('apply-component'), null)).toEqual([]);
    expect(said(typeOf('apply-component'), '')).toEqual([]);
  });

  it('may give everything of what delivers nothing, or has a place of its own', () => {
    expect(said(suspendType, 'message', [])).toEqual([]);
    const template = 'parameter: {n: string}\na: op.#Apply & {value: {kind: parameter.n}}';
    expect(said(interpretedStep({ type: 'mine', template }), 'n')).toEqual([]);
  });

  it('is told of steps in groups, too', () => {
    const inner = step('i', typeOf('deploy'), { wants: [wantOn()], inputs: [{ from: 'x', parameterKey: 'policies' }] });
    expect(gatesOf(program([step('g', typeOf('step-group'), { steps: [inner] })]))).toHaveLength(1);
  });
});
