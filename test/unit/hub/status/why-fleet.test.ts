import { describe, expect, it } from 'vitest';
import type { Hold } from '../../../../hub/model/hold.ts';
import type { StatusFacts } from '../../../../hub/status/facts.ts';
import { askingWhy, type WhyQuery } from '../../../../hub/status/why-fleet.ts';
import { atOnce } from '../../../../shared/lib/slices.ts';
import { seen } from '../../../fixtures/hub/ledger.ts';
import { turnsOf } from '../../../fixtures/loop.ts';
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

const web = bundleApp('web');
const away = bundleApp('web', { target: 'green' });
const names = ['a', 'b', 'c', 'd'];
const bundles = names.slice(0, 3).map((name) => {
  const bundle = published(name, [web, bundleApp('api')]);
  return name === 'c' ? { ...bundle, revision: { ...bundle.revision, apps: [web, away] } } : bundle;
});
const reports = new Map(
  bundles.map((bundle) => {
    const said = bundle.revision.apps.map((app) =>
      settledApp(app, app.target === undefined ? {} : { target: app.target }),
    );
    return [bundle.cluster, received(reportOf(bundle, said), bundle.cluster === 'b' ? 3_600 : 2)];
  }),
);
const hold: Hold = {
  ...{ app: 'default/web', cluster: 'd', by: 'limit', reason: 'too large', since: '2026-03-01T11:58:00.000Z' },
};
const facts: StatusFacts = {
  state: stateOf(
    names.map((name) => enrolledCluster(name)),
    bundles,
    { documents: [seen('default/web')] },
  ),
  holds: [hold],
  reports,
  now,
  heartbeat,
};
const ask = (query: Partial<WhyQuery> = {}, given = facts) =>
  atOnce(askingWhy(given, { app: 'default/web', cluster: null, rollout: null, ...query }));

describe('why of a fleet', () => {
  it('tells clusters together that stop alike, in the order of the chain', () => {
    const { well, stops, chains } = ask();
    expect([well, chains]).toEqual([['a', 'c'], []]);
    expect(stops.map(({ link, clusters }) => [link, clusters])).toEqual([
      ['hold', ['d']],
      ['fetched', ['b']],
    ]);
  });

  it('has a chain for each namespace that it goes to on the cluster that was asked for', () => {
    const { chains } = ask({ cluster: 'c' });
    expect(chains.map(({ application, stop }) => [application, stop])).toEqual([
      ['default/web', null],
      ['default/web@green', null],
    ]);
  });

  it('says of what no cluster has where it stops all the same', () => {
    const { well, stops } = ask({ app: 'default/other' });
    expect([well, stops.map(({ link, clusters }) => [link, clusters])]).toEqual([[], [['source', []]]]);
  });

  it('lets others have their turn in a large fleet', async () => {
    const many = Array.from({ length: 2_000 }, (_, index) => published(`c${index}`, [web]));
    const state = stateOf(
      many.map(({ cluster }) => enrolledCluster(cluster)),
      many,
    );
    const query = { app: 'default/web', cluster: null, rollout: null };
    expect(await turnsOf(askingWhy({ ...facts, state }, query))).toBeGreaterThan(2);
  });
});
