import { describe, expect, it } from 'vitest';
import type { StatusView } from '../../../../hub/api/status.ts';
import type { StatusFacts, StatusFilter } from '../../../../hub/status/facts.ts';
import { joinedPages, statusExit, statusView, viewingPage } from '../../../../hub/status/view.ts';
import { atOnce } from '../../../../shared/lib/slices.ts';
import {
  bundleApp,
  enrolledCluster,
  heartbeat,
  now,
  published,
  received,
  reportOf,
  settledApp,
  stateOf,
} from '../../../fixtures/hub/status.ts';

const [web, shop] = [bundleApp('web'), bundleApp('shop', { namespace: 'store' })];
const [a, b] = [published('a', [web, shop]), published('b', [web])];
const problem = (facts: object) => ({ severity: 'error', code: 'RENDER_FAILED', message: 'm', ...facts }) as const;
const guarded = (app: string | null, cluster: string | null) =>
  ({
    change: `sha256:${app ?? ''}${cluster ?? ''}`,
    code: 'MASS_DELETE',
    cluster,
    app,
    generation: 8,
    ids: ['x'],
    since: '',
  }) as const;
const hold = (app: string | null, cluster: string | null) =>
  ({ app, cluster, by: 'render', reason: 'r', since: 's' }) as const;

const facts: StatusFacts = {
  state: stateOf([enrolledCluster('b'), enrolledCluster('a')], [a, b], {
    problems: [
      problem({ app: 'default/web' }),
      problem({ cluster: 'b' }),
      problem({ place: { path: 'x.yaml', line: 3, column: 1 } }),
    ],
    guarded: [guarded('default/web', 'a'), guarded(null, 'b'), guarded(null, null)],
  }),
  holds: [hold('store/shop', 'a'), hold('default/web', null), hold(null, 'b')],
  reports: new Map([
    ['a', received(reportOf(a, [settledApp(web), settledApp(shop, { health: 'Degraded' })]))],
    ['b', received(reportOf(b, [settledApp(web)]))],
  ]),
  now,
  heartbeat,
};
const rowsOf = (filter: StatusFilter) =>
  statusView(facts, filter).applications.map(({ application, cluster }) => `${application} ${cluster}`);

describe('the pages of a view', () => {
  /** The pages of so many rows, until there is no other. */
  function pagesOf(limit: number, filter: StatusFilter = {}): readonly [StatusView, ...StatusView[]] {
    const pages: StatusView[] = [];
    for (let after: string | null = ''; after !== null;) {
      const { view, next }: { view: StatusView; next: string | null } = atOnce(
        viewingPage(facts, filter, { limit, after }),
      );
      pages.push(view);
      after = next;
    }
    return pages as [StatusView, ...StatusView[]];
  }

  it.each([1, 2, 3, 100])('of %d rows are the whole view together', (limit) => {
    for (const filter of [{}, { app: 'web' }, { cluster: 'b' }]) {
      expect(joinedPages(pagesOf(limit, filter))).toEqual(statusView(facts, filter));
    }
  });

  it('have whole clusters, and what is about no cluster once', () => {
    const [first, second] = pagesOf(1);
    expect(first.applications.map(({ cluster }) => cluster)).toEqual(['a', 'a']);
    expect([first, second].map((page) => page?.clusters.map(({ name }) => name))).toEqual([['a'], ['b']]);
    expect([first.problems.length, second?.problems, second?.guarded, second?.holds]).toEqual([3, [], [], []]);
  });
});

