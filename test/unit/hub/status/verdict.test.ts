import { describe, expect, it } from 'vitest';
import type { ReceivedReport } from '../../../../hub/model/reports.ts';
import type { ClusterRecord } from '../../../../hub/model/registry.ts';
import { statusTable } from '../../../../hub/status/table.ts';
import { digestOf } from '../../../../shared/lib/canonical.ts';
import { statusExit, statusView } from '../../../../hub/status/view.ts';
import type { ReportCondition } from '../../../../shared/wire/report.ts';
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

const app = bundleApp('web');
const bundle = published('a', [app]);
const healthy = settledApp(app);
const mark = reportOf(bundle, []).accepted!;
const condition = (type: ReportCondition['type'], message: string): ReportCondition => ({
  type,
  status: 'True',
  reason: type,
  message,
  since: '2026-03-01T11:00:00.000Z',
});

const agentFaultOf = (message: string): ReportCondition => ({
  ...condition('Ready', message),
  status: 'False',
  reason: 'AgentFault',
});

function verdict(report: ReceivedReport | null, record: Partial<ClusterRecord> = {}) {
  const state = stateOf([enrolledCluster('a', record)], [bundle]);
  const reports = new Map(report === null ? [] : [['a', report]]);
  const view = statusView({ state, reports, now, heartbeat });
  const [row] = view.applications;
  return { health: row?.health, message: row?.message, applied: row?.applied, exit: statusExit(view) };
}

