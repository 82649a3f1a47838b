import { describe, expect, it } from 'vitest';
import type { StatusFacts } from '../../../../hub/status/facts.ts';
import { rowsOf } from '../../../../hub/status/row.ts';
import type { ReportApp } from '../../../../shared/wire/report.ts';
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

const target = (rule: number, revision: string, weight: number) => ({
  rule,
  revision,
  component: 'web',
  service: `/Service/default/${revision}`,
  weight,
});
const app = bundleApp('web', {
  revisions: [
    { name: 'web-v1', objects: [] },
    { name: 'web-v2', objects: [] },
  ],
  replicas: [
    { id: 'apps/Deployment/default/a', pointer: '/spec/replicas', value: 2, revision: 'web-v2' },
    { id: 'apps/Deployment/default/b', pointer: '/spec/replicas', value: 3, revision: 'web-v2' },
  ],
  traffic: [
    {
      provider: 'istio',
      id: 'networking.istio.io/VirtualService/default/web',
      targets: [target(0, 'web-v1', 30), target(0, 'web-v2', 70), target(1, 'web-v1', 100)],
    },
  ],
});
const bundle = published('a', [app]);
const record = enrolledCluster('a');

const factsOf = (apps: readonly ReportApp[] | null, more: Partial<StatusFacts> = {}): StatusFacts => ({
  state: stateOf([record], [bundle]),
  reports: new Map(
    apps === null ? [] : [['a', { ...received(reportOf(bundle, apps)), since: { 'default/web': now - 60_000 } }]],
  ),
  now,
  heartbeat,
  ...more,
});
const rowOf = (apps: readonly ReportApp[] | null) => rowsOf(record, factsOf(apps))[0]!;
/** `NAME READY/DESIRED TRAFFIC>WANTED` of each revision, `-` for what is not known. */
const revisionsOf = (apps: readonly ReportApp[] | null) =>
  rowOf(apps).revisions.map(
    ({ name, ready, desired, traffic, wantedTraffic }) =>
      `${name} ${ready ?? '-'}/${desired ?? '-'} ${traffic ?? '-'}>${wantedTraffic ?? '-'}`,
  );

describe('the rows of a cluster', () => {
  it('are none where nothing was sent to its registration', () => {
    expect(rowsOf(enrolledCluster('b'), factsOf([]))).toEqual([]);
    expect(rowsOf({ ...record, registration: 'another' }, factsOf([settledApp(app)]))).toEqual([]);
  });

  it('are those of its last bundle, then those that its agent still has to remove', () => {
    const old = settledApp(bundleApp('old'), {
      phase: 'delete',
      health: 'Healthy',
      message: '3 objects to delete',
      applied: null,
    });
    const gone = settledApp(bundleApp('gone'));
    expect(
      rowsOf(record, factsOf([gone, old, settledApp(app)])).map(({ application, health, message, desired }) => [
        application,
        health,
        message,
        desired,
      ]),
    ).toEqual([
      ['default/web', 'Healthy', 'Ready:1/1', app.digest],
      ['default/old', 'Progressing', 'being removed: 3 objects to delete', ''],
    ]);
  });

  it.each<[health: ReportApp['health'], secondsAgo: number, shown: string]>([
    ['Degraded', 1, 'Degraded'],
    ['Unknown', 1, 'Progressing'],
    ['Degraded', 9_999, 'Stale'],
  ])('show what is removed and %s %i s ago as %s', (health, secondsAgo, shown) => {
    const old = settledApp(bundleApp('old'), { phase: 'delete', health, message: '' });
    const reports = new Map([['a', received(reportOf(bundle, [old]), secondsAgo)]]);
    expect(rowsOf(record, factsOf(null, { reports })).at(-1)).toMatchObject({
      application: 'default/old',
      health: shown,
      message: 'being removed',
    });
  });
});

describe('the revisions of a row', () => {
  it.each<[rule: string, apps: readonly ReportApp[] | null, revisions: readonly string[]]>([
    ['are those that are wanted before anything is reported', null, ['web-v1 -/- ->30', 'web-v2 -/5 ->70']],
    [
      'begin with those that leave',
      [
        settledApp(app, {
          revisions: [
            { name: 'web-v0', ready: 1, desired: 1 },
            { name: 'web-v2', ready: 4, desired: 5 },
          ],
          traffic: [{ revision: 'web-v0', weight: 100 }],
        }),
      ],
      ['web-v0 1/1 100>0', 'web-v1 -/- 0>30', 'web-v2 4/5 0>70'],
    ],
    [
      'have no share of a split that is not there',
      [settledApp(app, { traffic: [] })],
      ['web-v1 1/1 ->30', 'web-v2 1/1 ->70'],
    ],
  ])('%s', (_, apps, revisions) => {
    expect(revisionsOf(apps)).toEqual(revisions);
  });

  it('have no wanted share where nothing leads traffic', () => {
    const plain = bundleApp('plain');
    const [row] = rowsOf(record, { ...factsOf(null), state: stateOf([record], [published('a', [plain])]) });
    expect(row?.revisions.map(({ wantedTraffic }) => wantedTraffic)).toEqual([null]);
  });
});

describe('what leads the traffic of a row', () => {
  const missing = { id: app.traffic[0]!.id, code: 'UNHEALTHY', message: 'not there' };
  it.each<[rule: string, apps: readonly ReportApp[] | null, provider: string | null]>([
    ['is not known before a report', null, null],
    ['is what the bundle says once there is one', [settledApp(app)], 'istio'],
    ['is nothing where its object has a problem', [settledApp(app, { problems: [missing] })], null],
    ['is nothing where the site leaves the application out', [settledApp(app, { phase: 'skipped' })], null],
  ])('%s', (_, apps, provider) => {
    expect(rowOf(apps).provider).toBe(provider);
  });
});

it('a row says how old its knowledge is', () => {
  expect(rowOf([settledApp(app)])).toMatchObject({
    since: new Date(now - 60_000).toISOString(),
    observedAt: '2026-03-01T11:59:57.000Z',
    reportedAt: new Date(now - 2_000).toISOString(),
    ageSeconds: 2,
  });
  expect(rowOf(null)).toMatchObject({ since: null, observedAt: null, reportedAt: null, ageSeconds: null });
});
