import { expect } from 'vitest';
import { waitFor } from '../../lab/controlplane/wait.ts';
import { appOf, definition, expectSame, filesOf, textOf, type FieldCase, type Scene } from './scene.ts';

const gadget = (name: string) => `c.example.com/Gadget/default/${name}`;
const crd = 'apiextensions.k8s.io/CustomResourceDefinition//gadgets.c.example.com';
const widget = '/apis/agg.example.com/v1/namespaces/default/widgets/w1';
const apiService = '/apis/apiregistration.k8s.io/v1/apiservices/v1.agg.example.com';

/** Approves every change that waits. */
async function approveAll(scene: Scene): Promise<void> {
  for (const { change } of (await scene.fleet.status()).guarded) {
    expect(await scene.fleet.cli('approve', change)).toMatchObject({ status: 0, stderr: '' });
  }
}

/** Puts a server of its own that does not answer in place of the API of a definition. */
async function takeApiDown(scene: Scene): Promise<void> {
  const { raw } = scene.admin();
  const type = 'application/merge-patch+json';
  const body = { metadata: { labels: { 'kube-aggregator.kubernetes.io/automanaged': null } } };
  expect((await raw('PATCH', apiService, { type, body })).status).toBe(200);
  for (const object of [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'aggserver', namespace: 'kube-system' },
      spec: { ports: [{ port: 443 }] },
    },
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1.agg.example.com' },
      spec: {
        group: 'agg.example.com',
        version: 'v1',
        groupPriorityMinimum: 1000,
        versionPriority: 100,
        insecureSkipTLSVerify: true,
        service: { name: 'aggserver', namespace: 'kube-system' },
      },
    },
  ])
    await scene.apply(object);
  await waitFor('the API to be down', async () => ((await raw('GET', widget)).status === 503 ? true : undefined));
}

/** Cases of kinds that come, go, and are not what the hub took them for. */
export const kindCases: readonly FieldCase[] = [
  {
    name: 'cluster-scoped-cr: an object of a kind that has no namespace is made once, and costs no request afterwards',
    run: async (scene) => {
      await scene.begin('k1');
      await scene.apply(definition('pools', 't.example.com', 'Pool', 'Cluster'));
      scene.start();
      await scene.deliver(filesOf('cluster-scoped-cr'));
      await scene.healthy('default/scope');
      expect(await scene.site().view.get('t.example.com/Pool//p1')).toMatchObject({ spec: { size: 1 } });
      await scene.deliver({ 'k8s/beside.yaml': object('beside'), 'beside.yaml': appOf('beside', 'k8s/beside.yaml') });
      expect(scene.calls('p1').map(({ verb }) => verb)).toEqual(['create']);
    },
  },
  {
    name: 'cluster-scoped-cr: so is one beside its definition, and it goes by its own deletion',
    run: async (scene) => {
      await scene.begin('k1');
      scene.start();
      const both = `${textOf('cluster-scoped-cr/k8s/scope.yaml')}---\n${JSON.stringify(definition('pools', 't.example.com', 'Pool', 'Cluster'))}`;
      await scene.deliver({ ...filesOf('cluster-scoped-cr'), 'k8s/scope.yaml': both });
      await scene.healthy('default/scope');
      await scene.deliver({
        'k8s/scope.yaml': JSON.stringify(definition('pools', 't.example.com', 'Pool', 'Cluster')),
        'app.yaml': textOf('cluster-scoped-cr/app.yaml').replace('scope-v1', 'scope-v2'),
      });
      await scene.gone('t.example.com/Pool//p1');
      expect(scene.calls('p1').filter(({ verb }) => verb === 'create')).toHaveLength(1);
    },
  },
  {
    name: 'crd-cascade: a definition stays while another application has objects of its kind; what waits for a finalizer is named',
    run: async (scene) => {
      await scene.begin('k1');
      scene.start();
      await scene.deliver({ 'a.yaml': appOf('a', 'k8s/a.yaml'), 'k8s/a.yaml': textOf('crd-cascade/crd.yaml') });
      await scene.deliver({
        'b.yaml': appOf('b', 'k8s/b.yaml'),
        'k8s/b.yaml': textOf('crd-cascade/other-app-objects.yaml'),
      });
      await scene.healthy('default/b');
      const uids = await Promise.all(
        ['r1', 'r2', 'r3'].map(async (name) => (await scene.site().view.get(gadget(name)))?.metadata.uid),
      );
      await scene.fleet.push({ 'a.yaml': null });
      // Refused, and not only held: no approval would lift it.
      await scene.said(
        /gadgets\.c\.example\.com stays: 3 objects that are wanted would be deleted with it:.*r1,.*r2,.*r3/,
      );
      await approveAll(scene);
      await scene.deliver({ 'beside.yaml': 'kind: Cluster\nmetadata: { name: other }\n' });
      for (const [index, name] of ['r1', 'r2', 'r3'].entries()) await expectSame(scene, gadget(name), uids[index]);
      await scene.healthy('default/b');
      // With the last object that is wanted, the definition may go.
      await scene.fleet.push({ 'b.yaml': null });
      await scene.said(/guarded\[PROTECTED_DELETE\]/);
      await approveAll(scene);
      await scene.said(/could not be deleted yet.*Gadget\/default\/g1: waiting for c\.example\.com\/hold/);
      await scene.hands().edit(gadget('g1'), (one) => {
        one.metadata.finalizers = [];
      });
      await waitFor('the definition to be gone', async () =>
        (await scene.site().view.get(crd)) === undefined ? true : undefined,
      );
      expect((await scene.fleet.settled()).clusters[0]).toMatchObject({ survivors: 0, unexplained: 0 });
    },
  },
  {
    name: 'aggregated-api-down: what is retired while its API is down is deleted once that is back, and said until then',
    needsServer: true,
    run: async (scene) => {
      await scene.begin('k1');
      await scene.apply(definition('widgets', 'agg.example.com', 'Widget'));
      scene.start();
      await scene.deliver(filesOf('aggregated-api-down'));
      await scene.healthy('default/aggr');
      await scene.site().agent().stop();
      await takeApiDown(scene);
      scene.start();
      await scene.fleet.push({
        'k8s/aggr.yaml': object('aggr-stays'),
        'app.yaml': textOf('aggregated-api-down/app.yaml').replace('aggr-v1', 'aggr-v2'),
      });
      await scene.said(/1 object could not be deleted yet.*agg\.example\.com\/Widget\/default\/w1/);
      const { raw } = scene.admin();
      expect((await raw('DELETE', apiService)).status).toBe(200);
      await waitFor('the API to be back', async () => ((await raw('GET', widget)).status < 500 ? true : undefined));
      await waitFor('w1 to be gone', async () => ((await raw('GET', widget)).status === 404 ? true : undefined));
      await scene.healthy('default/aggr');
    },
  },
];

const object = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata: { a: "1" }\n`;
