import { expect, it } from 'vitest';
import { textOf } from './context.ts';
import type { Facts } from './suite.ts';

const kinds: readonly (readonly [group: string, kind: string, version: string, plural: string, namespaced: boolean])[] =
  [
    ['', 'ConfigMap', 'v1', 'configmaps', true],
    ['', 'Endpoints', 'v1', 'endpoints', true],
    ['', 'Namespace', 'v1', 'namespaces', false],
    ['apps', 'Deployment', 'v1', 'deployments', true],
    ['networking.k8s.io', 'Ingress', 'v1', 'ingresses', true],
    ['rbac.authorization.k8s.io', 'ClusterRole', 'v1', 'clusterroles', false],
    ['coordination.k8s.io', 'Lease', 'v1', 'leases', true],
    ['apiextensions.k8s.io', 'CustomResourceDefinition', 'v1', 'customresourcedefinitions', false],
  ];

/** Kinds and resources, aggregated and one by one. */
export const discoveryFacts: Facts = (at) => {
  it.each(kinds)('knows %s/%s', async (group, kind, version, plural, namespaced) => {
    const found = await at().kube.resource({ group, kind }, at().signal);
    expect(found).toMatchObject({ group, kind, version, plural, namespaced });
    expect(found.verbs).toEqual(expect.arrayContaining(['get', 'list', 'watch', 'patch', 'delete']));
  });

  it('serves all groups in two aggregated answers', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    for (const path of ['/api', '/apis']) {
      const { status, headers, body } = await at().raw('GET', path, { accept });
      expect([status, body.kind]).toEqual([200, 'APIGroupDiscoveryList']);
      expect(String(headers['content-type'])).toContain('as=APIGroupDiscoveryList');
    }
  });

  it('says the same of a group when it is asked in the older way', async () => {
    const legacy = await at().raw('GET', '/apis/apps/v1');
    const names = legacy.body.resources?.map(({ name }) => textOf(name)).filter((name) => !name.includes('/'));
    const resources = await at().kube.resources(at().signal);
    const found = resources.filter(({ group }) => group === 'apps').map(({ plural }) => plural);
    expect(found.sort()).toEqual(names?.sort());
  });

  it('tells its version', async () => {
    expect(await at().kube.version(at().signal)).toMatch(/^v1\.\d+\.\d+/);
  });

  it('answers 404 that names no object for a group, version or resource that is not served', async () => {
    const paths = [
      '/apis/nothing.example.com/v1/things',
      '/apis/apps/v9/deployments/x',
      '/api/v1/namespaces/default/things/x',
    ];
    for (const path of paths) {
      const { status, body } = await at().raw('GET', path);
      expect([path, status, body.details?.name]).toEqual([path, 404, undefined]);
    }
    await expect(
      at().kube.resource({ group: 'nothing.example.com', kind: 'Thing' }, at().signal),
    ).rejects.toMatchObject({
      code: 'KIND_UNKNOWN',
    });
  });

  it('answers 404 that names the object for an object that is missing', async () => {
    const { status, body } = await at().raw('GET', '/api/v1/namespaces/default/configmaps/nothing');
    expect([status, body.reason, body.details?.name]).toEqual([404, 'NotFound', 'nothing']);
  });
};
