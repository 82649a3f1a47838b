import { afterEach, describe, expect, it } from 'vitest';
import { startCluster } from '../../lab/cluster/cluster.ts';
import type { ClusterOptions, EmbeddedCluster } from '../../lab/cluster/cluster.ts';
import { listAt, numberAt, textAt } from '../../lab/cluster/json.ts';
import type { KubeObject } from '../../lab/cluster/json.ts';

let cluster: EmbeddedCluster | undefined;

afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});

async function start(options: ClusterOptions = {}): Promise<EmbeddedCluster> {
  cluster = await startCluster({ readyDelayMs: 1, ...options });
  return cluster;
}

async function apply({ url }: EmbeddedCluster, path: string, object: object): Promise<Response> {
  const headers = { 'content-type': 'application/apply-patch+yaml' };
  return fetch(`${url}${path}?fieldManager=test&force=true`, {
    method: 'PATCH',
    headers,
    body: JSON.stringify(object),
  });
}

/** Resolves with the first state of an object that satisfies the test. */
async function reaches(
  { store }: EmbeddedCluster,
  resource: string,
  key: string,
  test: (object: KubeObject) => boolean,
): Promise<KubeObject> {
  const now = store.get(resource, key);
  if (now !== undefined && test(now)) return now;
  return new Promise((resolve) => {
    const stop = store.subscribe((change) => {
      if (change.resource !== resource || change.key !== key || change.type === 'DELETED' || !test(change.object))
        return;
      stop();
      resolve(change.object);
    });
  });
}

const deployments = '/apis/apps/v1/namespaces/default/deployments';

function workload(kind: string, name: string, image: string, spec: object = {}): object {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: { selector: { matchLabels: labels }, template, ...spec },
  };
}

const readyReplicas = (count: number) => (object: KubeObject) =>
  numberAt(object, ['status', 'readyReplicas'], 0) === count;

describe('the controllers of the embedded cluster', () => {
  it('keep the old pods of a Deployment whose new image is broken', async () => {
    const running = await start();
    await apply(running, `${deployments}/web`, workload('Deployment', 'web', 'good:1', { replicas: 3 }));
    await reaches(running, 'deployments.apps', 'default/web', readyReplicas(3));
    await apply(running, `${deployments}/web`, workload('Deployment', 'web', 'broken/web:2', { replicas: 3 }));
    await reaches(
      running,
      'deployments.apps',
      'default/web',
      (object) => numberAt(object, ['status', 'unavailableReplicas'], 0) > 0,
    );
    const pods = running.store.list('pods');
    expect(pods.filter((pod) => textAt(pod, 'status', 'phase') === 'Running')).toHaveLength(3);
    expect(pods.some((pod) => textAt(listAt(pod, 'spec', 'containers')[0], 'image') === 'broken/web:2')).toBe(true);
  });

  it('roll a Deployment over to a good image and leave no old pod', async () => {
    const running = await start();
    await apply(running, `${deployments}/web`, workload('Deployment', 'web', 'good:1', { replicas: 2 }));
    await reaches(running, 'deployments.apps', 'default/web', readyReplicas(2));
    await apply(running, `${deployments}/web`, workload('Deployment', 'web', 'good:2', { replicas: 2 }));
    const done = (object: KubeObject): boolean =>
      numberAt(object, ['status', 'observedGeneration'], 0) === 2 &&
      numberAt(object, ['status', 'updatedReplicas'], 0) === 2 &&
      numberAt(object, ['status', 'replicas'], 0) === 2 &&
      readyReplicas(2)(object);
    await reaches(running, 'deployments.apps', 'default/web', done);
    const images = running.store.list('pods').map((pod) => textAt(listAt(pod, 'spec', 'containers')[0], 'image'));
    expect(images).toEqual(['good:2', 'good:2']);
  });

  it('make a StatefulSet ready in order, a DaemonSet on every node, and finish a Job', async () => {
    const running = await start({ nodes: 2 });
    const apps = '/apis/apps/v1/namespaces/default';
    await apply(
      running,
      `${apps}/statefulsets/db`,
      workload('StatefulSet', 'db', 'db:1', { serviceName: 'db', replicas: 2 }),
    );
    await apply(running, `${apps}/daemonsets/log`, workload('DaemonSet', 'log', 'log:1'));
    const job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'once' },
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x:1' }] } } },
    };
    await apply(running, '/apis/batch/v1/namespaces/default/jobs/once', job);
    await reaches(running, 'statefulsets.apps', 'default/db', readyReplicas(2));
    await reaches(
      running,
      'daemonsets.apps',
      'default/log',
      (object) => numberAt(object, ['status', 'numberReady'], 0) === 2,
    );
    await reaches(
      running,
      'jobs.batch',
      'default/once',
      (object) => numberAt(object, ['status', 'succeeded'], 0) === 1,
    );
    const [first, second] = ['default/db-0', 'default/db-1'].map((key) =>
      Number(running.store.get('pods', key)?.metadata.resourceVersion),
    );
    expect(first).toBeLessThan(second!);
  });

  it('keep dependents that are orphaned', async () => {
    const running = await start();
    await apply(running, `${deployments}/web`, workload('Deployment', 'web', 'good:1', { replicas: 1 }));
    await reaches(running, 'deployments.apps', 'default/web', readyReplicas(1));
    await fetch(`${running.url}${deployments}/web?propagationPolicy=Orphan`, { method: 'DELETE' });
    const [set] = running.store.list('replicasets.apps');
    const left = await reaches(
      running,
      'replicasets.apps',
      `default/${set!.metadata.name}`,
      ({ metadata }) => metadata.ownerReferences === undefined,
    );
    expect(left.metadata.name).toBe(set!.metadata.name);
    expect(running.store.count('pods')).toBe(1);
  });
});

