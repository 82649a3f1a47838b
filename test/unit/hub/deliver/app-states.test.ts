import { describe, expect, it } from 'vitest';
import { appStates } from '../../../../hub/deliver/app-states.ts';
import type { Assignment } from '../../../../hub/model/rendered.ts';
import type { Deliveries } from '../../../../hub/model/delivery.ts';
import type { ReportApp } from '../../../../shared/wire/report.ts';
import { deliveryOf } from '../../../fixtures/hub/deliveries.ts';
import {
  bundleApp,
  enrolledCluster,
  now,
  published,
  reportOf,
  settledApp,
  stateOf,
} from '../../../fixtures/hub/status.ts';

const web = bundleApp('web');

function states(said: Partial<ReportApp> | null, deliveries: Deliveries = new Map()) {
  const bundle = published('a', [web]);
  const report =
    said === null ? [] : [['a', { report: reportOf(bundle, [settledApp(web, said)]), receivedAt: now }] as const];
  const placed: Assignment = { unit: 'default/web', revision: 'web-v1', cluster: 'a', selector: {}, notes: [] };
  const facts = {
    state: stateOf([enrolledCluster('a')], [bundle]),
    targets: [{ name: 'a', labels: {}, capabilities: null }],
    reports: new Map(report),
    held: new Map<string, string>(),
    judged: () => undefined,
    listening: { now, since: 0 },
  };
  return appStates(facts, { byApp: new Map([['default/web', [placed]]]), deliveries });
}

describe('where an application stands', () => {
  it('is nowhere without documents', () => {
    expect(states({})('default/other')).toBeNull();
  });

  it.each<[string, Partial<ReportApp> | null, string]>([
    ['is done, applied and healthy', {}, ''],
    ['is not done before a report', null, 'it is not applied yet on a'],
    ['is not done while it is not healthy', { health: 'Progressing' }, 'it is Progressing on a'],
    ['is not done with another content', { applied: null }, 'it is Healthy on a'],
  ])('%s', (_, said, waits) => {
    expect(states(said)('default/web')).toEqual({ waits });
  });

  it('is not done while its delivery runs', () => {
    const record = deliveryOf('default/web', 4);
    expect(states({}, new Map([['default/web', record]]))('default/web')).toEqual({
      waits: 'its delivery web#4 is running',
    });
  });
});
