import { expect } from 'vitest';
import type { KubeObject } from '../../../shared/model/object.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import { rowOf } from '../scenarios/fleet.ts';
import { rawFiles, type FieldCase, type Scene } from './scene.ts';

const map = (name: string, data: Record<string, string> = { a: '1' }) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});
const dataOf = (object: KubeObject | undefined) => object?.['data'] as Record<string, string> | undefined;

/** An application beside the one in trouble is delivered, and is healthy, while that one is not. */
async function othersGoOn(scene: Scene, troubled: string): Promise<void> {
  await scene.deliverBeside();
  expect(rowOf(await scene.fleet.status(), troubled)?.health).not.toBe('Healthy');
}

/** The times between the requests about an object grow: what is refused is not asked for again and again. */
function expectBackoff(scene: Scene, name: string): void {
  const times = scene.calls(name).map(({ at }) => at);
  const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
  // A second doubling each time, with jitter: half of what a fixed second would come to is far more than that.
  expect(times.length).toBeLessThan(6 + seconds / 2);
}

/** Cases of a night: what a cluster refuses although nothing is wrong with the manifest. */
export const nightCases: readonly FieldCase[] = [
  {
    name: 'an object that a quota refuses is said in the words of the server, waits, and is made once there is room',
    needsServer: true,
    run: async (scene) => {
      const quota = '/api/v1/namespaces/full/resourcequotas/full';
      await scene.admin().raw('POST', '/api/v1/namespaces', { body: { metadata: { name: 'full' } } });
      const metadata = { name: 'full', namespace: 'full' };
      await scene.apply({
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata,
        spec: { hard: { 'count/configmaps': '0' } },
      });
      await waitFor('the quota to be at work', async () => {
        const { status } = await scene
          .admin()
          .raw('POST', '/api/v1/namespaces/full/configmaps?dryRun=All', { body: map('probe') });
        return status === 403 ? true : undefined;
      });
      await scene.fleet.push(rawFiles('full', [map('crowded')], 1, 'full'));
      await scene.said(/ConfigMap\/crowded: .*exceeded quota: full/);
      await othersGoOn(scene, 'full/full');
      expectBackoff(scene, 'crowded');
      await scene.admin().raw('DELETE', quota);
      await scene.site().view.until('/ConfigMap/full/crowded', 'there', () => true, 60_000);
      await scene.healthy('full/full');
    },
  },
  {
    name: 'a webhook that is down is named by every object that it holds up, and by no other; they go on once it is up or gone',
    needsServer: true,
    run: async (scene) => {
      const name = 'down.example.com';
      const apiVersion = 'admissionregistration.k8s.io/v1';
      await scene.fleet.push(rawFiles('hooked', [map('hooked')]));
      await scene.healthy('default/hooked');
      await scene.apply({
        apiVersion,
        kind: 'ValidatingWebhookConfiguration',
        metadata: { name },
        webhooks: [
          {
            name,
            admissionReviewVersions: ['v1'],
            sideEffects: 'None',
            failurePolicy: 'Fail',
            timeoutSeconds: 2,
            clientConfig: { service: { name: 'gone', namespace: 'kube-system' } },
            rules: [
              { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] },
            ],
            objectSelector: { matchLabels: { hooked: 'yes' } },
          },
        ],
      });
      const labelled = { ...map('hooked', { a: '2' }), metadata: { name: 'hooked', labels: { hooked: 'yes' } } };
      await waitFor('the webhook to be at work', async () => {
        const path = '/api/v1/namespaces/default/configmaps?dryRun=All';
        const body = { ...labelled, metadata: { name: 'probe', labels: { hooked: 'yes' } } };
        const { status } = await scene.admin().raw('POST', path, { body });
        return status >= 500 ? true : undefined;
      });
      await scene.fleet.push(rawFiles('hooked', [labelled, map('unhooked')], 2));
      await scene.said(/ConfigMap\/hooked: .*failed calling webhook "down\.example\.com"/);
      await scene.site().view.until('/ConfigMap/default/unhooked', 'there', () => true);
      expect(dataOf(await scene.site().view.get('/ConfigMap/default/hooked'))?.['a']).toBe('1');
      await othersGoOn(scene, 'default/hooked');
      expectBackoff(scene, 'hooked');
      await scene.admin().raw('DELETE', `/apis/${apiVersion}/validatingwebhookconfigurations/${name}`);
      await scene.site().view.until('/ConfigMap/default/hooked', 'at 2', (one) => dataOf(one)?.['a'] === '2', 60_000);
      await scene.healthy('default/hooked');
    },
  },
  {
    name: 'a claim that cannot be made smaller is refused in the words of the server, and stays as it is',
    needsServer: true,
    run: async (scene) => {
      const claim = (storage: string) => ({
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'shrunk' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
      });
      const sizeOf = (object: KubeObject | undefined) =>
        (object?.['spec'] as { resources: { requests: { storage: string } } }).resources.requests.storage;
      await scene.fleet.push(rawFiles('claims', [claim('2Gi'), map('claim-beside')]));
      const id = '/PersistentVolumeClaim/default/shrunk';
      await scene.site().view.until(id, 'there', () => true);
      await scene.fleet.push(rawFiles('claims', [claim('1Gi'), map('claim-beside', { a: '2' })], 2));
      await scene.said(/PersistentVolumeClaim\/shrunk: .*immutable.*give the new PersistentVolumeClaim another name/);
      await scene.site().view.until('/ConfigMap/default/claim-beside', 'at 2', (one) => dataOf(one)?.['a'] === '2');
      expect(sizeOf(await scene.site().view.get(id))).toBe('2Gi');
      await othersGoOn(scene, 'default/claims');
      expectBackoff(scene, 'shrunk');
    },
  },
];
