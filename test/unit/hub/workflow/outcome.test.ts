import { describe, expect, it } from 'vitest';
import type { Application } from '../../../../hub/model/documents.ts';
import { builtinTypes } from '../../../../hub/workflow/compile.ts';
import { quietWorld } from '../../../fixtures/hub/deliveries.ts';
import type { StepDecision, StepInput } from '../../../../hub/workflow/step.ts';

const decision = (verdict: StepDecision['verdict']): StepDecision => ({ verdict, by: 'me', at: '', reason: '' });
const input: StepInput = {
  application: {} as Application,
  phase: 'running',
  startedAt: '2026-01-01T00:00:00Z',
  now: '2026-01-01T00:00:04Z',
  inputs: {},
  wants: [],
  decisions: [],
  effectId: '',
  ...quietWorld,
  context: {},
};
const run = (type: string, properties: object, more: Partial<StepInput> = {}) => {
  const step = builtinTypes.steps.find((one) => one.type === type);
  const { phase, message, askAt } = step!.run({ name: 's', properties }, { ...input, ...more });
  return [phase, message, ...(askAt === null ? [] : [askAt])];
};

describe('a step that delivers', () => {
  it.each(['deploy', 'deploy2env', 'apply-component'])('leaves it to its waves how far it is: %s', (type) => {
    expect(run(type, {})).toEqual(['running', '']);
  });

  it('waits for an approval where it does not go on by itself', () => {
    const phase = (...decisions: StepDecision[]) => run('deploy', { auto: false }, { decisions })[0];
    expect(phase()).toBe('suspending');
    expect(phase(decision('pause'))).toBe('suspending');
    expect(phase(decision('approve'))).toBe('running');
    expect(phase(decision('approve'), decision('refuse'))).toBe('failed');
  });
});

describe('suspend', () => {
  it('waits for a person, or for a time', () => {
    expect(run('suspend', {})).toEqual(['suspending', 'it waits for an approval']);
    expect(run('suspend', { message: 'ask Kim' })).toEqual(['suspending', 'ask Kim']);
    expect(run('suspend', {}, { decisions: [decision('approve')] })[0]).toBe('succeeded');
    expect(run('suspend', {}, { decisions: [decision('refuse')] })[0]).toBe('failed');
    expect(run('suspend', { duration: '5s' })).toEqual([
      'suspending',
      'it waits for an approval',
      '2026-01-01T00:00:05.000Z',
    ]);
    expect(run('suspend', { duration: '4s' })[0]).toBe('succeeded');
  });
});

it('print-message-in-status says its message', () => {
  expect(run('print-message-in-status', { message: 'hello' })).toEqual(['succeeded', 'hello']);
});
