import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesBetween, mergeChanges, withChanges, type Changes } from '../../../../hub/model/changes.ts';
import type { Slices, State } from '../../../../hub/model/state.ts';
import { emptyState } from '../../../../hub/store/slices/slices.ts';
import { clusterRecord } from '../../../fixtures/hub/facts.ts';
import { anySlices } from '../../../fixtures/hub/slices.ts';

const start = emptyState({ channel: '11111111-1111-4111-8111-111111111111', epoch: 1 });
const problems = [{ code: 'NAME_TAKEN' as const, message: 'one', severity: 'error' as const }];
const states = anySlices.map((some): State => ({ ...start, ...some }));

describe('changes', () => {
  it('lead from one state to the other, whatever the two are', () => {
    fc.assert(
      fc.property(states, states, (a, b) => {
        expect(withChanges(a, changesBetween(a, b))).toEqual(b);
      }),
    );
  });

  it('between a state and itself are none, and leave the very same value', () => {
    fc.assert(
      fc.property(states, (a) => {
        expect(changesBetween(a, { ...a })).toEqual({});
        expect(withChanges(a, {})).toBe(a);
      }),
    );
  });

  it('merged are the same as one after the other', () => {
    fc.assert(
      fc.property(states, states, states, (a, b, c) => {
        const [first, later] = [changesBetween(a, b), changesBetween(b, c)];
        expect(withChanges(a, mergeChanges(first, later))).toEqual(c);
      }),
    );
  });

  it.each<[name: string, changes: Changes, changed: readonly (keyof Slices)[]]>([
    ['a cluster', { clusters: new Map([['a', clusterRecord('a')]]) }, ['clusters']],
    ['a removed cluster that was not there', { clusters: new Map([['a', null]]) }, ['clusters']],
    ['no cluster at all', { clusters: new Map() }, []],
    ['a list', { problems }, ['problems']],
    ['two slices', { picks: new Map([['x', ['a']]]), source: { repository: 'r', commit: '2' } }, ['picks', 'source']],
  ])('touch the slices that they name alone: %s', (_, changes, changed) => {
    const next = withChanges(start, changes);
    const touched = Object.keys(start).filter((name) => next[name as keyof State] !== start[name as keyof State]);
    expect(touched.sort()).toEqual([...changed].sort());
  });

  it('leave a list that says the same as the very same value', () => {
    const before = { ...start, problems, broken: [] };
    const again = structuredClone(problems);
    expect(changesBetween(before, { problems: again, broken: [], source: null, guarded: [] })).toEqual({});
    const other = [{ ...problems[0]!, message: 'two' }];
    expect(changesBetween(before, { problems: other })).toEqual({ problems: other });
  });

  it('ignore what is no slice', () => {
    expect(changesBetween(start, { ...start, number: 9 } as State)).toEqual({});
  });

  it('compare lists of names and of revisions by what is in them', () => {
    const before = { ...start, picks: new Map([['x', ['a', 'b']]]) };
    expect(changesBetween(before, { picks: new Map([['x', ['a', 'b']]]) })).toEqual({});
    expect(changesBetween(before, { picks: new Map([['x', ['b', 'a']]]) })).toEqual({
      picks: new Map([['x', ['b', 'a']]]),
    });
  });
});
