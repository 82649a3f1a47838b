import { afterAll, beforeAll, expect, it } from 'vitest';
import { preflight } from '../../../hub/preflight/preflight.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import { accepted, refused } from '../../fixtures/hub/refused.ts';
import { startCluster, type Cluster } from './cluster.ts';
import { describeControlPlane } from './suite.ts';

const plurals: Readonly<Record<string, string>> = { Ingress: 'ingresses' };
const inCluster = ['ClusterRole', 'Namespace'];

describeControlPlane('what is refused before it is published', (binaries) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ name: 'preflight', binaries });
  });
  afterAll(() => cluster.stop());

  /** A server-side apply as the agent sends it, without effect. */
  const apply = async (object: KubeObject) => {
    const { apiVersion, kind, metadata } = object;
    const plural = plurals[kind] ?? `${kind.toLowerCase()}s`;
    const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const namespace = inCluster.includes(kind) ? '' : '/namespaces/default';
    const name = encodeURIComponent(metadata.name);
    return cluster.admin.send({
      method: 'PATCH',
      path: `${group}${namespace}/${plural}/${name}?fieldManager=test&force=true&dryRun=All`,
      headers: { 'content-type': 'application/apply-patch+yaml' },
      body: JSON.stringify(object),
    });
  };

  it.each(refused)('is refused by the API server, too: %s', async (_, object) => {
    const { status, body } = await apply(object);
    expect([400, 422, 500], JSON.stringify(body)).toContain(status);
  });

  it.each(accepted)('is not what the API server takes: %s', async (_, object) => {
    const { status, body } = await apply(object);
    expect(status, JSON.stringify(body)).toBeLessThan(300);
    expect(preflight(object)).toEqual([]);
  });
});
