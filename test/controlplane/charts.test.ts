import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBundles } from '../config/bundle.ts';
import { chartFolder } from '../config/chartdocs.ts';
import { canContain, startContainer, type Container } from '../integration/charts/container.ts';
import { probe, processFact, startChartHub, type ChartHub } from '../integration/charts/fleet.ts';
import { helm, helmBinary } from '../integration/charts/helm.ts';
import type { StatusRow } from '../../hub/model/status.ts';
import type { KubeObject } from '../../shared/model/object.ts';
import { sendOk } from './client.ts';
import { startCluster, type Cluster } from './cluster.ts';
import { allKinds, oneOfEach, steps } from './charts.documents.ts';
import { freePort } from './processes.ts';
import { needsOf, requestsOf, rightsOf } from './rights.ts';
import { describeControlPlane } from './suite.ts';
import { waitFor } from './wait.ts';

const namespace = 'sluice-system';
const account = `system:serviceaccount:${namespace}:sluice-agent`;

describeControlPlane('a release of the agent on a real control plane', (binaries) => {
  describe.skipIf(!canContain || helmBinary === null)('', () => {
    let folder: string;
    let cluster: Cluster;
    let hub: ChartHub;
    let agent: Container;
    let port: number;
    const ends: (() => unknown)[] = [];

    const get = (path: string) => sendOk(cluster.admin, { path }) as Promise<KubeObject>;
    const statusOf = async (path: string) => (await cluster.admin.send({ path })).status;
    const own = (plural: string, name: string) => `/api/v1/namespaces/${namespace}/${plural}/${name}`;
    const release = (verb: string, ...args: readonly string[]) =>
      helm(...[verb, 'sluice-agent'], ...args, ...['--namespace', namespace, '--kubeconfig', cluster.kubeconfig]);
    const settings = () => ['--set', `probePort=${port}`, '--set', 'heartbeatSeconds=5'];

    /** Runs the pod that the release made: its Deployment, Secret and token, as the API server has them. */
    const startAgent = async (): Promise<void> => {
      const token = (await sendOk(cluster.admin, {
        method: 'POST',
        path: `${own('serviceaccounts', 'sluice-agent')}/token`,
        body: { spec: { expirationSeconds: 3600 } },
      })) as { status: { token: string } };
      const deployment = await get(`/apis/apps/v1/namespaces/${namespace}/deployments/sluice-agent`);
      const secret = await get(own('secrets', 'sluice-agent-join'));
      const logFile = join(folder, 'agent.log');
      const container = await startContainer({
        image: 'agent',
        dist: join(folder, 'dist'),
        objects: [deployment, { ...secret, kind: 'Secret' }],
        account: { token: token.status.token, ca: cluster.ca, namespace },
        kubernetes: { host: '127.0.0.1', port: Number(new URL(cluster.url).port) },
        logFile,
      });
      agent = container;
      await waitFor('the agent to be ready', () => probe(`http://127.0.0.1:${port}/readyz`, container, logFile));
    };
    const deliver = async (files: Readonly<Record<string, string | null>>, message: string): Promise<void> => {
      await hub.config.push(files, message);
      await hub.poke();
    };
    const untilApplied = (application: string, beyond = 0) =>
      hub.untilRow(
        `${application} to be applied`,
        (row) => row.application === application && row.applied && row.generation > beyond,
      );

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sluice-release-'));
      ends.push(() => rm(folder, { recursive: true, force: true }));
      await chmod(folder, 0o755);
      cluster = await startCluster({ name: 'site-1', binaries, crds: ['istio', 'gateway-api'], audit: true });
      ends.push(() => cluster.stop());
      await buildBundles(join(folder, 'dist'));
      hub = await startChartHub(folder, join(folder, 'dist'), 'site-1');
      ends.push(() => hub.stop());
      port = await freePort();
      const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
      const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } };
      await sendOk(cluster.admin, { method: 'POST', path: '/api/v1/namespaces', body });
      await writeFile(join(folder, 'site-1.join'), await hub.join('site-1'));
    });
    afterAll(async () => {
      for (const end of ends.reverse()) await end();
    });

    it('is installed with one command, and its pod meets Pod Security `restricted`', async () => {
      const line = ['--set-file', `join=${join(folder, 'site-1.join')}`];
      const installed = await release('install', chartFolder('agent'), ...line, ...settings());
      expect(installed.stderr).toBe('');
      expect(installed.stdout).toContain('The Sluice agent is installed in namespace sluice-system');
      const pods = await waitFor('a pod', async () => {
        const found = (await get(`/api/v1/namespaces/${namespace}/pods`)) as unknown as { items: KubeObject[] };
        return found.items.length > 0 ? found.items : undefined;
      });
      expect(pods[0]!.metadata.labels).toMatchObject({ 'app.kubernetes.io/name': 'sluice-agent' });
    });

    it('runs with its own token and rights alone until an application of every kind is applied', async () => {
      await startAgent();
      ends.push(() => agent.stop('SIGKILL'));
      await deliver({ 'kinds.yaml': oneOfEach('1') }, 'one of each kind');
      const { generation } = await untilApplied('default/kinds');
      await deliver({ 'kinds.yaml': oneOfEach('2') }, 'change each of them');
      await untilApplied('default/kinds', generation);
    });

    it('moves traffic between revisions, and says why a broken one stays without', async () => {
      await deliver({ 'steps.yaml': steps.first }, 'the first revision');
      const isWell = (row: StatusRow) => row.application === 'default/steps' && row.health === 'Healthy';
      await hub.untilRow('the first revision to be healthy', isWell);
      await deliver({ 'steps.yaml': steps.broken }, 'a second revision that does not start');
      const isExplained = ({ message }: StatusRow) => message.includes('ImagePullBackOff');
      const row = await hub.untilRow('the broken revision to be explained', isExplained);
      expect(row.application).toBe('default/steps');
      await deliver({ 'steps.yaml': steps.first }, 'back');
    });

    it('goes on after a restart without its join line, and repairs what was deleted meanwhile', async () => {
      expect(await agent.stop()).toBe(0);
      await sendOk(cluster.admin, {
        method: 'DELETE',
        path: '/api/v1/namespaces/default/persistentvolumeclaims/kinds',
      });
      const upgraded = await release('upgrade', chartFolder('agent'), ...settings());
      expect(upgraded.stderr).toBe('');
      expect(await statusOf(own('secrets', 'sluice-agent-join'))).toBe(200);
      await startAgent();
      const claim = '/api/v1/namespaces/default/persistentvolumeclaims/kinds';
      await waitFor('the claim to be back', async () => ((await statusOf(claim)) === 200 ? true : undefined));
      await sendOk(cluster.admin, { method: 'DELETE', path: claim });
      await waitFor(
        'the claim to be gone',
        async () => ((await statusOf(claim)) === 404 ? true : undefined),
        5_000,
      ).catch(() => undefined);
      await waitFor('the claim to be back', async () => ((await statusOf(claim)) === 200 ? true : undefined));
    });

    it('deletes what an approved commit took away, and keeps the claim', async () => {
      await deliver({ 'kinds.yaml': null }, 'take it all away');
      const { change } = await waitFor('the guard', async () => (await hub.status()).guarded[0]);
      const approved = await hub.run('approve', change);
      expect(approved.status).toBe(0);
      for (const path of allKinds) {
        await waitFor(`${path} to be gone`, async () => ((await statusOf(path)) === 404 ? true : undefined));
      }
      expect(await statusOf('/api/v1/namespaces/default/persistentvolumeclaims/kinds')).toBe(200);
    });

    it('used every right that the release grants, and asked for no other', async () => {
      const events = await requestsOf(join(cluster.folder, 'audit.log'), account);
      const refused = events.filter(({ responseStatus }) => responseStatus?.code === 403);
      // Deleting a claim was approved, and this release is not allowed to: its rights are the last guard.
      const claim = 'delete /api/v1/namespaces/default/persistentvolumeclaims/kinds';
      expect([...new Set(refused.map(({ verb, requestURI }) => `${verb} ${requestURI}`))]).toEqual([claim]);
      const used = new Set(events.flatMap(needsOf));
      // Both installations: the one with a join line, and the one without.
      const objects = await Promise.all([
        get(`/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles/sluice-agent`),
        get(`/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles/sluice-agent-${namespace}`),
        get(`/apis/rbac.authorization.k8s.io/v1/clusterroles/sluice-agent-${namespace}-identity`),
      ]);
      // This server streams the first state to a watch; older ones are asked for a list before it.
      const isUsed = (right: string) => used.has(right) || used.has(right.replace(/^list /, 'watch '));
      expect(rightsOf(objects).filter((right) => !isUsed(right))).toEqual([]);
    });

    it('stays small with all of that', async () => {
      process.stdout.write(
        `agent: ${await processFact(agent.pid, 'VmRSS')} resident, ${await processFact(agent.pid, 'VmHWM')} at most\n`,
      );
      expect(Number.parseInt(await processFact(agent.pid, 'VmRSS'), 10) / 1024).toBeLessThan(120);
    });

    it.each(['scoped', 'cluster-admin', 'namespaced'])('is upgraded to the profile %s', async (profile) => {
      const upgraded = await release(
        'upgrade',
        chartFolder('agent'),
        ...settings(),
        '--set',
        `rbac.profile=${profile}`,
      );
      expect(upgraded.stderr).toBe('');
      const binding = `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/sluice-agent-${namespace}`;
      expect(await statusOf(binding)).toBe(profile === 'scoped' ? 200 : 404);
      expect(await statusOf(`${binding}-admin`)).toBe(profile === 'cluster-admin' ? 200 : 404);
    });

    it('is uninstalled, and leaves workloads, state and key', async () => {
      const gone = await release('uninstall');
      expect(gone.status).toBe(0);
      expect(await agent.stop()).toBe(0);
      expect(await statusOf(`/apis/apps/v1/namespaces/${namespace}/deployments/sluice-agent`)).toBe(404);
      const kept = [
        own('configmaps', 'sluice-state'),
        own('secrets', 'sluice-agent-key'),
        own('secrets', 'sluice-agent-join'),
        '/apis/apps/v1/namespaces/default/deployments/web-v1',
      ];
      for (const path of kept) expect([path, await statusOf(path)]).toEqual([path, 200]);
    });
  });
});
