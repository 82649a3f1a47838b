import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { inputsOf, usedWith } from '../../../../hub/workflow/inputs.ts';
import { defineStep } from '../../../../hub/workflow/step.ts';
import { moment } from '../../../../hub/workflow/outcome.ts';
import { step } from '../../../fixtures/hub/deliveries.ts';

const type = defineStep({
  type: 'x',
  schema: z.strictObject({ url: z.string(), data: z.record(z.string(), z.unknown()).optional() }),
  check: () => undefined,
  run: () => moment('succeeded', ''),
});
const sources = {
  outputs: new Map<string, unknown>([['u', 'http://x']]),
  context: { name: 'app', labels: { a: 'b' } },
};
const input = (from: string, parameterKey: string | null = null) => ({ inputs: [{ from, parameterKey }] });

describe('the inputs of a step', () => {
  it.each([
    ['u', { u: 'http://x' }],
    ['context.name', { 'context.name': 'app' }],
    ['context.labels.a', { 'context.labels.a': 'b' }],
  ])('%s is there', (from, inputs) => {
    expect(inputsOf(step('s', type, input(from)), sources)).toEqual({ inputs });
  });

  it.each([
    ['w', 'its input w is not there: the step that gives it did not end well'],
    ['context.other', 'its input context.other is not there: there is no such member'],
  ])('%s is not', (from, fault) => {
    expect(inputsOf(step('s', type, input(from)), sources)).toEqual({ fault });
  });

  it('are put where their keys lead, and read by the schema of the type', () => {
    const one = step('s', type, { ...input('u', 'data.url'), written: { url: 'a', data: { b: 1 } } });
    expect(usedWith(one, { u: 'http://x' })).toEqual({
      use: { name: 's', properties: { url: 'a', data: { b: 1, url: 'http://x' } } },
    });
  });

  it('are a fault where they are of another type than the property', () => {
    const one = step('s', type, { ...input('u', 'url'), written: {} });
    expect(usedWith(one, { u: { a: 1 } })).toEqual({
      fault: expect.stringContaining('with its inputs, url is wrong') as unknown,
    });
  });

  it('change nothing without a key: conditions may read them', () => {
    const one = step('s', type, input('u'));
    expect(usedWith(one, { u: 1 })).toEqual({ use: one.use });
  });
});