describe('the view of a fleet', () => {
  it('has applications by name and cluster, clusters by name, and counts', () => {
    const view = statusView(facts);
    expect(view.applications.map(({ application, cluster }) => `${application} ${cluster}`)).toEqual([
      'default/web a',
      'default/web b',
      'store/shop a',
    ]);
    expect(view.clusters.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(view.summary).toMatchObject({
      applications: 2,
      clusters: 2,
      rows: 3,
      health: { Healthy: 2, Degraded: 1, Stale: 0 },
    });
    expect([view.ledger, view.at, view.source?.commit]).toEqual([20, new Date(now).toISOString(), 'c'.repeat(40)]);
  });

  it.each<[rule: string, filter: StatusFilter, rows: readonly string[]]>([
    ['an application by its name', { app: 'web' }, ['default/web a', 'default/web b']],
    ['an application by its namespace, too', { app: 'store/shop' }, ['store/shop a']],
    ['a cluster', { cluster: 'b' }, ['default/web b']],
    ['an application on a cluster', { app: 'web', cluster: 'a' }, ['default/web a']],
  ])('is that of %s', (_, filter, rows) => {
    expect(rowsOf(filter)).toEqual(rows);
  });

  it.each<[rule: string, filter: StatusFilter]>([
    ['an application that is not there', { app: 'wbe' }],
    ['a cluster that is not there', { cluster: 'c' }],
  ])('is refused for %s', (_, filter) => {
    expect(() => statusView(facts, filter)).toThrow(expect.objectContaining({ code: 'USAGE' }) as Error);
  });

  it.each<[filter: StatusFilter, problems: number, guarded: number, holds: number]>([
    [{}, 3, 3, 3],
    [{ app: 'web' }, 3, 3, 2],
    [{ app: 'shop' }, 2, 2, 2],
    [{ cluster: 'a' }, 2, 2, 2],
    [{ cluster: 'b' }, 3, 2, 2],
  ])('for %j has what concerns it, and what concerns all', (filter, problems, changes, holds) => {
    const view = statusView(facts, filter);
    expect([view.problems.length, view.guarded.length, view.holds.length]).toEqual([problems, changes, holds]);
  });

  it('has the place of a problem beside it, and the change that a hold waits for', () => {
    const waits = { ...hold('default/web', 'a'), until: 'u', change: guarded('default/web', 'a') };
    const view = statusView({ ...facts, holds: [waits] });
    expect(view.problems.at(-1)).toMatchObject({ path: 'x.yaml', line: 3, message: 'm' });
    expect(view.holds).toEqual([
      {
        application: 'default/web',
        cluster: 'a',
        by: 'render',
        reason: 'r',
        since: 's',
        until: 'u',
        change: 'sha256:default/weba',
      },
    ]);
  });
});

describe('the exit status of a view', () => {
  const quiet: StatusFacts = {
    ...facts,
    state: stateOf([enrolledCluster('b')], [b]),
    reports: new Map([['b', received(reportOf(b, [settledApp(web)]))]]),
  };
  const view = statusView(quiet);
  const [row, cluster] = [view.applications[0]!, view.clusters[0]!];
  const count = (health: string) => ({ summary: { ...view.summary, health: { ...view.summary.health, [health]: 1 } } });
  const limited = { type: 'DeleteLimited', reason: '', message: '', since: '' } as const;

  it.each<[rule: string, change: Partial<StatusView>, exit: number]>([
    ['0 where all is well', {}, 0],
    ['0 while something goes on', { applications: [{ ...row, health: 'Progressing' }] }, 0],
    ['0 for a warning', { problems: [problem({ severity: 'warning' })] }, 0],
    ['10 for an error', { problems: [problem({})] }, 10],
    ['10 while a change waits for a decision', { guarded: statusView(facts).guarded }, 10],
    ['10 where an application is degraded', count('Degraded'), 10],
    ['10 where deletions wait for the limit', { clusters: [{ ...cluster, conditions: [limited] }] }, 10],
    ['11 where what is known is old', { applications: [{ ...row, health: 'Stale' }] }, 11],
    ['11 where nothing is known', { applications: [{ ...row, health: 'Unknown' }] }, 11],
    [
      '0 where nothing is known of a cluster that never reports',
      { applications: [{ ...row, health: 'Unknown' }], clusters: [{ ...cluster, reports: false }] },
      0,
    ],
    ['11 while an agent has not joined', { clusters: [{ ...cluster, state: 'waiting' }] }, 11],
    ['11 while a report is overdue', { clusters: [{ ...cluster, stale: true }] }, 11],
    ['11 before the first commit', { source: null }, 11],
    ['10 rather than 11', { problems: [problem({})], source: null }, 10],
  ])('is %s', (_, change, exit) => {
    expect(statusExit({ ...view, ...change })).toBe(exit);
  });
});