describe('the verdict on an application', () => {
  it.each([
    ['nobody joined yet', null, { agentKey: null }, 'Unknown', 'the agent has not joined yet', 11],
    ['no report yet', null, {}, 'Unknown', 'no report yet', 11],
    ['a cluster without reports', null, { reports: false }, 'Unknown', 'joined without reports', 0],
    [
      'a revoked cluster',
      received(reportOf(bundle, [healthy])),
      { revoked: true },
      'Stale',
      'the registration is revoked',
      11,
    ],
    ['as wanted', received(reportOf(bundle, [healthy])), {}, 'Healthy', 'Ready:1/1', 0],
    [
      'three heartbeats and a bit ago',
      received(reportOf(bundle, [healthy]), 181),
      {},
      'Stale',
      'no report in time: Ready:1/1',
      11,
    ],
    ['three heartbeats ago exactly', received(reportOf(bundle, [healthy]), 180), {}, 'Healthy', 'Ready:1/1', 0],
    [
      'an older generation that was healthy',
      received(reportOf(bundle, [healthy], { accepted: { ...mark, generation: 6 } })),
      {},
      'Progressing',
      'a has 6, waits for generation 7',
      0,
    ],
    [
      'a later generation',
      received(reportOf(bundle, [healthy], { accepted: { ...mark, generation: 8 } })),
      {},
      'Healthy',
      'Ready:1/1',
      0,
    ],
    [
      'a report that has no room for it',
      received(reportOf(bundle, [])),
      {},
      'Unknown',
      'a does not report it: its report has no room for more applications',
      11,
    ],
    [
      'a higher generation of another epoch',
      received(reportOf(bundle, [healthy], { accepted: { ...mark, epoch: 2, generation: 9 } })),
      {},
      'Progressing',
      'a has 9, waits for generation 7',
      0,
    ],
    [
      'an older generation that is broken',
      received(
        reportOf(bundle, [settledApp(app, { health: 'Degraded', message: 'no pods' })], {
          accepted: { ...mark, generation: 6 },
        }),
      ),
      {},
      'Degraded',
      'a has 6, waits for generation 7: no pods',
      10,
    ],
    [
      'nothing accepted',
      received(reportOf(bundle, [], { accepted: null })),
      {},
      'Progressing',
      'a has none yet, waits for generation 7',
      0,
    ],
    [
      'a green that is not of this digest',
      received(reportOf(bundle, [settledApp(app, { applied: bundleApp('other').digest, phase: 'shift' })])),
      {},
      'Progressing',
      'Ready:1/1 moving traffic',
      0,
    ],
    [
      'something that is not there yet',
      received(
        reportOf(bundle, [
          settledApp(app, {
            applied: null,
            phase: 'scale-up',
            health: 'Progressing',
            message: 'Ready:1/2 ConfigMap/a: not there',
          }),
        ]),
      ),
      {},
      'Progressing',
      'Ready:1/2 adding what is new: ConfigMap/a: not there',
      0,
    ],
    [
      'skipped by its labels',
      received(
        reportOf(bundle, [
          settledApp(app, { applied: null, phase: 'skipped', health: 'Held', message: 'skipped: tier is not edge' }),
        ]),
      ),
      {},
      'Held',
      'skipped: tier is not edge',
      0,
    ],
    [
      'blocked on the way',
      received(
        reportOf(bundle, [settledApp(app, { applied: null, phase: 'blocked', health: 'Degraded', message: 'no' })]),
      ),
      {},
      'Degraded',
      'blocked: no',
      10,
    ],
    [
      'held by the site',
      received(
        reportOf(bundle, [settledApp(app, { applied: null, phase: 'held', health: 'Held', message: 'until May' })]),
      ),
      {},
      'Held',
      'held: until May',
      0,
    ],
    [
      'an agent that cannot go on, while it waits for a generation, too',
      received(
        reportOf(bundle, [healthy], { accepted: { ...mark, generation: 6 }, conditions: [agentFaultOf('quota')] }),
      ),
      {},
      'Degraded',
      'AgentFault: quota',
      10,
    ],
    [
      'a forked channel, whatever the application says',
      received(reportOf(bundle, [healthy], { conditions: [condition('Forked', 'two bundles of one generation')] })),
      {},
      'Degraded',
      'Forked: two bundles of one generation',
      10,
    ],
    [
      'a stale site',
      received(reportOf(bundle, [healthy], { conditions: [condition('Stale', 'no fresh word since May')] })),
      {},
      'Stale',
      'Stale: no fresh word since May',
      11,
    ],
  ] as const)('%s', (_, report, record, health, message, exit) => {
    expect(verdict(report, record)).toMatchObject({ health, message, exit });
  });

  it('names the fault of an agent with its cluster, and no other Ready', () => {
    const conditions = (report: ReceivedReport) =>
      statusView({
        state: stateOf([enrolledCluster('a')], [bundle]),
        reports: new Map([['a', report]]),
        now,
        heartbeat,
      }).clusters[0]?.conditions;
    expect(conditions(received(reportOf(bundle, [], { conditions: [agentFaultOf('quota')] })))).toMatchObject([
      { type: 'AgentFault', message: 'quota' },
    ]);
    const working = { ...agentFaultOf(''), reason: 'Working' };
    expect(conditions(received(reportOf(bundle, [], { conditions: [working] })))).toEqual([]);
  });

  it('counts as applied only with epoch, generation and both digests', () => {
    expect(verdict(received(reportOf(bundle, [healthy]))).applied).toBe(true);
    expect(verdict(received(reportOf(bundle, [settledApp(app, { desired: null })]))).applied).toBe(false);
    expect(verdict(received(reportOf(bundle, [healthy], { accepted: null }))).applied).toBe(false);
  });

  it('shows nothing of a bundle that was for an earlier registration', () => {
    const state = stateOf([enrolledCluster('a', { registration: '00000000-0000-4000-8000-00000000000f' })], [bundle]);
    expect(statusView({ state, reports: new Map(), now, heartbeat }).applications).toEqual([]);
  });

  it('keeps showing an application that the agent still takes away', () => {
    const state = stateOf([enrolledCluster('a')], [published('a', [])]);
    const leaving = settledApp(app, { desired: null, phase: 'delete', message: '2 objects left' });
    const report = received(reportOf(published('a', []), [leaving]));
    const view = statusView({ state, reports: new Map([['a', report]]), now, heartbeat });
    expect(view.applications[0]).toMatchObject({ health: 'Progressing', message: 'being removed: 2 objects left' });
  });

  it('is degraded while an error or a guarded change waits for somebody', () => {
    const problems = [{ code: 'RENDER_FAILED', message: 'no', severity: 'error' }] as const;
    const facts = { reports: new Map(), now, heartbeat };
    expect(statusExit(statusView({ ...facts, state: stateOf([], [], { problems }) }))).toBe(10);
    const warning = [{ code: 'UNSUPPORTED', message: 'no', severity: 'warning' }] as const;
    expect(statusExit(statusView({ ...facts, state: stateOf([], [], { problems: warning }) }))).toBe(0);
  });

  it('is degraded while deletions wait for the limit', () => {
    const conditions = [condition('DeleteLimited', 'the limit of deletions is reached')];
    const reports = new Map([['a', received(reportOf(bundle, [healthy], { conditions }))]]);
    const view = statusView({ state: stateOf([enrolledCluster('a')], [bundle]), reports, now, heartbeat });
    expect([view.applications[0]?.health, statusExit(view)]).toEqual(['Healthy', 10]);
  });

  it.each([
    ['a cluster whose agent has not come', stateOf([enrolledCluster('a', { agentKey: null })]), 11],
    ['a cluster that never reports', stateOf([enrolledCluster('a', { agentKey: null, reports: false })]), 0],
    ['a hub that has not read its repository', stateOf([], [], { source: null }), 11],
    ['nothing at all', stateOf([]), 0],
  ])('is not known with %s', (_, state, exit) => {
    expect(statusExit(statusView({ state, reports: new Map(), now, heartbeat }))).toBe(exit);
  });

  it.each([
    [{ app: 'nope' }, 'there is no application nope'],
    [{ app: 'other/app' }, 'there is no application other/app'],
    [{ cluster: 'nope' }, 'there is no cluster nope'],
  ])('refuses a name that the hub has never heard of: %j', (filter, message) => {
    const state = stateOf([enrolledCluster('a')], [bundle]);
    expect(() => statusView({ state, reports: new Map(), now, heartbeat }, filter)).toThrow(message);
  });

  const fleetChange = {
    change: digestOf('a change of the fleet'),
    code: 'MASS_DELETE',
    cluster: null,
    app: null,
    generation: 8,
    since: '2026-03-01T11:00:00.000Z',
  } as const;

  it('shows a hold and a guarded change once each', () => {
    const change = {
      change: digestOf('a change'),
      code: 'MASS_DELETE',
      cluster: 'a',
      app: 'default/old',
      generation: 8,
      ids: ['/ConfigMap/default/x'],
      since: '2026-03-01T11:00:00.000Z',
    } as const;
    const told = {
      code: 'MASS_DELETE',
      severity: 'error',
      message: '1 objects would be deleted: x',
      app: 'default/old',
      cluster: 'a',
      hint: `sluice-hub approve ${change.change}`,
    } as const;
    const since = '2026-03-01T11:59:00.000Z';
    const holds = [
      { app: 'default/old', cluster: 'a', by: 'guard', reason: told.message, since: change.since, change },
      { app: null, cluster: null, by: 'intake', reason: 'the config repository was not read yet', since },
    ] as const;
    const state = stateOf([enrolledCluster('a')], [bundle], { guarded: [change], problems: [told] });
    const view = statusView({ state, reports: new Map(), holds, now, heartbeat });
    const table = statusTable(view, { columns: 120, color: false, wide: false, where: '--data here' });
    expect(table.match(/MASS_DELETE/g)).toHaveLength(1);
    expect(table).toContain(`sluice-hub approve ${change.change.slice(7, 19)} --data here\n`);
    expect(table).toContain('held everything for 60s: the config repository was not read yet');
    expect(view.holds.map(({ by }) => by)).toEqual(['guard', 'intake']);
  });

  it('says of a change of the whole fleet which applications would leave which clusters', () => {
    const ids = ['default/old on a', 'default/old on b'];
    const guarded = [{ ...fleetChange, ids }];
    const state = stateOf([enrolledCluster('a')], [bundle], { guarded });
    const view = statusView({ state, reports: new Map(), holds: [], now, heartbeat });
    const table = statusTable(view, { columns: 120, color: false, wide: false, where: '' });
    expect(table).toContain('guarded[MASS_DELETE] the repository: would delete 2 applications\n    default/old on a\n');
  });
});
