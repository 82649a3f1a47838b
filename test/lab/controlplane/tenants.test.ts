import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryContents } from '../../../agent/model/contents.ts';
import { impersonationOf, readOptions } from '../../../agent/run/config.ts';
import { createKube, type KubeClient } from '../../../agent/kube/client.ts';
import { loadKubeAccess } from '../../../agent/kube/config.ts';
import { runAgent } from '../../../agent/run/loop.ts';
import { defaultSettings } from '../../../agent/model/deps.ts';
import { systemClock, systemRandom } from '../../../shared/adapters/clock.ts';
import { cronFields } from '../../../shared/adapters/schedule.ts';
import { groupOf, type KubeObject } from '../../../shared/model/object.ts';
import type { AgentReport } from '../../../shared/wire/report.ts';
import { openClusterView, type ClusterView } from '../demo/cluster-view.ts';
import { fakeChannel, silentLog, type FakeChannel, wholeOf } from '../../fakes/agent.ts';
import {
  configMap,
  exampleApp,
  plainApp,
  retiredBetween,
  testBundle,
  type TestApp,
} from '../../fixtures/agent/apps.ts';
import { identity } from '../../fixtures/agent/bundle.ts';
import { chartText, helmBinary, objectsOf, only } from '../../integration/charts/helm.ts';
import { startCluster, type Cluster } from './cluster.ts';
import { createNamespace, serviceAccountToken } from './content.ts';
import { kubeconfigText } from './kubeconfig.ts';
import { requestsOf, rightsOf } from './rights.ts';
import { describeControlPlane } from './suite.ts';
import { waitFor } from './wait.ts';

const namespace = 'sluice-system';
const agentUser = `system:serviceaccount:${namespace}:sluice-agent`;
const never = new AbortController().signal;
const values =
  'namespaces={shop,blog},impersonation.enabled=true,impersonation.serviceAccounts.shop=deployer,impersonation.defaultServiceAccount=sluice';
const rbac = 'rbac.authorization.k8s.io';

/** What the people of the two namespaces allow: ConfigMaps alone in `shop`, whatever `edit` says in `blog`. */
const tenants: readonly KubeObject[] = [
  {
    apiVersion: `${rbac}/v1`,
    kind: 'Role',
    metadata: { name: 'deployer', namespace: 'shop' },
    rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'patch', 'delete'] }],
  },
  binding('shop', 'deployer', { kind: 'Role', name: 'deployer' }),
  binding('blog', 'sluice', { kind: 'ClusterRole', name: 'edit' }),
];

function binding(where: string, account: string, role: { readonly kind: string; readonly name: string }): KubeObject {
  return {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { name: `${account}-${role.name}`, namespace: where },
    roleRef: { apiGroup: rbac, ...role },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace: where }],
  };
}

interface Event {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly impersonatedUser?: { readonly username: string; readonly groups?: readonly string[] };
  readonly objectRef?: { readonly namespace?: string };
  readonly responseStatus?: { readonly code?: number };
}

