import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StatusView } from '../../../hub/api/status.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import { git } from '../../fakes/git.ts';
import { openClusterView, type ClusterView } from './cluster-view.ts';
import { applicationYaml, clustersYaml, deploymentYaml, journeyClusters } from './documents.ts';
import { startWorld, type World } from './world.ts';

/** Clusters that the journey runs on: one with Istio's CRDs, one with the Gateway API's, one with neither. */
export interface JourneyBackend {
  readonly name: string;
  readonly start: () => Promise<{
    readonly kubeconfigs: Readonly<Record<(typeof journeyClusters)[number]['name'], string>>;
    readonly stop: () => Promise<void>;
  }>;
}

const deployment = (name: string): string => `apps/Deployment/default/${name}`;
const virtualService = 'networking.istio.io/VirtualService/default/example-app-deploy';
const httpRoute = 'gateway.networking.k8s.io/HTTPRoute/default/example-app-deploy';
const ingress = 'networking.k8s.io/Ingress/default/example-app-deploy';

/** Registers the main journey: from `git push` to replicas, split traffic and status, on three clusters. */
export function describeJourney(backend: JourneyBackend): void {
  describe(`the journey on ${backend.name}`, { timeout: 120_000 }, () => {
    let world: World;
    let folder: string;
    let stopClusters: (() => Promise<void>) | undefined;
    const views = new Map<string, ClusterView>();
    const kubeconfigs = new Map<string, string>();
    const view = (name: string): ClusterView => views.get(name)!;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sluice-journey-'));
      const clusters = await backend.start();
      stopClusters = clusters.stop;
      world = await startWorld({ folder, localCluster: 'local' });
      await world.config.push({ 'clusters.yaml': clustersYaml }, 'clusters');
      for (const { name } of journeyClusters) {
        views.set(name, openClusterView(clusters.kubeconfigs[name]));
        kubeconfigs.set(name, clusters.kubeconfigs[name]);
        await world.join({ name, kubeconfig: clusters.kubeconfigs[name] });
      }
    });

    afterAll(async () => {
      for (const one of views.values()) one.close();
      await (world as World | undefined)?.stop();
      await stopClusters?.();
      await rm(folder, { recursive: true, force: true });
    });

    it('runs version 1 on every cluster, with all of the traffic', async () => {
      await world.config.push(
        {
          'app.yaml': applicationYaml('example/testsvc:v1'),
          'deploy.yaml': deploymentYaml([{ name: 'example-app-v1', weight: 100 }]),
        },
        'testsvc v1',
      );
      const status = await world.untilStatus(
        'version 1 to be healthy everywhere',
        isHealthyAt({ 'example-app-v1': 100 }),
      );
      expect(status.applications.map(({ application }) => application)).toEqual(
        Array(3).fill('default/example-app-deploy'),
      );
      for (const { name, replicas } of journeyClusters) {
        const object = await view(name).get(deployment('testsvc-v1'));
        expect(object).toMatchObject({ spec: { replicas }, status: { readyReplicas: replicas } });
        expect(await view(name).get('/Service/default/example-app-v1')).toMatchObject({
          spec: {
            selector: { 'app.oam.dev/component': 'testsvc', 'app.oam.dev/revision': 'example-app-v1' },
            ports: [{ port: 80 }],
          },
        });
      }
      expect(weightsOfVirtualService(await view('prod-cluster-1').get(virtualService))).toEqual({
        'example-app-v1': 100,
      });
      expect(weightsOfHttpRoute(await view('edge-1').get(httpRoute))).toEqual({ 'example-app-v1': 100 });
      expect(await view('local').get(ingress)).toMatchObject({
        spec: { rules: [{ host: 'example-app.example.com' }] },
      });
    });

    it('splits traffic in halves between version 1 and version 2, both with their replicas', async () => {
      await world.config.push(
        {
          'app.yaml': applicationYaml('example/testsvc:v2'),
          'deploy.yaml': deploymentYaml([
            { name: 'example-app-v1', weight: 50 },
            { name: 'example-app-v2', weight: 50 },
          ]),
        },
        'testsvc v2 beside v1',
      );
      await world.untilStatus(
        'both versions to be healthy everywhere',
        isHealthyAt({ 'example-app-v1': 50, 'example-app-v2': 50 }),
      );
      for (const { name, replicas } of journeyClusters) {
        for (const version of ['v1', 'v2']) {
          expect(await view(name).get(deployment(`testsvc-${version}`))).toMatchObject({
            spec: { replicas, template: { spec: { containers: [{ image: `example/testsvc:${version}` }] } } },
            status: { readyReplicas: replicas },
          });
        }
      }
      const half = { 'example-app-v1': 50, 'example-app-v2': 50 };
      expect(weightsOfVirtualService(await view('prod-cluster-1').get(virtualService))).toEqual(half);
      expect(weightsOfHttpRoute(await view('edge-1').get(httpRoute))).toEqual(half);
    });

    it('moves to version 2 alone and removes version 1', async () => {
      await world.config.push(
        { 'deploy.yaml': deploymentYaml([{ name: 'example-app-v2', weight: 100 }]) },
        'testsvc v2 alone',
      );
      await world.untilStatus('version 2 alone to be healthy everywhere', isHealthyAt({ 'example-app-v2': 100 }));
      for (const { name, replicas } of journeyClusters) {
        expect(await view(name).get(deployment('testsvc-v1'))).toBeUndefined();
        expect(await view(name).get('/Service/default/example-app-v1')).toBeUndefined();
        expect(await view(name).get(deployment('testsvc-v2'))).toMatchObject({ status: { readyReplicas: replicas } });
      }
      expect(weightsOfVirtualService(await view('prod-cluster-1').get(virtualService))).toEqual({
        'example-app-v2': 100,
      });
    });

    it('repairs what is edited, scaled and deleted by hand', async () => {
      const { kube, until } = view('prod-cluster-1');
      const { signal } = new AbortController();
      const services = await kube.resource({ group: '', kind: 'Service' }, signal);
      await view('prod-cluster-1').edit(deployment('testsvc-v2'), ({ spec }) => {
        spec.replicas = 1;
        spec.template.spec.containers[0]!.image = 'somebody/else:v9';
      });
      const service = (await view('prod-cluster-1').get('/Service/default/example-app-v2'))!;
      await kube.delete(
        { resource: services, namespace: 'default', name: 'example-app-v2' },
        { uid: service.metadata.uid!, propagation: 'Background', signal },
      );
      await until(
        '/Service/default/example-app-v2',
        'made again',
        (object) => object.metadata.uid !== service.metadata.uid,
      );
      await until(
        deployment('testsvc-v2'),
        'as it was',
        ({ spec }) =>
          JSON.stringify(spec).includes('example/testsvc:v2') && (spec as { replicas: number }).replicas === 5,
      );
      await world.untilStatus('the repaired cluster to be healthy', isHealthyAt({ 'example-app-v2': 100 }));
    });

    it('leaves version 2 its replicas and traffic when version 3 never becomes ready', async () => {
      await world.config.push(
        {
          'app.yaml': applicationYaml('broken/testsvc:v3'),
          'deploy.yaml': deploymentYaml([{ name: 'example-app-v3', weight: 100 }], '5s'),
        },
        'a version 3 that cannot start',
      );
      const status = await world.untilStatus(
        'version 3 to be given up everywhere',
        ({ applications }) => applications.length === 3 && applications.every(({ health }) => health === 'Degraded'),
      );
      for (const row of status.applications) expect(row.message).toContain('example-app-v3');
      for (const { name, replicas } of journeyClusters) {
        expect(await view(name).get(deployment('testsvc-v2'))).toMatchObject({
          spec: { replicas },
          status: { readyReplicas: replicas },
        });
        expect(await view(name).get(deployment('testsvc-v3'))).toBeDefined();
        expect(await view(name).get('/Service/default/example-app-v2')).toBeDefined();
      }
      expect(weightsOfVirtualService(await view('prod-cluster-1').get(virtualService))).toEqual({
        'example-app-v2': 100,
      });
      expect(weightsOfHttpRoute(await view('edge-1').get(httpRoute))).toEqual({ 'example-app-v2': 100 });
      const { status: exit } = await world.run('status');
      expect(exit).toBe(10);
    });

    it('goes on where it was after hub and agents were killed', async () => {
      await world.hub().stop('SIGKILL');
      for (const { name } of journeyClusters) await world.agent(name).stop('SIGKILL');
      await world.startHub();
      for (const [name, kubeconfig] of kubeconfigs) world.startAgent({ name, kubeconfig });
      await world.config.push(
        {
          'app.yaml': applicationYaml('example/testsvc:v2'),
          'deploy.yaml': deploymentYaml([{ name: 'example-app-v2', weight: 100 }]),
        },
        'back to version 2',
      );
      await world.untilStatus('version 2 to be healthy again everywhere', isHealthyAt({ 'example-app-v2': 100 }));
      for (const { name } of journeyClusters) await view(name).untilGone(deployment('testsvc-v3'));
    });

    it('has a channel that the real git clones and fsck finds nothing in', async () => {
      const token = await world.adminToken();
      const url = new URL('/channel.git', world.hubUrl);
      url.username = 'admin';
      url.password = token;
      for (const version of ['0', '2']) {
        const clone = join(folder, `clone-${version}`);
        await git(folder, '-c', `protocol.version=${version}`, 'clone', '--quiet', '--mirror', url.href, clone);
        expect(await git(clone, 'fsck', '--strict', '--full', '--no-progress')).toBe('');
        const refs = await git(clone, 'for-each-ref', '--format=%(refname)', 'refs/heads/clusters');
        expect(refs.split('\n')).toEqual(journeyClusters.map(({ name }) => `refs/heads/clusters/${name}`).sort());
      }
    });

    it('deletes the application everywhere when its documents are deleted', async () => {
      await world.config.push({ 'app.yaml': null, 'deploy.yaml': null }, 'delete the application');
      await world.untilStatus(
        'nothing to be left',
        ({ applications, clusters }) => applications.length === 0 && clusters.every(({ settled }) => settled),
      );
      for (const { name } of journeyClusters) {
        await view(name).untilGone(deployment('testsvc-v2'));
        await view(name).untilGone('/Service/default/example-app-v2');
        expect(await view(name).get('/Namespace//default')).toBeDefined();
      }
      await view('prod-cluster-1').untilGone(virtualService);
      await view('edge-1').untilGone(httpRoute);
      await view('local').untilGone(ingress);
    });
  });
}

