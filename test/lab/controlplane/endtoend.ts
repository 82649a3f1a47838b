import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildBundles } from '../../config/bundle.ts';
import { startWorld, type World } from '../demo/world.ts';
import { canContain } from '../../integration/charts/container.ts';
import { processFact } from '../../integration/charts/fleet.ts';
import { helmBinary } from '../../integration/charts/helm.ts';
import { canNetwork } from '../../integration/charts/network.ts';
import { handsOf } from '../../integration/scenarios/hands.ts';
import type { Binaries } from './binaries.ts';
import { allKinds, oneOfEach } from './kinds.ts';
import {
  confidential,
  deployedEverywhere,
  elsewhere,
  settings,
  shop,
  shopDeployment,
  type Listed,
} from './endtoend.documents.ts';
import {
  identities,
  isShopAt,
  map,
  replicasOf,
  route,
  rowOf,
  service,
  untilMidway,
  watchTraffic,
  web,
  weightsOf,
} from './endtoend.facts.ts';
import { namespace, startSite, type Site } from './release.ts';
import { judgeRights, type Profile } from './profiles.ts';
import { sendOk } from './client.ts';
import { waitFor } from './wait.ts';

/** A cluster to join: the profile of its agent, as values that an upgrade adds to the printed line, and its labels. */
export interface Member {
  readonly name: string;
  readonly profile: Profile;
}

export const canRunReleases = canContain && canNetwork && helmBinary !== null;

/**
 * Registers the three journeys on real API servers: a hub as a process, agents that run with exactly what the release of the
 * printed `helm install` created, and a bad day with everything that issue-writers fear; last, the rights that all of it took.
 */