describe('the embedded cluster', () => {
  it('counts requests by verb and resource', async () => {
    const { url, requests, stop } = await start();
    await fetch(`${url}/api/v1/namespaces/default/configmaps/c?fieldManager=x`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/apply-patch+yaml' },
      body: '{"metadata":{"name":"c"}}',
    });
    await fetch(`${url}/api/v1/configmaps`);
    expect([...requests.by]).toEqual([
      ['apply configmaps', 1],
      ['list configmaps', 1],
    ]);
    expect([requests.total(), requests.writes()]).toEqual([2, 1]);
    await stop();
    await expect(fetch(`${url}/version`)).rejects.toThrow();
  });

  it('plays the faults it is told to: an error, a broken connection before and after the work', async () => {
    const { url, store } = await start({
      faults: ({ name }) => {
        if (name === 'busy') return { status: 429, retryAfterSeconds: 7 };
        return name === 'lost' ? { drop: 'before' } : name === 'unheard' ? { drop: 'after' } : undefined;
      },
    });
    const put = (name: string): Promise<Response> =>
      fetch(`${url}/api/v1/namespaces/default/configmaps/${name}?fieldManager=x`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/apply-patch+yaml' },
        body: '{}',
      });
    const busy = await put('busy');
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([429, '7']);
    await expect(put('lost')).rejects.toThrow();
    await expect(put('unheard')).rejects.toThrow();
    expect(['busy', 'lost', 'unheard'].map((name) => store.get('configmaps', `default/${name}`) !== undefined)).toEqual(
      [false, false, true],
    );
  });

  it('refuses requests without the token when there is one', async () => {
    const { url } = await start({ token: 'secret' });
    expect((await fetch(`${url}/api/v1/pods`)).status).toBe(401);
    expect((await fetch(`${url}/api/v1/pods`, { headers: { authorization: 'Bearer secret' } })).status).toBe(200);
  });

  it('answers 410 to a watch and a continue token from before its history', async () => {
    const running = await start({ historyLimit: 5 });
    const base = `${running.url}/api/v1/namespaces/default/configmaps`;
    const post = (name: string): Promise<Response> =>
      fetch(base, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ metadata: { name } }),
      });
    for (const name of ['a', 'b']) await post(name);
    const page = (await (await fetch(`${base}?limit=1`)).json()) as {
      metadata: { continue: string; resourceVersion: string };
    };
    for (let index = 0; index < 20; index += 1) await post(`later-${index}`);
    const next = await fetch(`${base}?limit=1&continue=${page.metadata.continue}`);
    expect(next.status).toBe(410);
    const watch = await fetch(`${base}?watch=1&resourceVersion=${page.metadata.resourceVersion}`);
    expect(JSON.parse(await watch.text())).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
  });

  it('serves several custom kinds side by side, and ends their watches when a definition goes', async () => {
    const { url } = await start({ crds: ['istio', 'gateway-api'] });
    const watch = await fetch(`${url}/apis/networking.istio.io/v1/virtualservices?watch=1`);
    const crd = `${url}/apis/apiextensions.k8s.io/v1/customresourcedefinitions/virtualservices.networking.istio.io`;
    expect((await fetch(crd, { method: 'DELETE' })).status).toBe(200);
    expect(await watch.text()).toBe('');
    expect((await fetch(`${url}/apis/gateway.networking.k8s.io/v1/httproutes`)).status).toBe(200);
  });
});
