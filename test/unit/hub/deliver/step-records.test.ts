import { describe, expect, it } from 'vitest';
import { endOf, knownOf, mayAsk, recordOf, setPhase, type StepsFound } from '../../../../hub/deliver/step-records.ts';
import type { StepRecord } from '../../../../hub/model/delivery.ts';
import { deploy } from '../../../../hub/workflow/steps/deploy.ts';
import { rolloutPromotion } from '../../../../hub/workflow/steps/rollout-promotion.ts';
import { deployType, program, step } from '../../../fixtures/hub/deliveries.ts';

const now = '2026-03-01T12:00:00.000Z';
const [a, b] = [step('a', deployType), step('b', deployType)];
const record = (phase: StepRecord['phase'], more: Partial<StepRecord> = {}): StepRecord => ({
  ...{ identity: a.identity, phase, startedAt: now },
  ...more,
});

function found(records: Record<string, StepRecord>): StepsFound {
  return { program: program([a, b]), now, records, progress: new Map([['a', { message: 'now' }]]) };
}

describe('the records of steps', () => {
  it('are of steps as they are written now', () => {
    const was = record('succeeded');
    expect([recordOf(found({ a: was }), a), recordOf(found({ b: was }), b)]).toEqual([was, null]);
  });

  it.each<[Record<string, StepRecord>, ReturnType<typeof endOf>]>([
    [{ a: record('succeeded') }, 'succeeded'],
    [{ a: record('failed') }, 'failed'],
    [{ a: record('failed', { isAfterFailure: true }) }, 'succeeded'],
    [{ a: record('running') }, null],
    [{}, null],
  ])('end with %j', (records, expected) => {
    expect(endOf(found(records), [a])).toBe(expected);
  });

  it('keep what a step was begun for, and are the very same where nothing changes', () => {
    const records = { a: record('running', { isAfterFailure: true }) };
    const before = records.a;
    setPhase(found(records), a, before, { phase: 'running' });
    expect(records.a).toBe(before);
    setPhase(found(records), a, before, { phase: 'succeeded', message: 'told' });
    expect(records.a).toEqual({ ...before, phase: 'succeeded', endedAt: now, message: 'told' });
  });

  it('show conditions what steps say, and inputs what they gave', () => {
    const { status, outputs } = knownOf(found({ a: record('succeeded', { outputs: { u: 1 } }) }));
    expect([status['a']?.message, status['b']?.phase, outputs.get('u')]).toEqual(['now', 'pending', 1]);
  });

  it.each([
    [deploy, {}, false],
    [deploy, { auto: false }, true],
    [rolloutPromotion, {}, false],
    [rolloutPromotion, { manualApproval: true }, true],
    [deployType, {}, false],
  ])('tell whether a step may wait for a person (%#)', (type, properties, expected) => {
    const used = step('a', type, { use: { name: 'a', properties } });
    expect(mayAsk(used)).toBe(expected);
    // What is given to it is not known before.
    const inputs = [{ from: 'x', parameterKey: 'auto' }];
    expect(mayAsk({ ...used, inputs })).toBe(type !== deployType);
  });
});
