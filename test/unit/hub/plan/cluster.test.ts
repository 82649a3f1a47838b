import { describe, expect, it } from 'vitest';
import {
  app,
  id,
  many,
  object,
  planFor,
  record,
  report,
  reports,
  sent,
  start,
  step,
} from '../../../fixtures/hub/plan.ts';

describe('a cluster that leaves', () => {
  const leaving = (mode: 'orphan' | 'delete') => {
    const state = step(start, [app('web', many('web', 20))]);
    return step({ ...state, clusters: new Map([['one', { ...record, decommission: mode }]]) }, [
      app('web', many('web', 20)),
    ]);
  };

  it('is one more generation that orphans what runs', () => {
    const state = leaving('orphan');
    expect(sent(state)).toMatchObject({ generation: 2, decommission: 'orphan', apps: [], retired: [] });
    expect(planFor(state, []).next).toEqual([]);
  });

  it('retires everything when told so, approved by that command', () => {
    const next = sent(leaving('delete'));
    expect(next).toMatchObject({ generation: 2, decommission: 'delete', apps: [] });
    expect(next.retired).toHaveLength(20);
    expect(new Set(next.retired.map(({ approval }) => approval))).toEqual(new Set([next.approvals[0]!.change]));
    expect(planFor(leaving('delete'), []).next).toEqual([]);
  });
});

describe('the next bundle of a cluster', () => {
  const web = (...objects: readonly string[]) => [app('web', objects.length === 0 ? ['ConfigMap/a'] : objects)];
  const state = step(start, web());
  const next = (...args: Parameters<typeof planFor>) => planFor(...args).next[0];

  it.each<[rule: string, plan: () => ReturnType<typeof next>, generation: number | undefined]>([
    ['is its first', () => next(start, web()), 1],
    ['is its first, although it gets nothing', () => next(start, []), 1],
    ['is none while nothing changed', () => next(state, web()), undefined],
    ['is none for a commit that changed nothing', () => next(state, [{ ...web()[0]!, source: 'c2' }]), undefined],
    ['has a changed object', () => next(state, [app('web', [object('ConfigMap/a', { data: { a: '1' } })])]), 2],
    ['has another application', () => next(state, [...web(), app('two', ['ConfigMap/b'])]), 2],
    [
      'has changed labels, which its agent checks',
      () => next(state, web(), { labels: new Map([['one', { env: 'test' }]]) }),
      2,
    ],
    ['is signed by a key that is at work', () => next(state, web(), { signAgain: new Set(['one']) }), 2],
    ['is one of a new epoch', () => next({ ...state, epoch: 2 }, web()), 2],
    [
      'is of a registration that was sent nothing yet, above what the name was sent',
      () => next({ ...state, clusters: new Map([['one', { ...record, registration: 'another' }]]) }, web()),
      2,
    ],
    [
      'is none although retired ids have settled: they go with the next one',
      () => next(step(state, web('ConfigMap/b')), web('ConfigMap/b'), { reports: reports(report(2)) }),
      undefined,
    ],
  ])('%s', (_, plan, generation) => {
    expect(plan()?.revision.generation).toBe(generation);
  });

  it('brings the files that the one before it has not', () => {
    const [one, two] = [object('ConfigMap/a'), object('ConfigMap/b', { data: { b: '1' } })];
    const before = step(start, [app('web', [one, two]), app('other', ['ConfigMap/c'])]);
    const changed = [app('web', [one, object('ConfigMap/b', { data: { b: '2' } })]), app('other', ['ConfigMap/c'])];
    expect([...next(start, [app('web', [one, two])])!.files.keys()]).toHaveLength(2);
    const [path, ...more] = next(before, changed)!.files.keys();
    expect([path?.includes('ConfigMap'), path?.endsWith('b.json'), more]).toEqual([true, true, []]);
  });

  it('drops retired ids that have settled, and keeps those that survive', () => {
    const gone = step(step(start, web('ConfigMap/a', 'ConfigMap/b', 'ConfigMap/c')), web('ConfigMap/c'));
    expect(sent(gone).retired.map((one) => one.id)).toEqual([id('ConfigMap/a'), id('ConfigMap/b')]);
    const kept = { settled: [], survivors: [id('ConfigMap/b')], unexplained: [] };
    const bundle = next(gone, web('ConfigMap/c', 'ConfigMap/d'), { reports: reports(report(2, { retired: kept })) });
    expect(bundle?.revision.retired).toEqual([{ id: id('ConfigMap/b'), since: 2 }]);
  });

  it('wants again what it retired: it is retired no more', () => {
    const gone = step(step(start, web('ConfigMap/a', 'ConfigMap/b')), web('ConfigMap/a'));
    expect(next(gone, web('ConfigMap/a', 'ConfigMap/b'))?.revision.retired).toEqual([]);
  });
});
