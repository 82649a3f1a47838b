import { describe, expect, it } from 'vitest';
import type { RenderedApp } from '../../../../hub/model/rendered.ts';
import type { State } from '../../../../hub/model/state.ts';
import { admit, type AdmitInput, type Admitted } from '../../../../hub/plan/admit.ts';
import { entryOf } from '../../../../hub/plan/entry.ts';
import { appKey } from '../../../../shared/wire/bundle.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import { app, id, many, now, object, record, start, step } from '../../../fixtures/hub/plan.ts';

const megabyte = 1024 * 1024;
const v1 = formats.revision.at(1);
const large = (name: string) => object(`ConfigMap/${name}`, { data: { x: 'x'.repeat(megabyte - 1024) } });
const crd = (name: string) => `CustomResourceDefinition:apiextensions.k8s.io/${name}`;
const replaced: NonNullable<AdmitInput['departures']> = new Map([
  ['default/web', { code: 'MOVE_UNFINISHED', reason: '', waitsFor: [], successors: ['default/db'] }],
]);
const changed = (name: string) => object(`ConfigMap/${name}`, { data: { x: 'changed' } });

function inputOf(state: State, wanted: readonly RenderedApp[], facts: Partial<AdmitInput> = {}): AdmitInput {
  const rendered = new Map(wanted.map((each) => [appKey(each), entryOf(each, v1)]));
  return {
    state,
    record,
    labels: {},
    format: v1,
    target: v1,
    rendered,
    held: new Set(),
    departures: new Map(),
    directives: new Map(),
    again: [],
    report: null,
    sizes: () => new Map(),
    now,
    ...facts,
  };
}

/** What runs next: `web` as it was published, `web+` with other content. */
const running = ({ chosen }: Admitted, state: State): string[] => {
  const before = new Map((state.bundles.get('one')?.revision.apps ?? []).map((each) => [appKey(each), each.digest]));
  return [...chosen]
    .map(([unit, entry]) => `${unit.slice(8)}${before.get(unit) === entry.app.digest ? '' : '+'}`)
    .sort();
};
const holds = ({ holds: found }: Admitted): string[] =>
  found.map(({ by, app: unit, change }) => {
    const { code = '', behind } = change ?? {};
    return [by, unit?.slice(8) ?? 'the past', code, behind === undefined ? '' : `of ${behind.slice(8)}`]
      .filter((word) => word !== '')
      .join(' ');
  });

describe('what goes back behind a delivery', () => {
  const takenBack = new Map([['default/web', { delivery: 'default/web#2', hadIt: true }]]);
  const claims = ['ConfigMap/a', 'PersistentVolumeClaim/data'];
  it.each<
    [string, string[], RenderedApp[], Partial<AdmitInput>, { runs: string[]; holds: string[]; retires: string[] }]
  >([
    [
      'has its content, although a protected kind of what the delivery brought waits',
      claims,
      [app('web', ['ConfigMap/a', 'ConfigMap/c'])],
      { takenBack },
      { runs: ['web+'], holds: ['guard the past PROTECTED_DELETE of web#2'], retires: [] },
    ],
    [
      'has it beyond the limit of deletions, too',
      ['ConfigMap/a', ...many('web', 30)],
      [app('web', ['ConfigMap/a'])],
      { takenBack },
      { runs: ['web+'], holds: ['guard the past MASS_DELETE of web#2'], retires: [] },
    ],
    [
      'and what nothing holds is deleted',
      ['ConfigMap/a', 'ConfigMap/b'],
      [app('web', ['ConfigMap/a'])],
      { takenBack },
      { runs: ['web+'], holds: [], retires: [id('ConfigMap/b')] },
    ],
    [
      'stays as it is where nothing would be left of it',
      claims,
      [app('web', [])],
      { takenBack },
      { runs: ['web'], holds: ['guard web EMPTY_RENDER'], retires: [] },
    ],
    [
      'stays as it is on a cluster that says nothing: what would wait would never be heard of again',
      claims,
      [app('web', ['ConfigMap/a', 'ConfigMap/c'])],
      { takenBack, record: { ...record, reports: false } },
      { runs: ['web'], holds: ['guard web PROTECTED_DELETE'], retires: [] },
    ],
    [
      'waits as a whole where it goes on',
      claims,
      [app('web', ['ConfigMap/a', 'ConfigMap/c'])],
      {},
      { runs: ['web'], holds: ['guard web PROTECTED_DELETE'], retires: [] },
    ],
  ])('%s', (_, before, wanted, facts, expected) => {
    const state = step(start, [app('web', before)]);
    const admitted = admit(inputOf(state, wanted, facts));
    expect({ runs: running(admitted, state), holds: holds(admitted), retires: admitted.retired }).toEqual(expected);
  });
});

