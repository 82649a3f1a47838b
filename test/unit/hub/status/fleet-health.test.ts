import { describe, expect, it } from 'vitest';
import type { HealthVerdict } from '../../../../hub/model/health.ts';
import { createFleetHealth, type FleetHealth } from '../../../../hub/status/fleet-health.ts';
import type { StatusFacts } from '../../../../hub/status/facts.ts';
import { statusView } from '../../../../hub/status/view.ts';
import { summariesFrom, summariesOf } from '../../../../hub/status/summary.ts';
import type { BundleApp } from '../../../../shared/wire/revision.ts';
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

const observed = bundleApp('web', { observe: [{ id: '/ConfigMap/default/web', fields: ['/data'] }] });
const shop = bundleApp('shop');
const withApps = (name: string, apps: readonly BundleApp[]) => {
  const bundle = published(name, [shop]);
  return { ...bundle, revision: { ...bundle.revision, apps } };
};
const [a, b] = [withApps('a', [observed, shop]), withApps('b', [shop])];
const records = ['a', 'b', 'c'].map((name) => enrolledCluster(name));

function factsOf(more: Partial<StatusFacts> = {}): StatusFacts {
  return {
    state: stateOf(records, [a, b]),
    reports: new Map([
      ['a', received(reportOf(a, [settledApp(observed), settledApp(shop)]))],
      ['b', received(reportOf(b, [settledApp(shop)]))],
    ]),
    now,
    heartbeat,
    ...more,
  };
}
const first = factsOf();

/** What looking at a fleet costs, in units of a slice. */
const costOf = (health: FleetHealth, facts: StatusFacts): number =>
  [...health.look(facts)].reduce((sum, units) => sum + units, 0);

describe('the health of a fleet, kept', () => {
  const verdict: HealthVerdict = {
    ...{ digest: observed.digest, unhealthySince: now, since: null },
    checked: [{ component: 'web', health: 'unhealthy', message: '', details: {} }],
  };
  const { reports } = first;
  const bad = received(reportOf(b, [settledApp(shop, { health: 'Degraded' })]));
  const held = { type: 'Forked', status: 'True', reason: 'Forked', message: '', since: '' } as const;
  const steps: readonly (readonly [what: string, facts: StatusFacts])[] = [
    ['nothing changed', first],
    ['an application is worse', { ...first, reports: new Map([...reports, ['b', bad]]) }],
    [
      'a site has a condition',
      {
        ...first,
        reports: new Map([...reports, ['b', received(reportOf(b, [settledApp(shop)], { conditions: [held] }))]]),
      },
    ],
    ['reports are old', { ...first, now: now + 10 * heartbeat }],
    ['definitions say no', { ...first, judged: (app) => (app === 'default/web' ? verdict : undefined) }],
    [
      'they have said no for too long',
      {
        ...first,
        now: now + 600_000,
        reports: new Map([...reports].map(([name, one]) => [name, { ...one, receivedAt: now + 600_000 }])),
        judged: (app) => (app === 'default/web' ? verdict : undefined),
      },
    ],
    ['another bundle was published', { ...first, state: stateOf(records, [a, withApps('b', [shop, observed])]) }],
    [
      'a registration was revoked',
      { ...first, state: stateOf([...records.slice(0, 2), enrolledCluster('b', { revoked: true })], [a, b]) },
    ],
    ['a cluster is gone', { ...first, state: stateOf(records.slice(1), [b]) }],
  ];

  it.each(steps)('is what rows say once %s', (_, facts) => {
    const health = createFleetHealth();
    atOnce(health.look(first));
    for (const next of [facts, first, facts]) {
      atOnce(health.look(next));
      expect(summariesFrom(health.counts)).toEqual(summariesOf(statusView(next).applications));
    }
  });

  it('costs what changed', () => {
    const health = createFleetHealth();
    const all = costOf(health, first);
    expect(costOf(health, first)).toBeLessThan(all / 5);
    const again = new Map(
      [...reports].map(([name, { report, receivedAt }]) => [
        name,
        { report: { ...report, sequence: 9 }, receivedAt: receivedAt + 1 },
      ]),
    );
    expect(costOf(health, { ...first, reports: again })).toBeLessThan(all / 5);
    const one = costOf(health, { ...first, reports: new Map([...again, ['b', bad]]) });
    expect([one > all / 5, one < all]).toEqual([true, true]);
  });
});
