import { describe, expect, it } from 'vitest';
import { statusView } from '../../../../hub/status/view.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import { changeOf, withChange } from '../../../../shared/wire/report-change.ts';
import type { AgentReport } from '../../../../shared/wire/report.ts';
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

const [web, shop] = [bundleApp('web'), bundleApp('shop')];
const bundle = published('prod', [web, shop]);
const issuedAt = '2026-03-01T11:59:58.000Z';
const report: AgentReport = {
  ...reportOf(bundle, [
    settledApp(web, { observedAt: undefined, traffic: [{ revision: 'web-v1', weight: 100 }] }),
    settledApp(shop, {
      ...{ observedAt: undefined, applied: null, phase: 'ready', health: 'Degraded', message: 'Ready:0/1' },
      problems: [{ id: '/ConfigMap/default/shop', code: 'OBJECT_REJECTED', message: 'denied' }],
    }),
    settledApp(bundleApp('left'), { observedAt: undefined, desired: null, phase: 'delete', health: 'Progressing' }),
  ]),
  ...{ issuedAt, settled: false, sequence: 9 },
  conditions: [{ type: 'Held', status: 'True', reason: 'Site', message: 'night', since: issuedAt }],
  retired: {
    ...{ settled: [], survivors: ['/Secret/default/old'], unexplained: ['/Secret/default/other'] },
    reasons: [{ id: '/Secret/default/old', code: 'KEPT', message: 'a finalizer' }],
  },
};
const inFormat = (format: number) => formats.report.decode(formats.report.encode({ ...report, format }));
const viewOf = (of: AgentReport) =>
  statusView({
    state: stateOf([enrolledCluster('prod')], [bundle]),
    reports: new Map([['prod', received(of)]]),
    ...{ holds: [], now, heartbeat },
  });

describe('the status', () => {
  it('is the same of a report of either format', () => {
    const view = viewOf(inFormat(1));
    expect(view.applications.map(({ application, health }) => `${application} ${health}`)).toEqual([
      'default/left Progressing',
      'default/shop Degraded',
      'default/web Healthy',
    ]);
    expect(view.applications.map(({ observedAt }) => observedAt)).toEqual([issuedAt, issuedAt, issuedAt]);
    expect(viewOf(inFormat(2))).toEqual(view);
  });

  it('is the same of a change', () => {
    const before = { ...reportOf(bundle, [settledApp(web), settledApp(shop)]), format: 2, sequence: 8 };
    const change = changeOf(before, inFormat(2))!;
    const read = formats.reportChange.decode(formats.reportChange.encode(change));
    expect(viewOf({ ...withChange(before, read), issuedAt })).toEqual(viewOf(inFormat(2)));
  });
});
