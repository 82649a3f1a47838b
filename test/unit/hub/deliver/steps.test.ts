import { describe, expect, it } from 'vitest';
import { advanceSteps, type StepsInput } from '../../../../hub/deliver/steps.ts';
import type { ProgramStep } from '../../../../hub/workflow/program.ts';
import type { StepPhase } from '../../../../hub/workflow/step.ts';
import { deployType, program, step } from '../../../fixtures/hub/deliveries.ts';

const now = '2026-03-01T12:00:00.000Z';
const one = (name: string, facts: Partial<ProgramStep> = {}) => step(name, deployType, facts);

/** The phases after some passes, in each of which a step is in the phase that is named, else it has succeeded. */
function phases(
  steps: readonly ProgramStep[],
  says: Readonly<Record<string, StepPhase>>,
  facts: Partial<StepsInput> = {},
) {
  const input: StepsInput = {
    program: program(steps),
    records: {},
    now,
    stopped: null,
    run: ({ name }) => ({ phase: says[name] ?? 'succeeded', message: '', waves: [], due: [] }),
    condition: () => null,
    ...facts,
  };
  const first = advanceSteps(input);
  const again = advanceSteps({ ...input, records: first.records });
  expect(again.records).toEqual(first.records);
  const found = Object.fromEntries(Object.entries(first.records).map(([name, { phase }]) => [name, phase]));
  return { ...found, ended: first.ended };
}

describe('advanceSteps', () => {
  it.each<[string, readonly ProgramStep[], Readonly<Record<string, StepPhase>>, object]>([
    ['runs one after the other', [one('a'), one('b')], {}, { a: 'succeeded', b: 'succeeded', ended: 'succeeded' }],
    ['waits for the one before', [one('a'), one('b')], { a: 'running' }, { a: 'running', ended: null }],
    [
      'skips what comes after a failure',
      [one('a'), one('b')],
      { a: 'failed' },
      { a: 'failed', b: 'skipped', ended: 'failed' },
    ],
    [
      'runs what always runs',
      [one('a'), one('b', { condition: 'always' })],
      { a: 'failed' },
      { a: 'failed', b: 'succeeded', ended: 'failed' },
    ],
    ['waits for a condition that cannot be told', [one('a', { condition: 'x' })], {}, { ended: null }],
    ['stops at a suspend', [one('a'), one('b')], { a: 'suspending' }, { a: 'suspending', ended: null }],
    [
      'a group ends with its steps',
      [one('g', { steps: [one('a'), one('b')] })],
      {},
      { g: 'succeeded', a: 'succeeded', b: 'succeeded', ended: 'succeeded' },
    ],
    [
      'a group fails with one of them',
      [one('g', { steps: [one('a'), one('b')] })],
      { b: 'failed' },
      { g: 'failed', a: 'succeeded', b: 'failed', ended: 'failed' },
    ],
    [
      'a group suspends with one of them',
      [one('g', { steps: [one('a')] }), one('z')],
      { a: 'suspending' },
      { g: 'suspending', a: 'suspending', ended: null },
    ],
  ])('%s', (_, steps, says, expected) => {
    expect(phases(steps, says)).toEqual(expected);
  });

  it('1.10 lets nothing new start while one suspends, in DAG mode, too, and what runs finishes', () => {
    const steps = [one('a'), one('s'), one('z', { dependsOn: ['a'] })];
    const dag = { program: program(steps, 'DAG') };
    const records = { s: { identity: steps[1]?.identity ?? '', phase: 'suspending' as const, startedAt: now } };
    expect(phases(steps, { s: 'suspending' }, { ...dag, records })).toEqual({ s: 'suspending', ended: null });
    expect(phases(steps, { a: 'running', s: 'running' }, dag)).toEqual({ a: 'running', s: 'running', ended: null });
  });

  it('fails at its timeout, and says when that is', () => {
    const steps = [one('a', { timeoutSeconds: 60 })];
    const early = advanceSteps({ ...base(steps), now });
    expect(early.due).toEqual([Date.parse(now) + 60_000]);
    const late = advanceSteps({ ...base(steps), records: early.records, now: '2026-03-01T12:01:00.000Z' });
    expect(late.ended).toBe('failed');
  });

  it('2.18 runs a step that was edited or renamed anew, and keeps what has ended', () => {
    const before = advanceSteps({ ...base([one('a'), one('b')]), run: () => ended }).records;
    const asked: string[] = [];
    const run: StepsInput['run'] = ({ name }) => (asked.push(name), { ...ended, phase: 'running' });
    const after = advanceSteps({ ...base([one('a'), one('c')]), records: before, run });
    expect(asked).toEqual(['a', 'c']);
    expect(after.records).toMatchObject({ a: { phase: 'succeeded' }, c: { phase: 'running' } });
    expect(after.records).not.toHaveProperty('b');
  });

  it('starts nothing while it is stopped', () => {
    expect(phases([one('a')], {}, { stopped: 'paused' })).toEqual({ ended: null });
  });
});

const ended = { phase: 'succeeded', message: '', waves: [], due: [] } as const;

function base(steps: readonly ProgramStep[]): StepsInput {
  const run = () => ({ ...ended, phase: 'running' as const });
  return { program: program(steps), records: {}, now, stopped: null, run, condition: () => null };
}
