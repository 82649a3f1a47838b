import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sendOk } from './client.ts';
import { startCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { createNamespace, serviceAccountToken } from './content.ts';
import { rawClient } from './client.ts';
import { describeControlPlane } from './suite.ts';
import { waitFor } from './wait.ts';

type Pod = {
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly phase: string;
    readonly containerStatuses?: readonly { readonly state: { readonly waiting?: { readonly reason: string } } }[];
  };
};

describeControlPlane('a real control plane', (binaries) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ name: 'basics', binaries, crds: ['istio', 'gateway-api'] });
  });
  afterAll(async () => {
    await cluster.stop();
  });

  const deployments = '/apis/apps/v1/namespaces/default/deployments';
  const deploy = async (name: string, image: string): Promise<unknown> =>
    sendOk(cluster.admin, { method: 'POST', path: deployments, body: deployment(name, image, 2) });
  const podsOf = async (name: string): Promise<readonly Pod[]> => {
    const list = await sendOk(cluster.admin, { path: `/api/v1/namespaces/default/pods?labelSelector=app=${name}` });
    return (list as { items: Pod[] }).items;
  };
  const readyOf = async (name: string): Promise<number> => {
    const body = await sendOk(cluster.admin, { path: `${deployments}/${name}` });
    return (body as { status: { readyReplicas?: number } }).status.readyReplicas ?? 0;
  };

  it('makes the pods of a Deployment ready and deletes them with it', async () => {
    await deploy('good', 'nginx:1');
    await waitFor('two ready pods', async () => ((await readyOf('good')) === 2 ? true : undefined));
    await sendOk(cluster.admin, { method: 'DELETE', path: `${deployments}/good` });
    await waitFor('no pods', async () => ((await podsOf('good')).length === 0 ? true : undefined));
  });

  it.each([
    ['bad-registry', 'broken/nginx:1'],
    ['bad-tag', 'nginx:broken'],
  ])('never makes a pod ready whose image is marked as broken (%s)', async (name, image) => {
    await deploy(name, image);
    const pods = await waitFor('the pods to fail', async () => {
      const found = await podsOf(name);
      const reasons = found.map(({ status }) => status.containerStatuses?.[0]?.state.waiting?.reason);
      return found.length === 2 && reasons.every((reason) => reason === 'ImagePullBackOff') ? found : undefined;
    });
    expect(pods.map(({ status }) => status.phase)).toEqual(['Pending', 'Pending']);
    expect(await readyOf(name)).toBe(0);
  });

  it('serves the CRDs of Istio and of the Gateway API', async () => {
    const istio = await sendOk(cluster.admin, { path: '/apis/networking.istio.io/v1' });
    const gateway = await sendOk(cluster.admin, { path: '/apis/gateway.networking.k8s.io/v1' });
    const names = [istio, gateway].flatMap((list) =>
      (list as { resources: { name: string }[] }).resources.map(({ name }) => name),
    );
    expect(names).toEqual(expect.arrayContaining(['virtualservices', 'httproutes']));
  });

  it('gives a service account a token that RBAC limits', async () => {
    await createNamespace(cluster.admin, 'limited');
    const token = await serviceAccountToken(cluster.admin, { namespace: 'limited', name: 'nobody' });
    const nobody = rawClient(cluster.url, cluster.ca, token);
    const answer = await nobody.send({ path: '/api/v1/namespaces/limited/secrets' });
    nobody.close();
    expect(answer.status).toBe(403);
    expect(answer.body).toMatchObject({ kind: 'Status', reason: 'Forbidden' });
  });

  it('can run beside a second one, and stops clean, twice', async () => {
    const second = await startCluster({ name: 'second', binaries });
    const both = [cluster, second].map(async ({ admin }) => sendOk(admin, { path: '/version' }));
    expect(await Promise.all(both)).toMatchObject([{ gitVersion: 'v1.36.3' }, { gitVersion: 'v1.36.3' }]);
    const pids = Object.values(second.pids());
    await second.stop();
    await second.stop();
    expect(pids.filter(isAlive)).toEqual([]);
    expect(existsSync(second.folder)).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function deployment(name: string, image: string, replicas: number): unknown {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { replicas, selector: { matchLabels: labels }, template },
  };
}
