import { describe, expect, it } from 'vitest';
import { createFleetHealth } from '../../../../hub/status/fleet-health.ts';
import type { StatusFacts } from '../../../../hub/status/facts.ts';
import { summing } from '../../../../hub/status/summary-view.ts';
import { statusTable, summaryTable } from '../../../../hub/status/table.ts';
import { statusExit, statusView } from '../../../../hub/status/view.ts';
import type { AppHealth } from '../../../../shared/model/health.ts';
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

const apps = [bundleApp('web'), bundleApp('shop')];
const names = Array.from({ length: 60 }, (_, index) => `c${String(index).padStart(2, '0')}`);
const healths: readonly AppHealth[] = ['Healthy', 'Degraded', 'Healthy', 'Progressing', 'Held'];
const hold = (cluster: string) =>
  ({
    app: 'default/web',
    cluster,
    by: 'delivery',
    reason: 'web#2 has not reached it yet',
    since: '2026-03-01T11:58:00.000Z',
  }) as const;
const condition = {
  type: 'DeleteLimited',
  status: 'True',
  reason: 'Limit',
  message: 'more than a day allows',
  since: '',
} as const;

/** A fleet in which every other thing happens. */
function factsOf(more: Partial<StatusFacts> = {}): StatusFacts {
  const bundles = names.map((name) => published(name, apps));
  const reports = bundles.map((bundle, index) => {
    const [web, shop] = apps.map((app, at) =>
      settledApp(app, { health: healths[(index + at) % healths.length] as AppHealth }),
    );
    const survivors = index % 20 === 1 ? ['/ConfigMap/default/a'] : [];
    const facts = {
      conditions: index % 20 === 2 ? [condition] : [],
      retired: { settled: [], survivors, unexplained: index % 20 === 3 ? ['/ConfigMap/default/b'] : [] },
    };
    return [bundle.cluster, received(reportOf(bundle, [web!, shop!], facts))] as const;
  });
  const records = names.map((name, index) => enrolledCluster(name, { revoked: index === 7, reports: index !== 8 }));
  return {
    state: stateOf(records, bundles),
    holds: names.map(hold),
    reports: new Map(reports),
    now,
    heartbeat,
    ...more,
  };
}

function summaryOf(facts: StatusFacts) {
  const health = createFleetHealth();
  atOnce(health.look(facts));
  return atOnce(summing(facts, health));
}

const facts = factsOf();
const quiet = factsOf({ reports: new Map([...facts.reports].slice(0, 1)) });
const style = { columns: 100, color: false, wide: false };

describe('the summary of a fleet', () => {
  it.each([
    ['in which much happens', facts],
    ['that is not heard of', quiet],
    ['whose reports are old', factsOf({ now: now + 10 * heartbeat })],
    ['without clusters', factsOf({ state: stateOf([]), holds: [] })],
  ])('%s is written as its rows would be, and ends as they would', (_, given) => {
    const view = statusView(given);
    const summary = summaryOf(given);
    expect(summary.summary).toEqual(view.summary);
    expect(summary.exit).toBe(statusExit(view));
    if (view.summary.rows > 50) expect(summaryTable(summary, style)).toBe(statusTable(view, style));
  });

  it('names some of what is very much, and says how much more there is', () => {
    const condition = { type: 'Held', status: 'True', reason: 'Site', message: 'a window', since: '' } as const;
    const reports = [...facts.reports].map(
      ([name, { report, ...rest }]) => [name, { ...rest, report: { ...report, conditions: [condition] } }] as const,
    );
    const { rows, moreRows, clusters, moreClusters, holds } = summaryOf(factsOf({ reports: new Map(reports) }));
    expect([rows.length, moreRows > 0, clusters.length, moreClusters]).toEqual([50, true, 50, 10]);
    expect(holds).toEqual([
      {
        ...{ application: 'default/web', reason: 'web#2 has not reached it yet', since: '2026-03-01T11:58:00.000Z' },
        ...{ clusters: ['c00', 'c01', 'c02'], count: 60 },
      },
    ]);
  });
});
