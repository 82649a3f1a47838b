import { describe, expect, it } from 'vitest';
import { mayBegin, type BeginFacts, type StepList } from '../../../../hub/deliver/may-begin.ts';
import type { StepRecord } from '../../../../hub/model/delivery.ts';
import type { ProgramStep } from '../../../../hub/workflow/program.ts';
import { deploy, program, step, suspendType } from '../../../fixtures/hub/deliveries.ts';

const now = '2026-03-01T12:00:00.000Z';
const bad = step('bad', suspendType);
const tell = step('tell', suspendType);
const always: Partial<ProgramStep> = { condition: 'always' };
const failed: StepRecord = { identity: bad.identity, phase: 'failed', startedAt: now };

function facts(after: BeginFacts['after'], steps: readonly ProgramStep[], records: Record<string, StepRecord>) {
  return { program: program(steps), now, records, progress: new Map(), after, condition: () => null };
}
const list = (steps: readonly ProgramStep[], group: ProgramStep | null = null): StepList => ({
  steps,
  mode: 'DAG',
  group,
});

describe('a step begins', () => {
  it.each<[string, BeginFacts['after'], ProgramStep, Record<string, StepRecord>, boolean | null]>([
    ['where nothing failed', null, tell, {}, true],
    ['and not after a failure', null, tell, { bad: failed }, false],
    ['and after one that decides nothing', null, tell, { bad: { ...failed, isAfterFailure: true } }, true],
    ['and in any case where it says so', null, { ...tell, ...always }, { bad: failed }, true],
    ['and not without a condition where what follows from a failure is looked for', 'end', tell, {}, false],
    ['and not yet where its condition cannot be told', 'halt', { ...tell, condition: 'x' }, { bad: failed }, null],
    [
      'and not yet where it delivers while the delivery is halted',
      'halt',
      { ...deploy('d', null), ...always },
      {},
      null,
    ],
    ['and never where it delivers once it was taken back', 'end', { ...deploy('d', null), ...always }, {}, false],
  ])('%s', (_, after, asked, records, expected) => {
    const steps = [bad, asked];
    expect(mayBegin(facts(after, steps, records), asked, list(steps))).toBe(expected);
  });

  it('in a group that has a condition whatever failed outside of it, and not in another one', () => {
    for (const [condition, expected] of [
      ['always', true],
      [null, false],
    ] as const) {
      const group = step('group', suspendType, { condition, steps: [tell] });
      expect(mayBegin(facts(null, [bad, group], { bad: failed }), tell, list([tell], group))).toBe(expected);
    }
  });
});