/** True when every cluster runs exactly these revisions, applied and healthy, with this share of the traffic wanted and live. */
function isHealthyAt(traffic: Readonly<Record<string, number>>): (status: StatusView) => boolean {
  return ({ applications }) =>
    applications.length === journeyClusters.length &&
    applications.every(
      ({ applied, health, revisions, cluster }) =>
        applied &&
        health === 'Healthy' &&
        revisions.length === Object.keys(traffic).length &&
        revisions.every(
          ({ name, ready, desired, traffic: live }) =>
            ready !== null && ready === desired && (cluster === 'local' || live === traffic[name]),
        ),
    );
}

interface Route {
  readonly destination: { readonly host: string };
  readonly weight?: number;
}

function weightsOfVirtualService(object: KubeObject | undefined): Record<string, number> {
  const { http } = object!['spec'] as { readonly http: readonly { readonly route: readonly Route[] }[] };
  return Object.fromEntries(
    http.flatMap(({ route }) => route.map(({ destination, weight }) => [destination.host, weight ?? 100])),
  );
}

function weightsOfHttpRoute(object: KubeObject | undefined): Record<string, number> {
  const { rules } = object!['spec'] as {
    readonly rules: readonly { readonly backendRefs: readonly { readonly name: string; readonly weight?: number }[] }[];
  };
  return Object.fromEntries(
    rules.flatMap(({ backendRefs }) => backendRefs.map(({ name, weight }) => [name, weight ?? 1])),
  );
}
