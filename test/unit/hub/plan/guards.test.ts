import { channel } from '../../../fixtures/hub/facts.ts';
import { describe, expect, it } from 'vitest';
import { changeDigest } from '../../../../shared/wire/bundle.ts';
import { guard, type GuardContext } from '../../../../hub/plan/guards.ts';
import type { UnitRetire } from '../../../../hub/plan/retire.ts';
import type { GuardedChange } from '../../../../hub/model/guarded-change.ts';
import {
  app,
  approved,
  id,
  idsOf,
  many,
  now,
  object,
  planFor,
  published,
  registration,
  retiredIds,
  sent,
  start,
  step,
} from '../../../fixtures/hub/plan.ts';

const codes = (list: readonly { readonly code: string }[]) => list.map(({ code }) => code);

/** Deletions of a unit: `n` ConfigMaps and the ids that are named; `counts` false = a revision went and another stays. */
const deletes = (
  unit: string,
  n: number,
  more: Partial<UnitRetire> = {},
  named: readonly string[] = [],
): UnitRetire => {
  const ids = [...many(unit, n), ...named].map(id);
  return { unit, ids, counted: ids, isEmptied: false, isLeaving: false, ...more };
};
const context = (objects: number, facts: Partial<GuardContext> = {}): GuardContext => ({
  channel,
  registration,
  cluster: 'one',
  generation: 2,
  objects,
  departures: new Map(),
  waiting: [],
  approvals: [],
  now,
  ...facts,
});

describe('the guards of a cluster', () => {
  it.each<[string, number, UnitRetire[], Record<string, string>]>([
    ['hold nothing that deletes nothing', 100, [], {}],
    ['let ten deletions of a small cluster pass', 20, [deletes('a', 10)], {}],
    ['hold eleven of them', 20, [deletes('a', 11)], { a: 'MASS_DELETE' }],
    ['let a fifth of a large cluster pass', 100, [deletes('a', 20)], {}],
    ['hold more than a fifth of it', 100, [deletes('a', 21)], { a: 'MASS_DELETE' }],
    ['let the smallest of many deletions pass', 20, [deletes('b', 8), deletes('a', 3)], { b: 'MASS_DELETE' }],
    ['prefer the first by name among equals', 20, [deletes('b', 6), deletes('a', 6)], { b: 'MASS_DELETE' }],
    ['do not count a revision that goes while another stays', 20, [deletes('a', 30, { counted: [] })], {}],
    ['hold an emptied unit, however small', 1000, [deletes('a', 1, { isEmptied: true })], { a: 'EMPTY_RENDER' }],
    ['hold a protected kind, however few', 1000, [deletes('a', 1, {}, ['Namespace/n'])], { a: 'PROTECTED_DELETE' }],
    [
      'say that a unit is emptied before they say that it has a protected kind',
      1000,
      [deletes('a', 0, { isEmptied: true }, ['Namespace/n'])],
      { a: 'EMPTY_RENDER' },
    ],
    [
      'do not count what another guard holds',
      20,
      [deletes('a', 9, {}, ['Namespace/n']), deletes('b', 10)],
      { a: 'PROTECTED_DELETE' },
    ],
    ['hold the past of a cluster, too', 20, [deletes('', 11)], { '': 'MASS_DELETE' }],
  ])('%s', (_, objects, retires, expected) => {
    const { held, approved } = guard(retires, context(objects));
    expect(Object.fromEntries([...held].map(([unit, { code }]) => [unit, code]))).toEqual(expected);
    expect(approved.size).toBe(0);
  });

  it('let an approved deletion pass, name its approval, and do not count it', () => {
    const waiting = [...guard([deletes('a', 11)], context(20)).held.values()];
    const [{ change, ids, generation }] = waiting as [GuardedChange];
    const approvals = [{ change, generation, ids: [...ids], by: 'ada', at: now }];
    const result = guard([deletes('a', 11), deletes('b', 10)], context(20, { waiting, approvals }));
    expect([...result.held]).toEqual([]);
    expect([...result.approved]).toEqual(deletes('a', 11).ids.map((one) => [one, change]));
  });

  it('name an application that is alone with its change, and none of several', () => {
    const apps = (retires: UnitRetire[]) => [...guard(retires, context(20)).held.values()].map((change) => change.app);
    expect(apps([deletes('a', 11)])).toEqual(['a']);
    expect(apps([deletes('a', 11), deletes('b', 12)])).toEqual([null, null]);
    expect(apps([deletes('', 11)])).toEqual([null]);
  });
});

