import { describe, expect, it } from 'vitest';
import { decide, type Decision, type Known } from '../../../../hub/deliver/decide.ts';
import type { AppDelivery, Delivery } from '../../../../hub/model/delivery.ts';

const at = '2026-03-01T12:00:00.000Z';

function record(facts: Partial<Delivery> = {}, more: Partial<AppDelivery> = {}): AppDelivery {
  const nothing = { steps: {}, waves: {}, admitted: [], base: {}, back: {}, decisions: [] };
  const last: Delivery = {
    number: 17,
    attempt: 1,
    content: 'web-v2',
    phase: 'running',
    startedAt: at,
    ...nothing,
    ...facts,
  };
  return { app: 'shop/web', stable: 'web-v1', previous: null, last, ...more };
}

const nothing = { moves: false, asks: false, steps: [], waves: [], wavesToApprove: [] } as const;
const ask = { ...nothing, name: 'ask', phase: 'suspending', asks: true } as const;
const [eu, us] = [{ name: 'eu', phase: 'pending' } as const, { name: 'us', phase: 'passed' } as const];
const asia = { name: 'asia', phase: 'pending' } as const;
const known: Known = {
  asks: ['ask', 'prod/asia', 'prod/africa'],
  steps: [
    ask,
    { ...nothing, name: 'all', phase: 'running', waves: [eu, us, asia], wavesToApprove: ['eu', 'us'] },
    { ...nothing, name: 'over', phase: 'succeeded', wavesToApprove: ['rest'] },
    { ...nothing, name: 'move', phase: 'suspending', moves: true },
    { ...nothing, name: 'later', phase: 'pending', wavesToApprove: ['eu'] },
    { ...nothing, name: 'sign', phase: 'pending', asks: true, wavesToApprove: ['rest'] },
  ],
  failed: ['a'],
  inSteps: ['c'],
};
const decision = (verdict: Decision['verdict'], more: Partial<Decision> = {}): Decision => ({
  name: 'shop/web#17',
  verdict,
  by: 'ann',
  at,
  reason: '',
  ...more,
});

