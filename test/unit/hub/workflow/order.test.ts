import { describe, expect, it } from 'vitest';
import { circleOf, everyNeed, needsOf, type OrderedStep } from '../../../../hub/workflow/order.ts';

const one = (name: string, more: Partial<OrderedStep> = {}): OrderedStep => ({
  name,
  dependsOn: [],
  inputs: [],
  outputs: [],
  steps: [],
  ...more,
});

describe('what steps need', () => {
  it('is what they name, and what gives their inputs', () => {
    const steps = [
      one('a', { dependsOn: ['c'] }),
      one('b', { inputs: [{ from: 'u' }] }),
      one('c', { outputs: [{ name: 'u' }] }),
    ];
    expect([...needsOf(steps)]).toEqual([
      ['a', ['c']],
      ['b', ['c']],
      ['c', []],
    ]);
  });

  it('is for a group its steps, and for those what the group needs', () => {
    const needs = needsOf([one('a'), one('g', { dependsOn: ['a'], steps: [one('s')] })]);
    expect(needs.get('g')).toEqual(['a', 's']);
    expect(needs.get('s')).toEqual(['a']);
  });

  it('goes on over all that these need', () => {
    const all = everyNeed(needsOf([one('a', { dependsOn: ['b'] }), one('b', { dependsOn: ['c'] }), one('c')]));
    expect([...(all.get('a') ?? [])]).toEqual(['b', 'c']);
    expect([...(all.get('c') ?? [])]).toEqual([]);
  });

  it.each<[OrderedStep[], string[] | null]>([
    [[one('a'), one('b', { dependsOn: ['a'] })], null],
    [
      [one('a', { dependsOn: ['b'] }), one('b', { dependsOn: ['a'] })],
      ['a', 'b', 'a'],
    ],
    [[one('g', { steps: [one('s', { dependsOn: ['g'] })] })], ['g', 's', 'g']],
  ])('has a circle or not (%#)', (steps, circle) => {
    expect(circleOf(needsOf(steps))?.circle ?? null).toEqual(circle);
  });
});
