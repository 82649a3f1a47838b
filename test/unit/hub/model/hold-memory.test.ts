import { describe, expect, it } from 'vitest';
import { trackHolds, type HoldMemory } from '../../../../hub/model/hold-memory.ts';
import { holdOf, type FoundHold, type Holder } from '../../../../hub/model/hold.ts';
import type { GuardedChange } from '../../../../hub/model/guarded-change.ts';
import type { Problem } from '../../../../hub/model/source.ts';
import { digestOf } from '../../../../shared/lib/canonical.ts';

const problem = (message: string): Problem => ({ code: 'INTERNAL', message, severity: 'error' });
const unit = { app: 'default/web', cluster: 'prod' };
const change = (name: string): GuardedChange => ({
  ...unit,
  change: digestOf(name),
  code: 'MASS_DELETE',
  generation: 8,
  ids: ['/ConfigMap/default/a'],
  since: '2026-03-01T10:00:00.000Z',
});
const nothing = { guarded: [], problems: [] };

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