describeControlPlane('tenants on a real API server', (binaries) => {
  describe.skipIf(helmBinary === null)('with impersonation', () => {
    let cluster: Cluster;
    let view: ClusterView;
    let kube: KubeClient;
    let channel: FakeChannel;
    let release: KubeObject[];
    let last: AgentReport | null = null;
    const stop = new AbortController();
    let run: Promise<void>;
    let generation = 0;
    let before: readonly TestApp[] = [];

    const apply = async (objects: readonly KubeObject[]): Promise<void> => {
      for (const object of objects) {
        const resource = await view.kube.resource({ group: groupOf(object.apiVersion), kind: object.kind }, never);
        await view.kube.apply(resource, object, { force: true, signal: never });
      }
    };
    const publish = (...apps: readonly TestApp[]): void => {
      generation += 1;
      const freshUntil = Date.parse('2099-01-01T00:00:00Z');
      channel.publish(testBundle({ generation, apps, retired: retiredBetween(before, apps), freshUntil }));
      before = apps;
    };
    const until = (what: string, isIt: (report: AgentReport) => boolean): Promise<AgentReport> =>
      waitFor(what, () => (last?.accepted?.generation === generation && isIt(last) ? last : undefined));
    const appOf = (report: AgentReport, name: string) => report.apps.find((app) => app.name === name);
    const isThere = async (path: string): Promise<boolean> => (await cluster.admin.send({ path })).status === 200;
    const events = () => requestsOf<Event>(join(cluster.folder, 'audit.log'), agentUser);

    beforeAll(async () => {
      cluster = await startCluster({ name: 'tenants', binaries, crds: ['istio', 'gateway-api'], audit: true });
      view = openClusterView(cluster.kubeconfig);
      for (const name of [namespace, 'shop', 'blog']) await createNamespace(cluster.admin, name);
      release = objectsOf(await chartText('agent', namespace, '--set', values));
      await apply(release.filter(({ kind }) => kind === 'ServiceAccount' || /Role/.test(kind)));
      await apply(tenants);

      // The agent in this process, with the account, rights and arguments of the release.
      const token = await serviceAccountToken(cluster.admin, { namespace, name: 'sluice-agent' });
      const kubeconfig = join(cluster.folder, 'agent.kubeconfig');
      await writeFile(kubeconfig, kubeconfigText('agent', cluster.url, cluster.ca, { token }), { mode: 0o600 });
      const access = loadKubeAccess({ kubeconfig, allowExec: false, clock: systemClock });
      kube = createKube({ access, clock: systemClock, random: systemRandom });
      channel = fakeChannel();
      run = runAgent(
        {
          kube,
          transport: channel.transport,
          verify: channel.verify,
          contents: memoryContents(),
          deliver: (message) => {
            last = wholeOf(message);
            return Promise.resolve(null);
          },
          clock: systemClock,
          random: systemRandom,
          uuid: randomUUID,
          cron: cronFields,
          log: silentLog,
          identity,
          settings: {
            ...defaultSettings,
            ...settingsOf(release),
            namespace,
            holder: 'test',
            version: '0',
            settleMs: 50,
          },
        },
        stop.signal,
      );
    });
    afterAll(async () => {
      stop.abort();
      await run;
      kube.close();
      view.close();
      await cluster.stop();
    });

    const shop = exampleApp([{ n: 1, replicas: 1, weight: 100 }], { name: 'till', namespace: 'shop', router: 'none' });
    const settings = plainApp('settings', [configMap('settings', 'a', 'shop')], {}, 'shop');
    const blog = exampleApp([{ n: 1, replicas: 1, weight: 100 }], { name: 'blog', namespace: 'blog', router: 'none' });
    const mixed: TestApp = plainApp('mixed', [configMap('mixed', 'a', 'shop'), ...shop.objects], {}, 'shop');

    it('grants the agent no right to write what applications are made of', () => {
      const writes = rightsOf(release).filter(
        (right) => !/^(get|list|watch) /.test(right) && !right.endsWith(namespace),
      );
      expect(writes.sort()).toEqual([
        'impersonate /serviceaccounts/deployer in shop',
        'impersonate /serviceaccounts/sluice in blog',
      ]);
    });

    it('applies what the account of an application may write, refuses the rest by name, and others go on', async () => {
      publish(mixed, settings, blog);
      const report = await until('the others to be settled', (one) =>
        ['settings', 'blog'].every((name) => appOf(one, name)?.health === 'Healthy'),
      );
      expect(await isThere('/api/v1/namespaces/shop/configmaps/mixed')).toBe(true);
      expect(await isThere('/apis/apps/v1/namespaces/shop/deployments/till-web-v1')).toBe(false);
      expect(await isThere('/apis/apps/v1/namespaces/blog/deployments/blog-web-v1')).toBe(true);
      const refused = appOf(report, 'mixed');
      expect(refused).toMatchObject({ health: 'Degraded', applied: null });
      const problem = refused?.problems.find(({ id }) => id === 'apps/Deployment/shop/till-web-v1');
      expect(problem?.code).toBe('FORBIDDEN');
      expect(problem?.message).toMatch(
        /User "system:serviceaccount:shop:deployer" cannot patch resource "deployments" in API group "apps" in the namespace "shop"/,
      );
    });

    it('refuses an application of a namespace whose account the site does not lend, whatever it holds', async () => {
      const stray = plainApp('stray', [configMap('stray', 'a', 'blog')], {}, 'default');
      publish(settings, blog, mixed, stray);
      const report = await until('it to be refused', (one) => (appOf(one, 'stray')?.problems.length ?? 0) > 0);
      expect(appOf(report, 'stray')?.problems[0]?.message).toMatch(
        /User "system:serviceaccount:sluice-system:sluice-agent" cannot impersonate resource "serviceaccounts".* in the namespace "default"/,
      );
      expect(await isThere('/api/v1/namespaces/blog/configmaps/stray')).toBe(false);
    });

    it('goes on by itself once the account may, and takes away as the account', async () => {
      await apply([binding('shop', 'deployer', { kind: 'ClusterRole', name: 'edit' })]);
      publish(settings, blog, mixed);
      await until('all to be settled', (one) => one.settled && appOf(one, 'mixed')?.health === 'Healthy');
      publish(settings, blog);
      await until('it to be gone', (one) => one.settled);
      expect(await isThere('/apis/apps/v1/namespaces/shop/deployments/till-web-v1')).toBe(false);
      expect(await isThere('/api/v1/namespaces/shop/configmaps/mixed')).toBe(false);
      expect(await isThere('/api/v1/namespaces/shop/configmaps/settings')).toBe(true);
    });

    it('wrote nothing of an application as itself, and impersonated these accounts alone', async () => {
      const all = await events();
      const writes = all.filter(({ verb }) => ['create', 'update', 'patch', 'delete'].includes(verb));
      const own = writes.filter(
        ({ impersonatedUser, responseStatus }) => impersonatedUser === undefined && responseStatus?.code !== 403,
      );
      expect(new Set(own.map(({ objectRef }) => objectRef?.namespace))).toEqual(new Set([namespace]));
      const acted = new Set(all.flatMap(({ impersonatedUser }) => impersonatedUser?.username ?? []));
      expect([...acted].sort()).toEqual(['system:serviceaccount:blog:sluice', 'system:serviceaccount:shop:deployer']);
      expect(all.find(({ impersonatedUser }) => impersonatedUser?.username.endsWith(':deployer'))).toMatchObject({
        impersonatedUser: { groups: expect.arrayContaining(['system:serviceaccounts:shop']) as string[] },
      });
      expect(new Set(all.filter((one) => one.impersonatedUser !== undefined).map(({ verb }) => verb))).toEqual(
        new Set(['patch', 'delete']),
      );
    });
  });
});

/** What the arguments of the release's container say. */
function settingsOf(release: readonly KubeObject[]) {
  const spec = only(release, 'Deployment')['spec'] as {
    readonly template: { readonly spec: { readonly containers: readonly { readonly args: readonly string[] }[] } };
  };
  const args = spec.template.spec.containers[0]?.args ?? [];
  const given = (flag: string) => args.find((arg) => arg.startsWith(`--${flag}=`))?.slice(flag.length + 3);
  const options = readOptions({
    serviceAccounts: given('service-accounts'),
    defaultServiceAccount: given('default-service-account'),
  });
  return { impersonation: impersonationOf(options), namespaces: given('namespaces')?.split(',') ?? null };
}
