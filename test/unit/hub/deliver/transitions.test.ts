import { describe, expect, it } from 'vitest';
import { afterPass, ending, type Passed } from '../../../../hub/deliver/transitions.ts';
import type { WavesOutcome } from '../../../../hub/deliver/waves.ts';
import type { Admission, Delivery } from '../../../../hub/model/delivery.ts';
import { deliveryOf, unit } from '../../../fixtures/hub/deliveries.ts';

const now = '2026-03-01T12:00:00.000Z';
const given = (units: readonly string[], facts: Partial<Admission> = {}): Admission => ({
  at: now,
  wave: 'all/rest',
  units,
  ...facts,
});

function passed(admissions: readonly Admission[], facts: Partial<Passed> = {}): Passed {
  const none = { refused: null, effects: [], progress: [], units: [], due: [] };
  const nothing = { waves: {}, passed: false, isOver: false, ...none };
  const outcomes: WavesOutcome[] = [{ ...nothing, admissions }];
  return { now, outcomes, standing: [], steps: {}, ended: null, ...facts };
}

const record = (facts: Partial<Delivery> = {}) => deliveryOf('default/web', 1, facts);

describe('a delivery after a pass', () => {
  it.each<[string, Partial<Delivery>, Admission, number | undefined]>([
    ['begins with the first attempt', {}, given(['a']), undefined],
    ['begins with the attempt of a retry', { attempt: 3 }, given(['a']), 3],
    ['begins anew with the next attempt of what had it', { admitted: [given(['a'], { attempt: 2 })] }, given(['a']), 3],
    ['begins with the first attempt at what comes after it', { admitted: [given(['b'])] }, given(['a']), undefined],
    ['begins no attempt with another part', { admitted: [given(['a'], { wave: 'db/rest' })] }, given(['a']), undefined],
  ])('%s', (_, facts, admission, attempt) => {
    const { last } = afterPass([unit('a', 'web-v1')], record(facts), passed([admission]));
    expect(last.admitted.at(-1)?.attempt).toBe(attempt);
  });

  it('is the very same where nothing happened', () => {
    const before = record();
    expect(afterPass([unit('a', 'web-v1')], before, passed([]))).toBe(before);
  });

  it('remembers what clusters had, where that is not the stable content, once', () => {
    const units = [unit('a', 'web-v0'), unit('b', 'web-v1'), unit('c', null)];
    const { last } = afterPass(units, record(), passed([given(['a', 'b', 'c'])]));
    expect(last.base).toEqual({ a: 'web-v0', c: null });
  });

  it.each<[string, Passed['ended'], Partial<ReturnType<typeof record>>]>([
    ['is stable once it has ended well', 'succeeded', { stable: 'web-v2', previous: 'web-v1' }],
    ['leaves what was stable where a step failed', 'failed', { stable: 'web-v1', previous: null }],
    ['leaves it while it runs', null, { stable: 'web-v1', previous: null }],
  ])('%s', (_, ended, expected) => {
    expect(ending(record(), passed([], { ended }))).toMatchObject(expected);
  });

  it('remembers what had nothing before it, and what went back, once it has ended well', () => {
    const base = { a: 'web-v0', b: null, c: 'web-v0' };
    const back = { c: { why: 'failed' as const, at: '', reason: '' } };
    const { last } = ending(deliveryOf('default/web', 1, { base, back }), passed([], { ended: 'succeeded' }));
    expect(last.base).toEqual({ b: null, c: 'web-v0' });
  });
});
