import { readFile, readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCluster, type EmbeddedCluster } from '../../lab/cluster/cluster.ts';
import { openClusterView, type ClusterView } from '../../lab/demo/cluster-view.ts';
import { groupOf } from '../../../shared/model/object.ts';
import { objectsOf } from './helm.ts';

const golden = new URL('../../golden/charts/', import.meta.url);
const releases = (await readdir(golden)).filter((name) => name.endsWith('.yaml'));

describe('the objects of the charts', () => {
  let cluster: EmbeddedCluster;
  let view: ClusterView;
  beforeAll(async () => {
    cluster = await startCluster({ name: 'charts' });
    view = openClusterView(cluster.kubeconfig);
    const namespaces = await view.kube.resource({ group: '', kind: 'Namespace' }, signal);
    for (const name of ['sluice-system', 'shop', 'blog']) {
      await view.kube.post(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, signal);
    }
  });
  afterAll(async () => {
    view.close();
    await cluster.stop();
  });
  const { signal } = new AbortController();

  it.each(releases)('%s are known to Kubernetes, field by field', async (release) => {
    const objects = objectsOf(await readFile(new URL(release, golden), 'utf8'));
    expect(objects.length).toBeGreaterThan(4);
    for (const object of objects) {
      const resource = await view.kube.resource({ group: groupOf(object.apiVersion), kind: object.kind }, signal);
      const applied = await view.kube.apply(resource, object, { force: true, signal });
      expect(applied.metadata.uid).toBeTruthy();
    }
  });
});