describe('decide', () => {
  it.each<[string, AppDelivery, Decision, Partial<Delivery>]>([
    [
      'approves what waits',
      record(),
      decision('approve'),
      { decisions: known.asks.map((on) => expect.objectContaining({ verdict: 'approve', on }) as never) },
    ],
    [
      'approves what is named',
      record(),
      decision('approve', { on: 'all/eu' }),
      { decisions: [expect.objectContaining({ on: 'all/eu' }) as never] },
    ],
    [
      'approves a wave of a step that has not begun',
      record(),
      decision('approve', { on: 'later/eu' }),
      { decisions: [expect.objectContaining({ on: 'later/eu' }) as never] },
    ],
    [
      'approves a step that will ask',
      record(),
      decision('approve', { on: 'sign' }),
      { decisions: [expect.objectContaining({ on: 'sign' }) as never] },
    ],
    [
      'approves what waits of a step',
      record(),
      decision('approve', { on: 'prod' }),
      { decisions: ['prod/asia', 'prod/africa'].map((on) => expect.objectContaining({ on }) as never) },
    ],
    [
      'resumes a workflow that suspends',
      record(),
      decision('resume'),
      { decisions: known.asks.map((on) => expect.objectContaining({ verdict: 'approve', on }) as never) },
    ],
    [
      'aborts with who and why',
      record(),
      decision('abort', { reason: 'slow' }),
      { phase: 'aborted', reason: 'by ann: slow', endedAt: at },
    ],
    ['rolls back', record(), decision('rollback'), { phase: 'rolled-back', reason: 'by ann' }],
    [
      'rolls back what a step failed in',
      record({ phase: 'failed', admitted: [{ at, wave: 'x', units: ['a'] }] }),
      decision('rollback'),
      { phase: 'rolled-back', reason: 'by ann', admitted: [{ at, wave: 'x', units: ['a'] }] },
    ],
    [
      'starts again what was rolled back',
      record({ phase: 'rolled-back', admitted: [{ at, wave: 'x', units: ['a'] }] }),
      decision('retry'),
      { phase: 'running', attempt: 2, admitted: [] },
    ],
    [
      'starts what failed again',
      record({ admitted: [{ at, wave: 'x', units: ['a', 'b'] }] }),
      decision('retry'),
      { attempt: 2, admitted: [{ at, wave: 'x', units: ['b'] }] },
    ],
    [
      'starts again above every attempt of its clusters',
      record({ attempt: 2, admitted: [{ at, wave: 'x', units: ['a', 'b'], attempt: 4 }] }),
      decision('retry'),
      { attempt: 5, admitted: [{ at, wave: 'x', units: ['b'], attempt: 4 }] },
    ],
    [
      'ends the steps that are under way',
      record(),
      decision('promote'),
      { decisions: [expect.objectContaining({ verdict: 'promote' }) as never] },
    ],
    [
      'ends the steps of one cluster',
      record(),
      decision('promote', { cluster: 'c' }),
      { decisions: [expect.objectContaining({ cluster: 'c' }) as never] },
    ],
  ])('%s', (_, before, given, expected) => {
    expect(decide(before, given, known).last).toMatchObject(expected);
  });

  it('goes back behind a delivery that ended well, once', () => {
    const before = record({ phase: 'succeeded' }, { stable: 'web-v2', previous: 'web-v1' });
    const after = decide(before, decision('rollback'), known);
    expect(after).toMatchObject({ stable: 'web-v1', previous: null, last: { phase: 'rolled-back' } });
    expect(() => decide(after, decision('rollback'), known)).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
  });

  it.each([
    ['another delivery', record(), decision('approve', { name: 'shop/web#16' })],
    ['a number of another namespace', record(), decision('abort', { name: 'web#17' })],
    ['what does not run', record({ phase: 'succeeded' }), decision('pause')],
    ['a step that is not there', record(), decision('approve', { on: 'al' })],
    ['a wave that is not there', record(), decision('approve', { on: 'all/asia' })],
    ['a wave that is not there of a step that has not begun', record(), decision('approve', { on: 'later/asia' })],
    ['a wave of a step that has ended', record(), decision('approve', { on: 'over/rest' })],
    ['a step that asks nobody', record(), decision('approve', { on: 'later' })],
    ['in advance, a wave that begins by itself', record(), decision('approve', { on: 'all/asia' })],
    ['a wave that has passed', record(), decision('approve', { on: 'all/us' })],
    ['what does not wait yet', record(), decision('refuse', { on: 'all/eu' })],
    ['what the documents took back', record({ phase: 'reverted' }), decision('retry')],
    ['what cannot go back', record({ phase: 'succeeded' }), decision('rollback')],
  ])('is refused on %s', (_, before, given) => {
    expect(() => decide(before, given, known)).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
  });

  it('skips a step that has not ended', () => {
    const { last } = decide(record(), decision('skip', { on: 'ask', reason: 'it is gone' }), known);
    expect(last.decisions).toEqual([expect.objectContaining({ verdict: 'skip', on: 'ask', reason: 'it is gone' })]);
  });

  it.each([
    ['of another name', record(), 'none', 'it has no step of this name'],
    ['that has ended', record(), 'over', 'the step has ended: succeeded'],
    ['that moves pods', record(), 'move', 'the step moves pods and traffic: promote or abort the delivery'],
    [
      'that has brought its content',
      record({ admitted: [{ at, wave: 'ask/rest', units: ['a'] }] }),
      'ask',
      'the step has brought its content to clusters: skip those, or abort the delivery',
    ],
  ])('skips no step %s', (_, before, on, message) => {
    expect(() => decide(before, decision('skip', { on }), known)).toThrow(message);
  });

  it('is refused where nothing waits', () => {
    expect(() => decide(record(), decision('approve'), { ...known, asks: [] })).toThrow('nothing of it waits');
    expect(() => decide(record(), decision('promote', { cluster: 'd' }), known)).toThrow('no steps are under way on d');
    expect(() => decide(record(), decision('promote'), { ...known, inSteps: [] })).toThrow(
      'no steps are under way now',
    );
  });
});
