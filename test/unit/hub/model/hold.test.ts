import { describe, expect, it } from 'vitest';
import { trackHolds, type HoldMemory } from '../../../../hub/model/hold-memory.ts';
import {
  holdKinds,
  holdOf,
  keepsContent,
  storedHolds,
  waitingChanges,
  type FoundHold,
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
const nothing = { guarded: [], problems: [] };

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

describe('since when something is held', () => {
  const first = '2026-03-01T12:00:00.000Z';
  const later = '2026-03-01T12:05:00.000Z';
  const after = (found: FoundHold, next: FoundHold): string | undefined => {
    const memory: HoldMemory = { last: null };
    trackHolds(memory, [found], { state: nothing, now: first });
    return trackHolds(memory, [next], { state: nothing, now: later }).after[0]?.since;
  };
  const hold = holdOf('render', problem('a'), unit);

  it.each<[string, FoundHold, FoundHold, string]>([
    ['the same hold keeps its time', hold, hold, first],
    ['the same hold with another reason keeps its time', hold, holdOf('render', problem('b'), unit), first],
    ['a hold by another stage begins', hold, holdOf('placement', problem('a'), unit), later],
    ['a hold of another cluster begins', hold, { ...hold, cluster: 'test' }, later],
    ['a change has the time since which it waits', hold, { ...hold, change: change('a') }, change('a').since],
  ])('%s', (_, found, next, since) => {
    expect(after(found, next)).toBe(since);
  });

  it('is asked of one hold once, in the order of the kinds, applications and clusters', () => {
    const of = (by: Holder, app: string, cluster: string) => holdOf(by, problem('a'), { app, cluster });
    const found = [of('guard', 'a', 'x'), of('render', 'b', 'y'), of('render', 'b', 'x'), of('render', 'a', 'z')];
    const { after: holds } = trackHolds({ last: null }, [...found, ...found], { state: nothing, now: first });
    expect(holds.map(({ by, app, cluster }) => `${by} ${app} ${cluster}`)).toEqual([
      'render a z',
      'render b x',
      'render b y',
      'guard a x',
    ]);
  });
});

describe('after a restart', () => {
  const told = problem('told');
  it.each<[string, FoundHold, boolean]>([
    ['a hold whose problem the ledger tells was there before', holdOf('render', told, unit), true],
    ['a hold with another problem is new', holdOf('render', problem('new'), unit), false],
    ['a change that waited was there before', { ...holdOf('guard', problem('x'), unit), change: change('a') }, true],
    ['another change is new, whatever it tells', { ...holdOf('guard', told, unit), change: change('b') }, false],
    ['a hold that tells nothing is new', { ...unit, by: 'document', reason: 'broken' }, false],
  ])('%s', (_, found, isKnown) => {
    const state = { guarded: [change('a')], problems: [told] };
    const { before } = trackHolds({ last: null }, [found], { state, now: change('a').since });
    expect(before).toEqual(isKnown ? [found] : []);
  });
});
