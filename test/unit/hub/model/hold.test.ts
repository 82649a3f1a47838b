import { describe, expect, it } from 'vitest';
import {
  holdKinds,
  holdOf,
  keepsContent,
  storedHolds,
  waitingChanges,
  type Holder,
} from '../../../../hub/model/hold.ts';
import type { GuardedChange } from '../../../../hub/model/guarded-change.ts';
import { tellProblems } from '../../../../hub/model/problems.ts';
import type { Problem } from '../../../../hub/model/source.ts';
import { digestOf } from '../../../../shared/lib/canonical.ts';

const problem = (message: string): Problem => ({ code: 'INTERNAL', message, severity: 'error' });
const unit = { app: 'default/web', cluster: 'prod' };
const change = (name: string, facts: Partial<GuardedChange> = {}): GuardedChange => ({
  change: digestOf(name),
  code: 'MASS_DELETE',
  cluster: 'prod',
  app: 'default/web',
  generation: 8,
  ids: ['/ConfigMap/default/a'],
  since: '2026-03-01T10:00:00.000Z',
  ...facts,
});

describe('the kinds of holds', () => {
  it('have a rank each', () => {
    const ranks = Object.values(holdKinds).map(({ rank }) => rank);
    expect(new Set(ranks).size).toBe(ranks.length);
  });

  it.each<[Holder, boolean]>([
    ['intake', true],
    ['document', false],
    ['placement', true],
    ['render', true],
    ['capability', false],
    ['input', false],
    ['plan', true],
    ['name', true],
    ['limit', true],
    ['guard', true],
    ['move', true],
  ])('%s keeps the published content: %s', (by, keeps) => {
    expect(keepsContent({ by })).toBe(keeps);
  });
});

describe('the holds that the ledger keeps', () => {
  it.each<[GuardedChange['code'], Holder]>([
    ['EMPTY_RENDER', 'guard'],
    ['MASS_DELETE', 'guard'],
    ['PROTECTED_DELETE', 'guard'],
    ['MOVE_UNFINISHED', 'move'],
    ['SOURCE_REWOUND', 'document'],
    ['CAPABILITY_LOST', 'capability'],
  ])('of %s are by %s, and an approval lifts them', (code, by) => {
    const [hold] = storedHolds({ guarded: [change('a', { code })], approvals: [] });
    expect(hold).toMatchObject({ ...unit, by, since: '2026-03-01T10:00:00.000Z', change: { code } });
    expect(holdKinds[by].liftedBy).toContain('approval');
  });

  it('are those that are not approved yet', () => {
    const [a, b] = [change('a'), change('b')];
    const approvals = [{ change: a.change, generation: 8, ids: [...a.ids], by: 'ada', at: a.since }];
    expect(waitingChanges(storedHolds({ guarded: [a, b], approvals }))).toEqual([b]);
  });
});

describe('the problems of holds', () => {
  const [a, b, c] = [problem('a'), problem('b'), problem('c')];
  it.each<[string, Parameters<typeof tellProblems>[0], Problem[]]>([
    ['are told after those of their stage', [{ problems: [a], holds: [holdOf('render', b, unit)] }], [a, b]],
    ['are told stage by stage', [{ holds: [holdOf('placement', b, unit)] }, { problems: [a] }], [b, a]],
    [
      'are told once, on however many clusters',
      [{ holds: ['eu', 'us'].map((cluster) => holdOf('render', a, { app: 'default/web', cluster })) }],
      [a],
    ],
    ['are told once when they are equal', [{ problems: [a] }, { problems: [{ ...a }, c] }], [a, c]],
    ['are none where another stage told them', [{ holds: [{}] }, {}], []],
  ])('%s', (_, stages, expected) => {
    expect(tellProblems(stages)).toEqual(expected);
  });
});
