import { describe, expect, it } from 'vitest';
import type { HealthVerdict } from '../../../../hub/model/health.ts';
import { heldBefore, targetOf, unitsFrom } from '../../../../hub/deliver/facts.ts';
import { applicationOf } from '../../../../hub/model/assignments.ts';
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
const bundle = published('a', [web]);
const assignment = { unit: 'default/web', revision: 'web-v2', cluster: 'a', selector: {}, notes: [] };
const facts = {
  state: stateOf([enrolledCluster('a')], [bundle]),
  targets: [{ name: 'a', labels: { env: 'prod' }, capabilities: null }],
  reports: new Map([
    ['a', { report: reportOf(bundle, [settledApp(web)]), receivedAt: now, since: { 'default/web': 5 } }],
  ]),
  held: new Map<string, string>(),
  judged: () => undefined,
  listening: { now, since: now - 3_600_000 },
};

describe('unitsFrom', () => {
  it('tells what is published and reported of a unit', () => {
    const [unit] = unitsFrom(facts, [assignment]);
    expect(unit).toMatchObject({
      key: 'a',
      labels: { env: 'prod' },
      published: { content: 'web-v1', digest: web.digest, generation: 7 },
      report: { applied: web.digest, health: 'Healthy', healthSince: 5, accepted: 7, siteHold: null },
    });
  });

  it('has not joined where its cluster was shut out: what joins waits for no slot of its', () => {
    const revoked = { ...enrolledCluster('a'), revoked: true };
    const [unit] = unitsFrom({ ...facts, state: stateOf([revoked], []) }, [assignment]);
    expect(unit).toMatchObject({ published: null, joinedAt: Infinity });
  });

  it('is as well as its definitions say', () => {
    const verdict: HealthVerdict = {
      ...{ digest: web.digest, unhealthySince: now - 900_000, since: now - 900_000 },
      checked: [{ component: 'web', health: 'unhealthy', message: 'no leader', details: {} }],
    };
    const [unit] = unitsFrom({ ...facts, judged: () => verdict }, [assignment]);
    expect(unit?.report).toMatchObject({ health: 'Degraded', message: expect.stringContaining('no leader') as string });
  });

  it('is one unit for several revisions on a cluster, and another one in a namespace', () => {
    const units = unitsFrom(facts, [
      assignment,
      { ...assignment, revision: 'web-v1' },
      { ...assignment, unit: 'default/web@eu' },
    ]);
    expect(units.map(({ key, target }) => [key, target])).toEqual([
      ['a', null],
      ['a@eu', 'eu'],
    ]);
    expect(units[1]).toMatchObject({ published: null, report: { applied: null } });
  });

  it('is the very same until its agent reports', () => {
    const before = unitsFrom(facts, [assignment])[0];
    expect(unitsFrom({ ...facts }, [assignment])[0]).toBe(before);
    const reports = new Map([['a', { report: reportOf(bundle, [settledApp(web)]), receivedAt: now + 1 }]]);
    expect(unitsFrom({ ...facts, reports }, [assignment])[0]?.report).toMatchObject({ receivedAt: now + 1 });
  });

  it.each<[rule: string, objects: typeof web.objects, waiting: readonly string[] | undefined]>([
    ['that have no objects yet', [{ id: 'a', path: 'a', digest: web.digest, bytes: 1, component: 'db' }], ['web']],
    [
      'of which all have objects',
      ['db', 'web'].map((component) => ({ id: component, path: component, digest: web.digest, bytes: 1, component })),
      undefined,
    ],
  ])('tells the components %s', (_, objects, waiting) => {
    const apps = [{ ...web, objects, dependsOn: { web: ['db'] } }];
    const state = stateOf([enrolledCluster('a')], [{ ...bundle, revision: { ...bundle.revision, apps } }]);
    const [unit] = unitsFrom({ ...facts, state }, [assignment]);
    expect(unit?.published?.waiting).toEqual(waiting);
  });

  it('knows nothing of a registration that the cluster has no more', () => {
    const state = stateOf([enrolledCluster('a', { registration: 'another' })], [bundle]);
    expect(unitsFrom({ ...facts, state }, [assignment])).toMatchObject([{ published: null, report: null }]);
  });

  it.each([
    [{ app: 'default/web', cluster: 'a', by: 'guard' as const }, 'why'],
    [{ app: null, cluster: 'a', by: 'plan' as const }, 'why'],
    [{ app: 'default/web', cluster: null, by: 'placement' as const }, 'why'],
    [{ app: 'default/web', cluster: 'a', by: 'delivery' as const }, null],
    [{ app: 'default/web', cluster: 'a', by: 'capability' as const }, null],
    [{ app: 'default/api', cluster: 'a', by: 'guard' as const }, null],
  ])('is held by %j: %s', (hold, expected) => {
    const held = heldBefore([{ ...hold, reason: 'why' }]);
    expect(unitsFrom({ ...facts, held }, [assignment])[0]?.hold).toBe(expected);
    expect(unitsFrom({ ...facts, held }, [{ ...assignment, unit: 'default/web@eu' }])[0]?.hold ?? null).toBe(
      hold.app === 'default/web' || hold.app === null ? expected : null,
    );
  });

  it('takes the name of a unit apart', () => {
    expect([applicationOf('shop/web@eu'), targetOf('shop/web@eu'), targetOf('shop/web')]).toEqual([
      'shop/web',
      'eu',
      null,
    ]);
  });
});
