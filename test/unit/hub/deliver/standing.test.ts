import { describe, expect, it } from 'vitest';
import { byState, countsOf, inOneList, type StandingUnit } from '../../../../hub/deliver/standing.ts';
import type { UnitState } from '../../../../hub/deliver/unit.ts';
import { unit } from '../../../fixtures/hub/deliveries.ts';

const one = (name: string, state: UnitState): StandingUnit => ({
  unit: unit(name, 'web-v1'),
  wave: 'all/rest',
  standing: { state, reason: '', healthyMs: 0, deadlineAt: null },
  counts: true,
  onFailure: 'halt',
  waveSize: 1,
});
const first = [one('a', 'done'), one('b', 'waiting'), one('c', 'done')];
const second = [one('d', 'failed'), one('e', 'done')];
const namesIn = (units: readonly StandingUnit[]) => units.map(({ unit: { key } }) => key);

describe('units by where they stand', () => {
  it('are in lists, each in their order', () => {
    expect(namesIn(byState(first).done)).toEqual(['a', 'c']);
    expect(countsOf(first)).toMatchObject({ total: 3, done: 2, waiting: 1, failed: 0 });
  });

  it('are those of all lists as one, in the order of the lists', () => {
    const all = inOneList([first, [], second]);
    expect(namesIn(all)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(byState(all)).toEqual(byState([...first, ...second]));
    expect(namesIn(byState(all).done)).toEqual(['a', 'c', 'e']);
  });

  it.each([
    ['one list', [first], first],
    ['one and empty ones', [[], first, []], first],
    ['none', [], []],
  ])('are those of %s as they are', (_, lists, expected) => {
    expect(inOneList(lists)).toEqual(expected);
    if (lists.length > 0) expect(inOneList(lists)).toBe(expected);
  });
});
