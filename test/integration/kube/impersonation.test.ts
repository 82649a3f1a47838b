import { expect, it } from 'vitest';
import { createKube } from '../../../agent/kube/client.ts';
import type { KubeResource } from '../../../agent/model/kube.ts';
import { systemClock, systemRandom } from '../../../shared/adapters/clock.ts';
import { accessTo, serveHttp } from './server.ts';

const configMaps: KubeResource = {
  ...{ group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true },
  verbs: ['get', 'patch'],
  subresources: [],
};
const { signal } = new AbortController();

it('a client that acts as a ServiceAccount writes as that, leaves the groups to the server, and reads as itself', async () => {
  const seen: string[] = [];
  const server = await serveHttp((request, response) => {
    const { 'impersonate-user': user, 'impersonate-group': groups } = request.headers;
    seen.push([request.method, String(user), String(groups)].join(' '));
    response.end(JSON.stringify({ metadata: { name: 'a', namespace: 'shop', uid: '1' } }));
  });
  const access = accessTo(`http://127.0.0.1:${server.port}`);
  const kube = createKube({ access, clock: systemClock, random: systemRandom });
  const user = 'system:serviceaccount:shop:deployer';
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'shop' } };
  const key = { resource: configMaps, namespace: 'shop', name: 'a' };
  try {
    await kube.as(user).create(configMaps, object, { force: false, signal });
    await kube.as(user).getMetadata(key, signal);
    await kube.as(user).delete(key, { uid: '1', propagation: 'Background', signal });
    expect(seen).toEqual([`PATCH ${user} undefined`, 'GET undefined undefined', `DELETE ${user} undefined`]);
    expect(kube.as(user)).toBe(kube.as(user));
    expect(kube.counters()).toEqual({ requests: 3, writes: 2, watches: 0 });
  } finally {
    kube.close();
    await server.stop();
  }
});