describe('a mass delete', () => {
  it.each([
    [30, 10, []],
    [30, 11, ['MASS_DELETE']],
    [100, 20, []],
    [100, 21, ['MASS_DELETE']],
  ])('of %i objects, %i at once', (total, gone, expected) => {
    const state = step(start, [app('web', many('web', total))]);
    const result = planFor(state, [app('web', many('web', total).slice(gone))]);
    expect(codes(result.guarded)).toEqual(expected);
    expect(codes(result.problems)).toEqual(expected);
    expect(result.next.length).toBe(expected.length === 0 ? 1 : 0);
  });

  it('by a deleted application holds that application, and no other', () => {
    const state = step(start, [
      app('large', many('large', 30)),
      app('small', many('small', 3)),
      app('web', ['Service/web']),
    ]);
    const result = planFor(state, [app('web', ['Service/web', 'Service/more'])]);
    const [next] = result.next;
    expect(next!.revision.apps.map(({ name }) => name)).toEqual(['large', 'web']);
    expect(retiredIds(next!.revision.retired)).toEqual(many('small', 3).map(id));
    expect(result.guarded).toMatchObject([
      { code: 'MASS_DELETE', cluster: 'one', app: 'default/large', generation: 2 },
    ]);
    expect(result.guarded[0]!.ids).toHaveLength(30);
  });

  it('by many applications at once waits as one change', () => {
    const state = step(
      start,
      Array.from({ length: 8 }, (_, i) => app(`app-${i}`, many(`app-${i}`, 5))),
    );
    const result = planFor(state, []);
    // Ten deletions pass (two applications), thirty wait.
    expect(result.guarded).toMatchObject([{ code: 'MASS_DELETE', app: null }]);
    expect(result.guarded[0]!.ids).toHaveLength(30);
    expect(result.next[0]!.revision.apps).toHaveLength(6);
  });

  it('does not count a revision that goes while another of its application stays', () => {
    const v = (n: number) => many(`web-v${n}`, 30, `web-v${n}`);
    const state = step(start, [app('web', [...v(1), ...v(2)])]);
    const result = planFor(state, [app('web', v(2))]);
    expect(result.guarded).toEqual([]);
    expect(result.next[0]!.revision.retired).toHaveLength(30);
  });

  it('counts the last revision of an application', () => {
    const state = step(start, [app('web', many('web-v1', 30, 'web-v1')), app('b', ['Service/b'])]);
    expect(codes(planFor(state, [app('b', ['Service/b'])]).guarded)).toEqual(['MASS_DELETE']);
  });
});

describe('an empty render', () => {
  it('leaves what was published, and waits', () => {
    const state = step(start, [app('web', ['ConfigMap/a']), app('b', ['Service/b'])]);
    const result = planFor(state, [app('web', []), app('b', ['Service/b', 'Service/c'])]);
    expect(result.guarded).toMatchObject([{ code: 'EMPTY_RENDER', app: 'default/web', ids: [id('ConfigMap/a')] }]);
    expect(idsOf(result.next[0]!.revision)).toContain(id('ConfigMap/a'));
    expect(idsOf(result.next[0]!.revision)).toContain(id('Service/c'));
    expect(result.next[0]!.revision.retired).toEqual([]);
  });

  it('is nothing special where there was nothing', () => {
    expect(planFor(start, [app('web', [])]).guarded).toEqual([]);
  });
});

