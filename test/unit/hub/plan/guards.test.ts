import { describe, expect, it } from 'vitest';
import { changeDigest } from '../../../../shared/wire/bundle.ts';
import {
  app,
  approved,
  channel,
  id,
  idsOf,
  many,
  object,
  planFor,
  published,
  registration,
  retiredIds,
  sent,
  start,
  step,
} from './fixtures.ts';

const codes = (list: readonly { readonly code: string }[]) => list.map(({ code }) => code);

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
