import { describe, expect, it } from 'vitest';
import { groupChanges, plannedGuards } from '../../../../hub/operations/plan-diff.ts';
import { app, id, many } from '../../../fixtures/hub/plan.ts';

const on = (cluster: string, objects: readonly string[]) => app('web', objects, { cluster });

describe('the difference of two renderings', () => {
  it('puts clusters together that change alike, the many first', () => {
    const before = ['a', 'b', 'c', 'd'].map((cluster) => on(cluster, ['ConfigMap/x', 'ConfigMap/y']));
    const after = [
      on('a', ['ConfigMap/x', 'ConfigMap/y', 'ConfigMap/z']),
      on('b', ['ConfigMap/x']),
      on('c', ['ConfigMap/x']),
      on('d', ['ConfigMap/x', 'ConfigMap/y']),
    ];
    expect(
      groupChanges(before, after).map(({ clusters, changes }) => [clusters, changes.map((one) => [one.how, one.id])]),
    ).toEqual([
      [['b', 'c'], [['delete', id('ConfigMap/y')]]],
      [['a'], [['create', id('ConfigMap/z')]]],
    ]);
  });

  it('names what a hub would not delete without an approval', () => {
    const before = [
      on('a', many('m', 30)),
      on('b', many('m', 30)),
      on('c', ['PersistentVolumeClaim/p', 'ConfigMap/x']),
    ];
    const after = [on('a', ['ConfigMap/m-0']), on('b', many('m', 28)), on('c', ['ConfigMap/x'])];
    expect(plannedGuards(before, after).map(({ code, clusters, ids }) => [code, clusters, ids.length])).toEqual([
      ['MASS_DELETE', ['a'], 29],
      ['PROTECTED_DELETE', ['c'], 1],
    ]);
  });
});