describe('a protected kind', () => {
  it.each([
    ['Namespace/a', true],
    ['PersistentVolume/a', true],
    ['PersistentVolumeClaim/a', true],
    ['CustomResourceDefinition:apiextensions.k8s.io/a', true],
    ['Namespace:other.example/a', false],
    ['Secret/a', false],
  ])('%s is guarded: %s', (text, isGuarded) => {
    const state = step(start, [app('web', ['ConfigMap/a', text])]);
    const result = planFor(state, [app('web', ['ConfigMap/a'])]);
    expect(codes(result.guarded)).toEqual(isGuarded ? ['PROTECTED_DELETE'] : []);
    expect(result.next.length).toBe(isGuarded ? 0 : 1);
  });

  it('is guarded even when only a revision of several goes', () => {
    const state = step(start, [app('web', ['PersistentVolumeClaim/v1@web-v1', 'ConfigMap/v2@web-v2'])]);
    expect(codes(planFor(state, [app('web', ['ConfigMap/v2@web-v2'])]).guarded)).toEqual(['PROTECTED_DELETE']);
  });
});

describe('a change that waits', () => {
  const before = step(start, [app('web', many('web', 30)), app('b', ['Service/b'])]);
  const without = [app('b', ['Service/b'])];
  const waiting = published(before, planFor(before, without));

  it('is named by the change digest of the contract', () => {
    const ids = many('web', 30).map(id);
    expect(waiting.guarded[0]!.change).toBe(changeDigest({ channel, registration, generation: 2, ids }));
  });

  it('keeps its name while it waits, whatever else is published', () => {
    const next = published(waiting, planFor(waiting, [app('b', ['Service/b', 'Service/c'])]));
    expect(sent(next).generation).toBe(2);
    expect(published(next, planFor(next, without)).guarded).toEqual(waiting.guarded);
  });

  it('goes through when it is approved, with the approval on each id for as long as it is listed', () => {
    const allowed = step(approved(waiting), without);
    const { change } = waiting.guarded[0]!;
    expect(sent(allowed).retired).toHaveLength(30);
    expect(sent(allowed).retired.every(({ approval }) => approval === change)).toBe(true);
    expect(sent(allowed).approvals).toMatchObject([{ change, generation: 2, by: 'ada' }]);
    expect(allowed.guarded).toEqual([]);
    const after = step(allowed, [app('b', ['Service/b', 'Service/c'])]);
    expect(sent(after).approvals.map((each) => each.change)).toEqual([change]);
    expect(sent(after).retired.every(({ approval }) => approval === change)).toBe(true);
    expect(after.approvals).toHaveLength(1);
  });

  it('goes through when less is deleted than was approved', () => {
    const allowed = step(approved(waiting), [app('web', many('web', 30).slice(20)), ...without]);
    expect(sent(allowed).retired).toHaveLength(20);
    expect(allowed.guarded).toEqual([]);
  });

  it('waits anew when more is deleted than was approved', () => {
    const result = planFor(approved(waiting), []);
    expect(codes(result.guarded)).toEqual([]);
    const other = step(start, [app('web', [...many('web', 30), ...many('more', 5)])]);
    const small = published(other, planFor(other, [app('web', many('more', 5))]));
    const larger = planFor(approved(small), [app('web', many('more', 1))]);
    expect(codes(larger.guarded)).toEqual(['MASS_DELETE']);
    expect(larger.guarded[0]!.ids).toHaveLength(34);
  });

  it('is approved once: the same deletion later waits again', () => {
    const allowed = step(approved(waiting), without);
    const back = step(allowed, [app('web', many('web', 30)), ...without]);
    const again = planFor(back, without);
    expect(codes(again.guarded)).toEqual(['MASS_DELETE']);
    expect(again.guarded[0]!.change).not.toBe(waiting.guarded[0]!.change);
  });

  it('is not released by an approval of another registration', () => {
    const state = approved(waiting);
    const forged = { ...state, approvals: state.approvals.map((each) => ({ ...each, generation: 99 })) };
    expect(codes(planFor(forged, without).guarded)).toEqual(['MASS_DELETE']);
  });

  it('disappears when the objects are wanted again', () => {
    const back = planFor(waiting, [app('web', many('web', 30)), ...without]);
    expect([back.guarded, back.next]).toEqual([[], []]);
  });

  it('does not stop a change of the same application that deletes nothing from other clusters', () => {
    const result = planFor(waiting, [
      app('web', [object('ConfigMap/web-0', { data: { x: '1' } }), ...many('web', 30).slice(1)]),
      ...without,
    ]);
    expect(result.next).toHaveLength(1);
  });
});
