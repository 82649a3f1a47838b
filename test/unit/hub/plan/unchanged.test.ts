import { describe, expect, it } from 'vitest';
import { plan, planning, type PlanInput } from '../../../../hub/plan/plan.ts';
import type { State } from '../../../../hub/model/state.ts';
import type { RenderedApp } from '../../../../hub/model/rendered.ts';
import {
  app,
  heldBack,
  id,
  now,
  planInput,
  published,
  record,
  report,
  reports,
  start,
  step,
} from '../../../fixtures/hub/plan.ts';

const web = app('web', ['ConfigMap/a', 'ConfigMap/b']);
const other = app('other', ['ConfigMap/c']);

/** What a plan costs, in units of a slice. */
function costOf(input: PlanInput): number {
  return [...planning(input)].reduce((sum, units) => sum + units, 0);
}

/** The same state in other values: nothing that is remembered of its bundles counts. */
const copied = (state: State): State => ({
  ...state,
  bundles: new Map([...state.bundles].map(([name, bundle]) => [name, { ...bundle }])),
});

/** A state with a published bundle, that was planned once and came to nothing. */
function atRest(more: Partial<PlanInput> = {}): State {
  const state = step(start, [web, other], more);
  expect(plan(planInput(state, [web, other], more))).toMatchObject({ next: [], holds: [] });
  return state;
}

describe('a cluster of which nothing changed', () => {
  it('costs next to nothing, however many applications it has', () => {
    const apps = Array.from({ length: 100 }, (_, index) => app(`a${index}`, [`ConfigMap/a${index}`]));
    const state = step(start, apps);
    const first = costOf(planInput(state, apps));
    expect(first).toBeGreaterThan(100);
    expect(costOf(planInput(state, apps))).toBeLessThan(10);
  });

  it('costs next to nothing while another stage holds the same of it, however many clusters that does', () => {
    const apps = Array.from({ length: 100 }, (_, index) => app(`a${index}`, [`ConfigMap/a${index}`]));
    const changed = [app('a0', ['ConfigMap/z']), ...apps.slice(1)];
    const holds = [heldBack('default/a0', 'one')];
    const state = step(start, apps);
    const first = plan(planInput(state, changed, { holds }));
    expect(first).toMatchObject({ next: [], holds: [] });
    expect(costOf(planInput(state, changed, { holds: [...holds] }))).toBeLessThan(10);
    expect(plan(planInput(state, changed, { holds }))).toEqual(first);
  });

  it('stays so with a heartbeat', () => {
    const said = report(1);
    const state = atRest({ reports: reports(said) });
    const again = { ...said, sequence: said.sequence + 1, issuedAt: '2026-03-01T13:00:00.000Z' };
    expect(costOf(planInput(state, [web, other], { reports: reports(again) }))).toBeLessThan(10);
  });

  it('stays so when only the commit is newer', () => {
    const state = atRest();
    const newer = [web, other].map((one) => ({ ...one, source: 'c2' }));
    expect(costOf(planInput(state, newer))).toBeLessThan(10);
    expect(plan(planInput(state, newer)).next).toEqual([]);
  });

  const stranger = report(1, { retired: { settled: [], survivors: [], unexplained: [id('ConfigMap/old')] } });

  type Change = readonly [what: string, state: (state: State) => State, rendered: RenderedApp[], Partial<PlanInput>];
  const same = (state: State) => state;
  const changes: readonly Change[] = [
    ['an object changed', same, [app('web', ['ConfigMap/a', 'ConfigMap/z']), other], {}],
    ['an application came', same, [web, other, app('new', ['ConfigMap/n'])], {}],
    ['an application went', same, [web], {}],
    ['its replicas changed', same, [{ ...web, notes: ['another'] }, other], {}],
    ['its labels changed', same, [web, other], { labels: new Map([['one', { zone: 'north' }]]) }],
    ['its key is another one', same, [web, other], { signAgain: new Set(['one']) }],
    [
      'a unit is held, and is published again',
      same,
      [app('web', ['ConfigMap/z']), other],
      { holds: [heldBack('default/web', 'one')] },
    ],
    ['another unit is held', same, [app('web', ['ConfigMap/z']), other], { holds: [heldBack('default/other', 'one')] }],
    ['the epoch is newer', (state) => ({ ...state, epoch: 2 }), [web, other], {}],
    [
      'it is to leave',
      (state) => ({ ...state, clusters: new Map([['one', { ...record, decommission: 'orphan' as const }]]) }),
      [web, other],
      {},
    ],
    [
      'it was joined again',
      (state) => ({
        ...state,
        clusters: new Map([['one', { ...record, registration: '33333333-3333-4333-8333-333333333333' }]]),
      }),
      [web, other],
      {},
    ],
    ['its whole content is withdrawn', same, [], {}],
  ];

  it.each(changes)('is planned as if it were new once %s', (_, change, rendered, more) => {
    const state = change(atRest());
    expect(plan(planInput(state, rendered, more))).toEqual(plan(planInput(copied(state), rendered, more)));
  });

  it('is planned once its agent reports that a limit holds deletions back', () => {
    const state = step(step(start, [web, other]), [web]);
    expect(plan(planInput(state, [web], { reports: reports(report(2)) }))).toMatchObject({ next: [], holds: [] });
    const limit = { type: 'DeleteLimited', status: 'True', reason: 'Limit', message: '', since: now } as const;
    const retired = { settled: [], survivors: [id('ConfigMap/c')], unexplained: [] };
    const limited = reports(report(2, { conditions: [limit], retired }));
    expect(plan(planInput(state, [web], { reports: limited })).holds).toHaveLength(1);
  });

  it('is planned once it is known that what its agent keeps was published to it', () => {
    const told = reports(stranger);
    const state = atRest({ reports: told });
    const more = { reports: told, published: new Map([['one', new Set([id('ConfigMap/old')])]]) };
    expect(plan(planInput(state, [web, other], more)).next).toHaveLength(1);
  });

  it('is planned once a unit is held no more', () => {
    const state = atRest();
    const changed = [app('web', ['ConfigMap/z']), other];
    expect(plan(planInput(state, changed, { holds: [heldBack('default/web', 'one')] })).next).toEqual([]);
    expect(plan(planInput(state, changed)).next).toHaveLength(1);
  });

  it('is planned once a unit may leave', () => {
    const state = atRest();
    const documents = new Set(['default/other']);
    const placement = { assignments: [], documents, lostByLabels: new Set<string>() };
    const held = plan(planInput(state, [web], { placement }));
    expect(held).toMatchObject({ next: [], holds: [{ app: 'default/other' }] });
    expect(plan(planInput(state, [web])).next).toHaveLength(1);
  });

  it('is planned again after each bundle', () => {
    const state = atRest();
    const changed = [app('web', ['ConfigMap/z']), other];
    const next = { ...plan(planInput(state, changed)), guarded: [], problems: [] };
    expect(next.next).toHaveLength(1);
    const after = published(state, next);
    expect(plan(planInput(after, [web, other])).next).toHaveLength(1);
  });

  it('does not hide what departs, and what is held stays held', () => {
    const state = atRest();
    const placement = { assignments: [], documents: new Set(['default/web']), lostByLabels: new Set<string>() };
    const first = plan(planInput(state, [other], { placement }));
    expect(first.holds).not.toEqual([]);
    expect(plan(planInput(state, [other], { placement }))).toEqual(first);
  });
});
