import { expect } from 'vitest';
import type { KubeObject } from '../../../shared/model/object.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import { rowOf } from '../scenarios/fleet.ts';
import { webApp } from '../scenarios/documents.ts';
import { deploymentOf, filesOf, rawFiles, textOf, type FieldCase, type Scene } from './scene.ts';

const job = '/apis/batch/v1/namespaces/default/jobs/migrate';
const front = (n: number) => `apps/Deployment/default/front-v${n}`;

const specOf = (object: KubeObject | undefined) =>
  (object?.['spec'] as { readonly replicas?: number } | undefined)?.replicas ?? 0;
const readyOf = (object: KubeObject | undefined) =>
  (object?.['status'] as { readonly readyReplicas?: number } | undefined)?.readyReplicas ?? 0;

/** Waits until the Job of an application is done, and gone by its TTL: so soon that nobody may ever have seen it. */
async function expired(scene: Scene, application: string, id: string): Promise<void> {
  await scene.healthy(application);
  await scene.site().view.untilGone(id, 60_000);
}

/** Writes the scale subresource as the controller of a HorizontalPodAutoscaler does. */
async function scaled(scene: Scene, name: string, replicas: number): Promise<void> {
  const path = `/apis/apps/v1/namespaces/default/deployments/${name}/scale?fieldManager=kube-controller-manager`;
  const body = { spec: { replicas } };
  const { status } = await scene.admin().raw('PATCH', path, { type: 'application/merge-patch+json', body });
  expect(status).toBe(200);
  await scene
    .site()
    .view.until(`apps/Deployment/default/${name}`, `at ${replicas}`, (one) => readyOf(one) === replicas);
}

/** Looks at both until the new one alone is there; answers the fewest ready pods that were seen. */
async function leastWhileReplaced(scene: Scene, before: string, after: string): Promise<number> {
  const { get } = scene.site().view;
  let least = Infinity;
  await waitFor(`${after} to replace ${before}`, async () => {
    const [old, next] = [await get(before), await get(after)];
    // The new one is read last: what became ready since is seen, and no pod of the old one is counted after it was told to go.
    least = Math.min(least, Math.min(readyOf(old), specOf(old)) + readyOf(next));
    return old === undefined && readyOf(next) > 0 ? true : undefined;
  });
  return least;
}

/** Cases of workloads that Kubernetes ends or scales itself. */
export const workloadCases: readonly FieldCase[] = [
  {
    name: 'job-ttl: a Job that its TTL removed is done, over a restart and beside another change, too, and runs once for each revision',
    run: async (scene) => {
      const id = 'batch/Job/default/migrate';
      await scene.begin('k1');
      scene.start();
      await scene.fleet.push(filesOf('job-ttl'));
      await expired(scene, 'default/ttl', id);
      await scene.site().agent().stop();
      const first = scene.calls('migrate');
      scene.start();
      // Whatever made it again would have done so before this one is applied and settled.
      await scene.deliver({ 'other.yaml': textOf('stuck-finalizer/app.yaml'), 'k8s/fin.yaml': plain });
      await scene.healthy('default/ttl');
      expect((await scene.admin().raw('GET', job)).status).toBe(404);
      expect([...first, ...scene.calls('migrate')].filter(({ verb }) => verb === 'create')).toHaveLength(1);
      await scene.fleet.push({
        'k8s/ttl.yaml': textOf('job-ttl/k8s/ttl.yaml').replace('busybox:1', 'busybox:2'),
        'app.yaml': textOf('job-ttl/app.yaml').replace('ttl-v1', 'ttl-v2'),
      });
      await expired(scene, 'default/ttl', id);
      expect(scene.calls('migrate').filter(({ verb }) => verb === 'create')).toHaveLength(1);
    },
  },
  {
    name: 'hpa-new-revision: as many pods of the new revision are ready as the autoscaler had of the old one before that loses any',
    run: async (scene) => {
      await scene.begin('k1');
      scene.start();
      const shop = textOf('hpa-new-revision/shop.yaml');
      await scene.fleet.push({ 'shop.yaml': shop });
      await scene.healthy('default/shop');
      await scaled(scene, 'front-v1', 6);
      const [application = ''] = shop.split('---');
      const next = application.replace('nginx:1', 'nginx:2');
      await scene.fleet.push({ 'shop.yaml': `${next}---\n${deploymentOf('shop', 2)}` });
      expect(await leastWhileReplaced(scene, front(1), front(2))).toBe(6);
      await scene.healthy('default/shop');
      // From then on the number is the autoscaler's.
      await scaled(scene, 'front-v2', 3);
      await scene.deliverBeside();
      expect(specOf(await scene.site().view.get(front(2)))).toBe(3);
      await scene.fleet.until('the number of the autoscaler to be told', (status) => {
        const { health, revisions = [] } = rowOf(status, 'default/shop') ?? {};
        const told = revisions.map(({ name, ready, desired }) => `${name} ${ready} of ${desired}`);
        return health === 'Healthy' && told.join() === 'shop-v2 3 of 3';
      });
      // The Jobs of both revisions ran, each once.
      for (const name of ['shop-mig-v1', 'shop-mig-v2']) {
        expect(scene.calls(name).filter(({ verb }) => verb === 'create')).toHaveLength(1);
      }
    },
  },
  {
    name: 'hpa-new-revision: a raw Deployment with its HorizontalPodAutoscaler loses none either',
    run: async (scene) => {
      await scene.begin('k1');
      scene.start();
      await scene.fleet.push(rawFiles('api', autoscaled('example/api:1')));
      await scene.healthy('default/api');
      // Raw objects have the name of a revision only where two of them need one name.
      const nameOf = async (n: number) =>
        (await scene.site().view.get(`apps/Deployment/default/api-v${n}`)) === undefined ? 'api' : `api-v${n}`;
      await scaled(scene, await nameOf(1), 4);
      await scene.fleet.push(rawFiles('api', autoscaled('example/api:2'), 2));
      await scene.fleet.settled();
      await scene.healthy('default/api');
      const name = await nameOf(2);
      expect(specOf(await scene.site().view.get(`apps/Deployment/default/${name}`))).toBe(4);
      expect(await scene.site().view.get(`autoscaling/HorizontalPodAutoscaler/default/${name}`)).toMatchObject({
        spec: { scaleTargetRef: { name } },
      });
    },
  },
  {
    name: 'hpa-new-revision: the pods stay when the number is taken out of the documents',
    run: async (scene) => {
      await scene.begin('k1');
      scene.start();
      const files = (image: string, more: string, n: number) => ({
        'fixed.yaml': `${webApp('fixed', image, more)}---\n${deploymentOf('fixed', n)}`,
      });
      const replicas = async (n: number) => specOf(await scene.site().view.get(`apps/Deployment/default/web-v${n}`));
      await scene.fleet.push(files('example/fixed:1', ', replicas: 5', 1));
      await scene.healthy('default/fixed');
      expect(await replicas(1)).toBe(5);
      await scene.fleet.push(files('example/fixed:2', '', 2));
      await scene.fleet.settled();
      await scene.healthy('default/fixed');
      expect(await replicas(2)).toBe(5);
    },
  },
];

const plain = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: held }\ndata: { a: "1" }\n';

const autoscaled = (image: string) => [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'api' },
    spec: {
      selector: { matchLabels: { app: 'api' } },
      template: { metadata: { labels: { app: 'api' } }, spec: { containers: [{ name: 'api', image }] } },
    },
  },
  {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'api' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' },
      minReplicas: 1,
      maxReplicas: 9,
    },
  },
];