export function describeJourneys(members: readonly Member[], binaries: Binaries): void {
  let folder: string;
  let world: World;
  let sites: readonly Site[];
  const lines = new Map<string, string>();
  const ends: (() => unknown)[] = [];
  let settled = 0;

  const onEach = <T>(run: (site: Site, member: Member) => Promise<T>): Promise<T[]> =>
    Promise.all(sites.map((site, index) => run(site, members[index]!)));
  const push = (files: Readonly<Record<string, string | null>>, message: string) => world.config.push(files, message);
  const untilShop = (what: string, listed: readonly Listed[]) =>
    world.untilStatus(what, isShopAt(listed, sites.length), 60_000);
  /** Pushes a new value of the ConfigMap `settings`. */
  const pushSettings = async (): Promise<string> => {
    settled += 1;
    await push({ 'settings.yaml': settings(settled) }, `settings ${settled}`);
    return String(settled);
  };
  /** Waits until the value is live and reported everywhere. */
  const untilSettings = async (value: string): Promise<void> => {
    await onEach(({ view }) => view.until(map('settings'), `at ${value}`, (object) => valueOf(object) === value));
    await world.untilStatus(`settings ${value} to be applied everywhere`, (status) =>
      sites.every(({ name }) => {
        const row = rowOf(status, 'default/settings', name);
        return (
          row?.applied === true && row.revisions[0]?.name !== undefined && row.acceptedGeneration === row.generation
        );
      }),
    );
  };
  /** Everything that runs is what it was, pod by pod. */
  const untouched = async (during: () => Promise<unknown>): Promise<void> => {
    const before = await onEach(identities);
    await during();
    expect(await onEach(identities)).toEqual(before);
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-endtoend-'));
    ends.push(() => rm(folder, { recursive: true, force: true }));
    await chmod(folder, 0o755);
    const dist = join(folder, 'dist');
    await buildBundles(dist);
    world = await startWorld({ folder });
    ends.push(() => world.stop());
    const hubPort = Number(new URL(world.hubUrl).port);
    sites = await Promise.all(members.map(({ name }) => startSite({ name, binaries, folder, dist, ports: [hubPort] })));
    ends.push(() => onEach((site) => site.close()));
    await push({ 'README.md': '# two clusters\n' }, 'begin');
  });
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });

  it('join: the line that the hub prints, as printed, installs the agent; its pod meets Pod Security `restricted`', async () => {
    await onEach(async ({ name, shell, cluster, list }, { profile }) => {
      const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
      const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } };
      await sendOk(cluster.admin, { method: 'POST', path: '/api/v1/namespaces', body });
      const given = Object.entries({ env: 'prod', ...profile.labels }).map(([key, value]) => `${key}=${value}`);
      const file = join(folder, `${name}.join`);
      const joined = await world.run('cluster', 'join', name, '--labels', given.join(','), '--out', file);
      expect(joined.stderr).toBe('');
      const line = joined.stdout.split('\n').find((text) => text.trim().startsWith('helm install '));
      lines.set(name, line!.trim());
      const installed = await shell(line!);
      expect(installed).toMatchObject({ status: 0, stderr: '' });
      expect(installed.stdout).toContain(`The Sluice agent is installed in namespace ${namespace}`);
      await waitFor(`a pod on ${name}`, async () => {
        const pods = await list(`/api/v1/namespaces/${namespace}/pods`);
        return pods.length > 0 ? pods : undefined;
      });
    });
  });

  it('join: with the profile that each cluster wants, all are in status', async () => {
    await onEach(async ({ helm, start }, { profile }) => {
      if (profile.values.length > 0) {
        expect(await helm('upgrade', '--reuse-values', ...profile.values)).toMatchObject({ status: 0, stderr: '' });
      }
      await start();
    });
    const { clusters } = await world.untilStatus('all clusters to be joined', ({ clusters }) =>
      // What a cluster offers is in force with the pass after its report.
      clusters.every((one) => one.state === 'joined' && one.kubernetes !== null && one.capabilities !== null),
    );
    expect(clusters.map(({ name }) => name).sort()).toEqual(members.map(({ name }) => name).sort());
    expect(clusters[0]).toMatchObject({
      kubernetes: 'v1.36.3',
      capabilities: expect.arrayContaining(['istio']) as unknown,
    });
  });

  it('push: one commit is healthy everywhere, with its replicas and its traffic', async () => {
    await push({ 'shop.yaml': shop('example/shop:1'), 'deploy.yaml': shopDeployment([['shop-v1', 100]]) }, 'shop 1');
    await untilShop('version 1 to be healthy', [['shop-v1', 100]]);
    await untilSettings(await pushSettings());
    await onEach(async ({ view }) => {
      expect(replicasOf(await view.get(web(1)))).toEqual({ wanted: 2, ready: 2 });
      expect(weightsOf(await view.get(route))).toEqual({ 'shop-v1': 100 });
    });
    expect((await world.run('status')).status).toBe(0);
  });

  it('push: objects of every kind that the charts allow, and a change of each', async () => {
    const files = (n: number) => ({
      'kinds.yaml': deployedEverywhere('kinds', oneOfEach(String(n)), n),
      'secret.yaml': confidential(n),
      'elsewhere.yaml': elsewhere(n),
    });
    for (const n of [1, 2]) {
      await push(files(n), `kinds ${n}`);
      await world.untilStatus(`kinds ${n} to be applied`, (status) =>
        sites.every(({ name }) => {
          const row = rowOf(status, 'default/kinds', name);
          return row?.applied === true && row.revisions.some((one) => one.name === `kinds-v${n}`);
        }),
      );
    }
    await onEach(async ({ view, get }, { profile }) => {
      for (const path of allKinds.filter((one) => !one.includes('/deployments/'))) {
        expect((await get(path)).metadata.labels).toMatchObject({ mark: '2' });
      }
      if ('wide' in profile.labels) await view.until(map('elsewhere', 'elsewhere'), 'there', () => true);
      if ('secrets' in profile.labels) await view.until('/Secret/default/confidential', 'there', () => true);
    });
  });

  it('bad day: the agent is killed in the middle of a rollout, and the next one finishes it', async () => {
    const faults = await onEach(watchTraffic);
    await push(
      { 'shop.yaml': shop('example/shop:2', '4s'), 'deploy.yaml': shopDeployment([['shop-v2', 100]]) },
      'shop 2, slow to start',
    );
    await onEach(async (site) => {
      await untilMidway(site, 1, 2);
      expect(await site.agent().stop('SIGKILL')).toBeNull();
      await site.start();
    });
    await untilShop('version 2 to be healthy', [['shop-v2', 100]]);
    await onEach(({ view }) => view.untilGone(web(1)));
    for (const found of faults) expect(await found()).toEqual([]);
  });

  it('bad day: the API server is gone for a while; nothing restarts, and what was pushed meanwhile arrives', async () => {
    await untouched(async () => {
      await onEach(async ({ cluster, excuse }) => {
        excuse.begin();
        await cluster.stopServer();
      });
      const value = await pushSettings();
      const status = await world.untilStatus('the push to be published', ({ clusters }) =>
        clusters.every(({ generation, acceptedGeneration }) => generation! > acceptedGeneration!),
      );
      for (const { name } of sites) {
        expect(rowOf(status, 'default/settings', name)).toMatchObject({ applied: false });
      }
      await onEach(async ({ cluster, excuse }) => {
        await cluster.startServer();
        excuse.end();
      });
      await untilSettings(value);
      expect(sites.every((site) => site.agent().isRunning())).toBe(true);
    });
  });

  it('bad day: the link of one cluster is cut; it repairs itself, the others go on, and status says which is which', async () => {
    const [cut, ...others] = sites as [Site, ...Site[]];
    const port = Number(new URL(world.hubUrl).port);
    await untouched(async () => {
      cut.network.cut(port);
      const value = await pushSettings();
      for (const { view } of others) {
        await view.until(map('settings'), `at ${value}`, (object) => valueOf(object) === value);
      }
      await handsOf(cut.view).edit(map('settings'), (object) => (object.data['value'] = 'edited while cut'));
      await cut.view.until(map('settings'), 'repaired', (object) => valueOf(object) === String(Number(value) - 1));
      const status = await world.untilStatus('the others to be settled', (now) =>
        others.every(({ name }) => rowOf(now, 'default/settings', name)?.applied === true),
      );
      expect(rowOf(status, 'default/settings', cut.name)).toMatchObject({ applied: false });
      cut.network.mend(port);
      await untilSettings(value);
    });
  });

  it('bad day: the hub is killed; clusters repair themselves, and a hub that starts again publishes what it missed', async () => {
    await untouched(async () => {
      await world.hub().stop('SIGKILL');
      await onEach(async ({ view }) => {
        const before = valueOf(await view.get(map('settings')));
        await handsOf(view).edit(map('settings'), (object) => (object.data['value'] = 'edited'));
        await view.until(map('settings'), 'repaired', (object) => valueOf(object) === before);
      });
      const value = await pushSettings();
      expect((await world.run('status')).status).toBe(7);
      await world.startHub();
      await untilSettings(value);
    });
  });

  it('bad day: what is deleted by hand is back', async () => {
    await onEach(async ({ view }) => {
      const hands = handsOf(view);
      const ids = [web(2), service(2), route, map('settings'), '/PersistentVolumeClaim/default/kinds'];
      const uids = await Promise.all(ids.map(async (id) => (await view.get(id))?.metadata.uid));
      await Promise.all(ids.map((id) => hands.remove(id)));
      await Promise.all(
        ids.map((id, index) =>
          view.until(id, 'back', ({ metadata }) => {
            return metadata.uid !== uids[index] && metadata['deletionTimestamp' as keyof typeof metadata] === undefined;
          }),
        ),
      );
    });
    await untilShop('version 2 to be healthy again', [['shop-v2', 100]]);
  });

  it('bad day: what is edited by hand is as it was, and the pods that were right are the same', async () => {
    await onEach(async ({ view }) => {
      const hands = handsOf(view);
      await hands.edit(web(2), ({ spec }) => (spec.replicas = 5));
      await view.until(web(2), 'scaled back', (object) => replicasOf(object).wanted === 2);
      await hands.edit(service(2), ({ spec }) => Object.assign(spec, { selector: { app: 'somebody-else' } }));
      await hands.edit(route, ({ spec }) => Object.assign(spec, { hosts: ['somebody-else.example.com'] }));
      const said = async (id: string) => JSON.stringify((await view.get(id))?.['spec']);
      for (const id of [service(2), route]) {
        await waitFor(`${id} to be as it was`, async () => ((await said(id)).includes('somebody') ? undefined : true));
      }
    });
    await untilShop('version 2 to be healthy again', [['shop-v2', 100]]);
  });

  it('bad day: a broken revision gets no traffic; the old one keeps replicas and pods, and status says why', async () => {
    await untouchedPods(async () => {
      await push(
        {
          'shop.yaml': shop('broken/shop:3'),
          'deploy.yaml': shopDeployment([['shop-v3', 100]], '3s'),
        },
        'shop 3, which cannot start',
      );
      const status = await world.untilStatus('the broken revision to be given up and explained', (now) =>
        sites.every(({ name }) => {
          const row = rowOf(now, 'default/shop', name);
          return row?.health === 'Degraded' && row.message.includes('ImagePullBackOff');
        }),
      );
      for (const { name } of sites) expect(rowOf(status, 'default/shop', name)?.message).toContain('shop-v3');
      await onEach(async ({ view }) => {
        expect(replicasOf(await view.get(web(2)))).toEqual({ wanted: 2, ready: 2 });
        expect(weightsOf(await view.get(route))['shop-v2']).toBe(100);
      });
      const said = await world.run('status');
      expect(said.status).toBe(10);
      expect(said.stdout).toContain('ImagePullBackOff');
      await push(
        { 'shop.yaml': shop('example/shop:2', '4s'), 'deploy.yaml': shopDeployment([['shop-v2', 100]]) },
        'back to shop 2',
      );
      await untilShop('version 2 alone', [['shop-v2', 100]]);
      await onEach(({ view }) => view.untilGone(web(3)));
    });
  });

  it('bad day: the release is uninstalled and installed again; nothing restarts, and the agent adopts what is its own', async () => {
    await untouched(async () => {
      await onEach(async (site) => {
        site.excuse.begin();
        expect(await site.helm('uninstall')).toMatchObject({ status: 0 });
        expect(await site.agent().stop()).toBe(0);
        expect(await site.statusOf(`/apis/apps/v1/namespaces/${namespace}/deployments/sluice-agent`)).toBe(404);
        for (const [plural, name] of [
          ['configmaps', 'sluice-state'],
          ['secrets', 'sluice-agent-key'],
          ['secrets', 'sluice-agent-join'],
        ] as const) {
          const path = `/api/v1/namespaces/${namespace}/${plural}/${name}`;
          expect([path, await site.statusOf(path)]).toEqual([path, 200]);
        }
      });
      const value = await pushSettings();
      await world.untilStatus('the push to be published, and applied nowhere', (status) =>
        sites.every(({ name }) => rowOf(status, 'default/settings', name)?.applied === false),
      );
      // One way is the printed line once more; the other needs no join line, because state and key were kept.
      await onEach(async (site, { profile }) => {
        const again =
          site === sites[0] ? await site.shell(lines.get(site.name)!) : await site.helm('install', ...profile.values);
        expect(again).toMatchObject({ status: 0, stderr: '' });
        if (site === sites[0] && profile.values.length > 0) {
          expect(await site.helm('upgrade', '--reuse-values', ...profile.values)).toMatchObject({ status: 0 });
        }
        site.excuse.end();
        await site.start();
      });
      await untilSettings(value);
    });
    const { clusters } = await world.untilStatus('all clusters to be settled', (status) =>
      status.clusters.every((one) => one.settled),
    );
    for (const { name } of sites) {
      const found = clusters.find((one) => one.name === name);
      expect(found, name).toMatchObject({ settled: true, unexplained: 0, survivors: 0 });
    }
  });

  it('bad day: `helm upgrade` in the middle of a rollout; the new pod finishes it', async () => {
    const faults = await onEach(watchTraffic);
    await push(
      { 'shop.yaml': shop('example/shop:4', '4s'), 'deploy.yaml': shopDeployment([['shop-v4', 100]]) },
      'shop 4, slow to start',
    );
    await onEach(async (site) => {
      await untilMidway(site, 2, 4);
      const before = (await site.list(`/api/v1/namespaces/${namespace}/pods`))[0]?.metadata.name;
      const upgraded = await site.helm('upgrade', '--reuse-values', '--set', 'resources.requests.cpu=20m');
      expect(upgraded).toMatchObject({ status: 0, stderr: '' });
      expect(await site.agent().stop()).toBe(0);
      await site.start();
      expect((await site.list(`/api/v1/namespaces/${namespace}/pods`))[0]?.metadata.name).not.toBe(before);
    });
    await untilShop('version 4 to be healthy', [['shop-v4', 100]]);
    await onEach(({ view }) => view.untilGone(web(2)));
    for (const found of faults) expect(await found()).toEqual([]);
  });

  it('takes away what a commit took away, once that is approved, and a claim only where the release may', async () => {
    await push({ 'kinds.yaml': null, 'secret.yaml': null, 'elsewhere.yaml': null }, 'take the kinds away');
    const isGuarded =
      (clusters: number) =>
      ({ guarded }: { guarded: readonly { cluster: string | null }[] }) =>
        new Set(guarded.map(({ cluster }) => cluster)).size === clusters;
    const { guarded } = await world.untilStatus('the guards of each cluster', isGuarded(sites.length));
    for (const { change } of guarded) expect(await world.run('approve', change)).toMatchObject({ status: 0 });
    await onEach(async ({ statusOf, view }, { profile }) => {
      for (const path of allKinds) {
        await waitFor(`${path} to be gone`, async () => ((await statusOf(path)) === 404 ? true : undefined));
      }
      const claim = '/PersistentVolumeClaim/default/kinds';
      if (profile.mayDeleteClaims) await view.untilGone(claim);
      else expect(await view.get(claim)).toBeDefined();
    });
    // What else went was named by a commit: the old revisions and their Services.
    await untilShop('version 4 to be healthy still', [['shop-v4', 100]]);
  });

  it('nothing but that was ever deleted', async () => {
    await onEach(async (site, { profile }) => {
      const deleted = (await site.requests())
        .filter(({ verb, responseStatus }) => verb === 'delete' && (responseStatus?.code ?? 0) < 300)
        .map(({ requestURI }) => new URL(requestURI, 'http://h').pathname)
        .filter((path) => !path.startsWith(`/api/v1/namespaces/${namespace}/configmaps/sluice-inventory-`))
        .filter((path) => !path.startsWith(`/api/v1/namespaces/${namespace}/secrets/sluice-kept-`));
      const apps = '/apis/apps/v1/namespaces/default/deployments';
      const expected = [
        ...allKinds,
        ...[1, 2, 3].map((n) => `${apps}/web-v${n}`),
        ...[1, 2, 3].map((n) => `/api/v1/namespaces/default/services/shop-v${n}`),
        ...(profile.mayDeleteClaims ? ['/api/v1/namespaces/default/persistentvolumeclaims/kinds'] : []),
        ...('secrets' in profile.labels ? ['/api/v1/namespaces/default/secrets/confidential'] : []),
        ...('wide' in profile.labels ? ['/api/v1/namespaces/elsewhere/configmaps/elsewhere'] : []),
      ];
      expect([...new Set(deleted)].sort()).toEqual(expected.sort());
    });
  });

  it.each(members)(
    'rights: $name ($profile.name) used all that it was granted, and asked for no more',
    async ({ name, profile }) => {
      const site = sites.find((one) => one.name === name)!;
      const { refused, unused } = await judgeRights(site, profile);
      expect({ refused, unused }).toEqual({ refused: [], unused: [] });
    },
  );

  it('the agents stayed small with all of that', async () => {
    for (const site of sites) {
      const rss = Number.parseInt(await processFact(site.agent().pid, 'VmRSS'), 10) / 1024;
      process.stdout.write(`agent of ${site.name}: ${rss.toFixed(0)} MiB resident\n`);
      expect(rss).toBeLessThan(120);
    }
  });

  /** The pods of `shop-v2` are the same afterwards. */
  async function untouchedPods(during: () => Promise<unknown>): Promise<void> {
    const pods = async ({ list }: Site) =>
      (await list('/api/v1/namespaces/default/pods?labelSelector=app.oam.dev/revision=shop-v2')).map(
        ({ metadata }) => metadata.uid,
      );
    const before = await onEach(pods);
    expect(before.flat()).toHaveLength(2 * sites.length);
    await during();
    expect(await onEach(pods)).toEqual(before);
  }
}

function valueOf(object: unknown): string | undefined {
  return (object as { readonly data?: { readonly value?: string } } | undefined)?.data?.value;
}