describe('what a cluster is to run', () => {
  it.each<
    [string, RenderedApp[], RenderedApp[], Partial<AdmitInput>, { runs: string[]; holds: string[]; retires: string[] }]
  >([
    [
      'is everything that was rendered',
      [app('web', ['ConfigMap/a'])],
      [app('web', ['ConfigMap/a', 'ConfigMap/b']), app('db', ['ConfigMap/d'])],
      {},
      { runs: ['db+', 'web+'], holds: [], retires: [] },
    ],
    [
      'leaves out what is wanted no more, and retires its objects',
      [app('web', ['ConfigMap/a']), app('db', ['ConfigMap/d'])],
      [app('web', ['ConfigMap/a'])],
      {},
      { runs: ['web'], holds: [], retires: [id('ConfigMap/d')] },
    ],
    [
      'has a unit that another stage holds as it was published',
      [app('web', ['ConfigMap/a'])],
      [app('web', [changed('a')])],
      { held: new Set(['default/web']) },
      { runs: ['web'], holds: [], retires: [] },
    ],
    [
      'is without a held unit that was never published',
      [],
      [app('web', ['ConfigMap/a'])],
      { held: new Set(['default/web']) },
      { runs: [], holds: [], retires: [] },
    ],
    [
      'gives a name that two units want to the unit that has it',
      [app('web', ['ConfigMap/a'])],
      [app('db', ['ConfigMap/a']), app('web', ['ConfigMap/a', 'ConfigMap/b'])],
      {},
      { runs: ['web+'], holds: ['name db'], retires: [] },
    ],
    [
      'gives a new name that two units want to the first of them',
      [],
      [app('web', ['ConfigMap/a']), app('db', ['ConfigMap/a'])],
      {},
      { runs: ['db+'], holds: ['name web'], retires: [] },
    ],
    [
      'gives a name free when its unit is gone',
      [app('web', ['ConfigMap/a'])],
      [app('db', ['ConfigMap/a'])],
      {},
      { runs: ['db+'], holds: [], retires: [] },
    ],
    [
      'keeps a unit until the one that takes its place is well',
      [app('web', ['ConfigMap/a'])],
      [app('db', ['ConfigMap/d'])],
      { departures: replaced },
      { runs: ['db+', 'web'], holds: ['move web MOVE_UNFINISHED'], retires: [] },
    ],
    [
      'hands on at once what the unit that takes its place has, too',
      [app('web', ['ConfigMap/a', 'ConfigMap/b'])],
      [app('db', ['ConfigMap/a'])],
      { departures: replaced },
      { runs: ['db+'], holds: [], retires: [id('ConfigMap/b')] },
    ],
    [
      'keeps a name taken for a unit that is held',
      [app('web', ['ConfigMap/a'])],
      [app('db', ['ConfigMap/a'])],
      { held: new Set(['default/web']) },
      { runs: ['web'], holds: ['name db'], retires: [] },
    ],
    [
      'stops the unit that makes the bundle too large, and no other',
      [app('web', ['ConfigMap/a'])],
      [
        app(
          'blobs',
          Array.from({ length: 9 }, (_, i) => large(`blob-${i}`)),
        ),
        app('web', [changed('a')]),
      ],
      {},
      { runs: ['web+'], holds: ['limit blobs'], retires: [] },
    ],
    [
      'holds a unit that would lose every object',
      [app('web', ['ConfigMap/a'])],
      [app('web', [])],
      {},
      { runs: ['web'], holds: ['guard web EMPTY_RENDER'], retires: [] },
    ],
    [
      'holds a unit that would lose data',
      [app('web', ['ConfigMap/a', 'PersistentVolumeClaim/data'])],
      [app('web', [changed('a')])],
      {},
      { runs: ['web'], holds: ['guard web PROTECTED_DELETE'], retires: [] },
    ],
    [
      'holds a mass delete, while a small one goes',
      [app('web', many('web', 30)), app('db', ['ConfigMap/d'])],
      [],
      {},
      { runs: ['web'], holds: ['guard web MASS_DELETE'], retires: [id('ConfigMap/d')] },
    ],
    [
      'retires what the agent keeps of the past',
      [app('web', ['ConfigMap/a'])],
      [app('web', ['ConfigMap/a'])],
      { again: [id('ConfigMap/past')] },
      { runs: ['web'], holds: [], retires: [id('ConfigMap/past')] },
    ],
    [
      'keeps the past while its deletion waits',
      [app('web', ['ConfigMap/a'])],
      [app('web', ['ConfigMap/a'])],
      { again: [id('Namespace/past')] },
      { runs: ['web'], holds: ['guard the past PROTECTED_DELETE'], retires: [] },
    ],
    [
      'refuses to delete a definition while objects of its kind are wanted, and their application goes on',
      [
        app('crds', [crd('gadgets.c.example.com'), 'Gadget:c.example.com/g1']),
        app('uses', ['Gadget:c.example.com/r1', 'ConfigMap/a']),
      ],
      [app('uses', ['Gadget:c.example.com/r1', changed('a')])],
      {},
      { runs: ['crds', 'uses+'], holds: ['guard crds'], retires: [] },
    ],
    [
      'asks for an approval once nothing of that kind is wanted',
      [app('crds', [crd('gadgets.c.example.com')]), app('uses', ['Gizmo:c.example.com/r1'])],
      [app('uses', [crd('gizmos.c.example.com'), 'Gizmo:c.example.com/r1'])],
      {},
      { runs: ['crds', 'uses+'], holds: ['guard crds PROTECTED_DELETE'], retires: [] },
    ],
    [
      'refuses to delete a namespace while objects in it are wanted',
      [app('spaces', ['Namespace/default']), app('uses', ['ConfigMap/a'])],
      [app('uses', ['ConfigMap/a'])],
      {},
      { runs: ['spaces', 'uses'], holds: ['guard spaces'], retires: [] },
    ],
    [
      'stops a name before a guard: a change that is not made deletes nothing',
      [app('web', ['PersistentVolumeClaim/data']), app('db', ['ConfigMap/d'])],
      [app('db', ['ConfigMap/d']), app('web', ['ConfigMap/d'])],
      {},
      { runs: ['db', 'web'], holds: ['name web'], retires: [] },
    ],
  ])('%s', (_, before, wanted, facts, expected) => {
    const state = before.length === 0 ? start : step(start, before);
    const result = admit(inputOf(state, wanted, facts));
    expect({ runs: running(result, state), holds: holds(result), retires: [...result.retired].sort() }).toEqual(
      expected,
    );
  });

  it('tells every hold by one problem of the unit and the cluster', () => {
    const state = step(start, [app('web', many('web', 30))]);
    const [hold] = admit(inputOf(state, [])).holds;
    const { change } = hold!.change!;
    expect(hold).toMatchObject({
      app: 'default/web',
      cluster: 'one',
      reason: expect.stringMatching(/^30 objects would be deleted: .+ and 27 more$/) as string,
      problems: [{ code: 'MASS_DELETE', app: 'default/web', cluster: 'one', hint: `sluice-hub approve ${change}` }],
    });
  });

  it('changes nothing that it was given', () => {
    const state = step(start, [app('web', many('web', 30)), app('db', ['ConfigMap/d'])]);
    const input = inputOf(state, [app('db', ['ConfigMap/d'])]);
    const first = admit(input);
    expect(admit(input)).toEqual(first);
    expect([...input.held, ...state.guarded]).toEqual([]);
  });
});
