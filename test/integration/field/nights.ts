import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
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

/** Has the API server ask a webhook about ConfigMaps with these labels; resolves with what removes it, once it is asked. */
async function askedOf(scene: Scene, name: string, labels: Record<string, string>, webhook: object) {
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] };
  const common = { name, admissionReviewVersions: ['v1'], sideEffects: 'None', failurePolicy: 'Fail', rules: [rule] };
  await scene.apply({
    apiVersion,
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name },
    webhooks: [{ ...common, ...webhook, objectSelector: { matchLabels: labels } }],
  });
  await waitFor('the webhook to be at work', async () => {
    const body = { ...map('probe'), metadata: { name: 'probe', labels } };
    const { status } = await scene.admin().raw('POST', '/api/v1/namespaces/default/configmaps?dryRun=All', { body });
    return status >= 500 ? true : undefined;
  });
  return () => scene.admin().raw('DELETE', `/apis/${apiVersion}/validatingwebhookconfigurations/${name}`);
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
      await scene.fleet.push(rawFiles('hooked', [map('hooked')]));
      await scene.healthy('default/hooked');
      const labels = { hooked: 'yes' };
      const remove = await askedOf(scene, 'down.example.com', labels, {
        timeoutSeconds: 2,
        clientConfig: { service: { name: 'gone', namespace: 'kube-system' } },
      });
      const labelled = { ...map('hooked', { a: '2' }), metadata: { name: 'hooked', labels } };
      await scene.fleet.push(rawFiles('hooked', [labelled, map('unhooked')], 2));
      await scene.said(/ConfigMap\/hooked: .*failed calling webhook "down\.example\.com"/);
      await scene.site().view.until('/ConfigMap/default/unhooked', 'there', () => true);
      expect(dataOf(await scene.site().view.get('/ConfigMap/default/hooked'))?.['a']).toBe('1');
      await othersGoOn(scene, 'default/hooked');
      expectBackoff(scene, 'hooked');
      await remove();
      await scene.site().view.until('/ConfigMap/default/hooked', 'at 2', (one) => dataOf(one)?.['a'] === '2', 60_000);
      await scene.healthy('default/hooked');
    },
  },
  {
    name: 'a webhook that hangs is named, costs the other applications little, and what was not tried goes on once it is gone',
    needsServer: true,
    run: async (scene) => {
      const silent = createServer().listen(0, '127.0.0.1');
      await once(silent, 'listening');
      try {
        const labels = { hangs: 'yes' };
        const remove = await askedOf(scene, 'hangs.example.com', labels, {
          timeoutSeconds: 3,
          clientConfig: { url: `https://127.0.0.1:${(silent.address() as AddressInfo).port}/` },
        });
        const names = Array.from({ length: 40 }, (_, at) => `hung-${at}`);
        const hung = names.map((one) => ({ ...map(one), metadata: { name: one, labels } }));
        await scene.fleet.push(rawFiles('hung', hung));
        await scene.said(
          /ConfigMap\/hung-\d+ and \d+ more: .*failed calling webhook "hangs\.example\.com".* not tried: /,
        );
        await othersGoOn(scene, 'default/hung');
        // As many as may be in flight were tried at first, and one at a time since then.
        const tried = names.filter((one) => scene.calls(one).length > 0);
        expect(tried.length).toBeLessThan(names.length);
        await remove();
        const isHealthy = async () =>
          rowOf(await scene.fleet.status(), 'default/hung')?.health === 'Healthy' ? true : undefined;
        await waitFor('all that hung to be there', isHealthy, 60_000);
      } finally {
        silent.close();
      }
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
