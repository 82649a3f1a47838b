import { describe, expect, it } from 'vitest';
import { isReady } from '../../../../hub/deliver/ready.ts';
import type { ProgramStep } from '../../../../hub/workflow/program.ts';
import { deployType, step } from '../../../fixtures/hub/deliveries.ts';

const one = (name: string, facts: Partial<ProgramStep> = {}) => step(name, deployType, facts);

describe('a step is ready', () => {
  it.each<[string, ProgramStep[], string, string[], boolean]>([
    ['once those before it have ended', [one('a'), one('b')], 'b', ['a'], true],
    ['and not before', [one('a'), one('b')], 'b', [], false],
    ['without those before it that need it', [one('a', { dependsOn: ['b'] }), one('b')], 'b', [], true],
    ['and not those without it', [one('a', { dependsOn: ['b'] }), one('b')], 'a', [], false],
    [
      'once its group has ended, where that was skipped',
      [one('g', { steps: [one('s')] }), one('z', { dependsOn: ['s'] })],
      'z',
      ['g'],
      true,
    ],
  ])('%s', (_, steps, name, ended, expected) => {
    const index = steps.findIndex((other) => other.name === name);
    const asked = steps[index];
    if (asked === undefined) throw new Error('no such step');
    const hasEnded = (other: ProgramStep) => ended.includes(other.name);
    expect(isReady(asked, { steps, before: steps.slice(0, index), hasEnded })).toBe(expected);
  });
});
