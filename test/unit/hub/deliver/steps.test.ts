import { describe, expect, it } from 'vitest';
import type { ConditionAnswer } from '../../../../hub/deliver/step-status.ts';
import { advanceSteps, type StepsInput } from '../../../../hub/deliver/steps.ts';
import type { ProgramStep } from '../../../../hub/workflow/program.ts';
import type { StepPhase } from '../../../../hub/workflow/step.ts';
import { deployType, program, step, wantOn } from '../../../fixtures/hub/deliveries.ts';

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

  it.each<[string, readonly ProgramStep[], Readonly<Record<string, StepPhase>>, object]>([
    [
      'lets what is written win over the order',
      [one('a', { dependsOn: ['b'] }), one('b')],
      {},
      { a: 'succeeded', b: 'succeeded', ended: 'succeeded' },
    ],
    [
      'waits for a step in a group, wherever it is named',
      [one('g', { steps: [one('a')] }), one('h', { steps: [one('b', { dependsOn: ['a'] })] })],
      { a: 'running' },
      { g: 'running', a: 'running', ended: null },
    ],
    [
      'waits for what gives an input',
      [
        one('a', { inputs: [{ from: 'u', parameterKey: null }] }),
        one('b', { outputs: [{ name: 'u', valueFrom: 'x' }] }),
      ],
      { b: 'running' },
      { b: 'running', ended: null },
    ],
    [
      'runs the steps of a group one after the other where the group says so',
      [one('g', { mode: 'StepByStep', steps: [one('a'), one('b')] })],
      { a: 'running' },
      { g: 'running', a: 'running', ended: null },
    ],
  ])('%s', (_, steps, says, expected) => {
    expect(phases(steps, says)).toEqual(expected);
  });

  it('does not wait for what is in a group that was skipped', () => {
    const steps = [one('bad'), one('g', { steps: [one('a')] }), one('z', { condition: 'always', dependsOn: ['a'] })];
    expect(phases(steps, { bad: 'failed' })).toEqual({ bad: 'failed', g: 'skipped', z: 'succeeded', ended: 'failed' });
  });

  it.each<[ConditionAnswer, object]>([
    [true, { b: 'succeeded', ended: 'succeeded' }],
    [false, { b: 'skipped', ended: 'succeeded' }],
    [null, { ended: null }],
    [{ fault: 'no such field' }, { b: 'failed', ended: 'failed' }],
  ])('with a condition that is %j', (answer, expected) => {
    const steps = [one('a'), one('b', { condition: 'x' })];
    expect(phases(steps, {}, { condition: () => answer })).toEqual({ a: 'succeeded', ...expected });
  });

  it('shows a condition the other steps as KubeVela does', () => {
    const seen: unknown[] = [];
    const condition: StepsInput['condition'] = (_, { status }) => (seen.push(status['a'], status['c']), false);
    const steps = [one('a'), one('b', { condition: 'x' }), one('c')];
    phases(steps, { a: 'failed' }, { condition, run: () => ({ ...ended, phase: 'failed', message: 'why' }) });
    expect(seen.slice(0, 2)).toEqual([
      expect.objectContaining({ phase: 'failed', failed: true, succeeded: false, message: 'why', timeout: false }),
      expect.objectContaining({ phase: 'pending', failed: false, skipped: false, message: '' }),
    ]);
  });

  it('asks what has ended well and delivers nothing no more, and keeps what it said and gave', () => {
    let asked = 0;
    const run: StepsInput['run'] = () => ((asked += 1), { ...ended, message: 'hello', outputs: { u: 1 } });
    const first = advanceSteps({ ...base([one('a')]), run });
    const again = advanceSteps({ ...base([one('a')]), records: first.records, run });
    expect(asked).toBe(1);
    expect(again.progress).toMatchObject([{ phase: 'succeeded', message: 'hello' }]);
    expect(again.records['a']).toMatchObject({ message: 'hello', outputs: { u: 1 } });
  });

  it('wants what steps want that run, and nothing of those that have ended', () => {
    const effect = {
      id: 'x',
      kind: 'request',
      method: 'GET',
      url: { value: '' },
      headers: {},
      body: null,
      wantsAnswer: false,
    } as const;
    const run: StepsInput['run'] = ({ name }) => ({
      ...ended,
      phase: name === 'a' ? 'running' : 'succeeded',
      effects: [effect],
    });
    expect(advanceSteps({ ...base([one('b'), one('a')]), run }).effects).toEqual([effect]);
  });

  it('ends the steps of a group that takes too long', () => {
    const group = one('g', { timeoutSeconds: 60, steps: [one('a'), one('b', { dependsOn: ['a'] })] });
    const early = advanceSteps(base([group]));
    expect(early.due).toContain(Date.parse(now) + 60_000);
    const late = advanceSteps({ ...base([group]), records: early.records, now: '2026-03-01T12:01:00.000Z' });
    expect(late).toMatchObject({
      ended: 'failed',
      records: { g: { phase: 'failed' }, a: { phase: 'failed', isLate: true }, b: { phase: 'skipped' } },
    });
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
    const a = one('a', { wants: [wantOn()] });
    const before = advanceSteps({ ...base([a, one('b')]), run: () => ended }).records;
    const asked: string[] = [];
    const run: StepsInput['run'] = ({ name }) => (asked.push(name), { ...ended, phase: 'running' });
    const after = advanceSteps({ ...base([a, one('c')]), records: before, run });
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
