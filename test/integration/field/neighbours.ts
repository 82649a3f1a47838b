import { expect } from 'vitest';
import type { KubeObject } from '../../../shared/model/object.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import { rawFiles, type FieldCase, type Scene } from './scene.ts';

const map = (name: string, data: Record<string, string> = { a: '1' }, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
  ...more,
});
const idOf = (name: string) => `/ConfigMap/default/${name}`;
const dataOf = (object: KubeObject | undefined) => object?.['data'] as Record<string, string> | undefined;
const jobOf = (name: string, spec: object, image = 'busybox:1') => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name },
  spec: { ...spec, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'm', image }] } } },
});
const creations = (scene: Scene, name: string) => scene.calls(name).filter(({ verb }) => verb === 'create').length;
const json = 'application/json-patch+json';
const merge = 'application/merge-patch+json';

/** Cases that are like those that were reported: other controllers, other fields, another order. */
export const neighbourCases: readonly FieldCase[] = [
  {
    name: 'a Job whose TTL is nothing is done, although it is gone at once',
    run: async (scene) => {
      await scene.fleet.push(rawFiles('atonce', [jobOf('atonce', { ttlSecondsAfterFinished: 0 })]));
      await waitFor('it to be made', () => (creations(scene, 'atonce') > 0 ? true : undefined));
      await scene.site().view.untilGone('batch/Job/default/atonce', 60_000);
      await scene.healthy('default/atonce');
      await scene.deliverBeside();
      expect(creations(scene, 'atonce')).toBe(1);
    },
  },
  {
    name: 'a Job that failed and was removed by its TTL is said to have failed, and is not run again',
    needsServer: true,
    run: async (scene) => {
      const spec = { ttlSecondsAfterFinished: 1, activeDeadlineSeconds: 2, backoffLimit: 0 };
      await scene.fleet.push(rawFiles('fails', [jobOf('fails', spec, 'broken/job:1')]));
      await scene.said(/Job\/fails: failed, and was removed since/);
      await scene.deliverBeside();
      expect(creations(scene, 'fails')).toBe(1);
    },
  },
  {
    name: 'a namespace that is deleted by hand is made again with what was in it, and its end is waited for',
    run: async (scene) => {
      await scene.fleet.push(rawFiles('inside', [map('inside')], 1, 'elsewhere'));
      await scene.healthy('elsewhere/inside');
      const before = await scene.site().view.get('/ConfigMap/elsewhere/inside');
      await scene.hands().remove('/Namespace//elsewhere');
      await scene
        .site()
        .view.until(
          '/ConfigMap/elsewhere/inside',
          'made again',
          ({ metadata }) => metadata.uid !== before?.metadata.uid,
          60_000,
        );
      await scene.healthy('elsewhere/inside');
    },
  },
  {
    name: 'an immutable ConfigMap that changes in Git is refused with what makes way',
    run: async (scene) => {
      await scene.fleet.push(rawFiles('fixed', [map('fixed', { a: '1' }, { immutable: true })]));
      await scene.healthy('default/fixed');
      await scene.fleet.push(rawFiles('fixed', [map('fixed', { a: '2' }, { immutable: true })], 2));
      await scene.said(
        /ConfigMap\/fixed: .*immutable.*kubectl (-n default )?delete configmap\/fixed|ConfigMap\/fixed: .*immutable.*kubectl .*delete configmap fixed/i,
      );
      await scene.hands().remove(idOf('fixed'));
      await scene.site().view.until(idOf('fixed'), 'at 2', (one) => dataOf(one)?.['a'] === '2', 60_000);
      await scene.healthy('default/fixed');
    },
  },
  {
    name: 'a field that nobody declares may be set by others all the time, and costs nothing',
    run: async (scene) => {
      await scene.fleet.push(rawFiles('open', [map('open')]));
      await scene.healthy('default/open');
      const asked = scene.calls('open').length;
      const path = '/api/v1/namespaces/default/configmaps/open?fieldManager=other';
      for (let n = 0; n < 20; n += 1)
        await scene.admin().raw('PATCH', path, { type: merge, body: { data: { theirs: String(n) } } });
      await scene.deliverBeside();
      expect(scene.calls('open')).toHaveLength(asked);
    },
  },
  {
    name: 'an object whose managedFields were emptied is ours again after one repair',
    run: async (scene) => {
      await scene.fleet.push(rawFiles('emptied', [map('emptied')]));
      await scene.healthy('default/emptied');
      const path = '/api/v1/namespaces/default/configmaps/emptied';
      const body = [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }];
      expect((await scene.admin().raw('PATCH', path, { type: json, body })).status).toBe(200);
      await scene
        .site()
        .view.until(idOf('emptied'), 'ours', ({ metadata }) =>
          (metadata.managedFields ?? []).some(
            ({ manager, operation }) => manager === 'sluice-agent' && operation === 'Apply',
          ),
        );
      await scene.fleet.push(rawFiles('emptied', [map('emptied', { b: '2' })], 2));
      await scene.site().view.until(idOf('emptied'), 'at 2', (one) => dataOf(one)?.['b'] === '2');
      expect(dataOf(await scene.site().view.get(idOf('emptied')))).toEqual({ b: '2' });
    },
  },
  {
    name: 'an owner that is not there, put on an object of ours by another, is a fight that is said and backs off',
    run: async (scene) => {
      await scene.fleet.push(rawFiles('owned', [map('owned-by-dead')]));
      await scene.healthy('default/owned');
      const over = new AbortController();
      const path = '/api/v1/namespaces/default/configmaps/owned-by-dead?fieldManager=bad-operator';
      const ownerReferences = [
        { apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', uid: '22222222-2222-2222-2222-222222222222' },
      ];
      const marking = (async () => {
        while (!over.signal.aborted) {
          await scene.admin().raw('PATCH', path, { type: merge, body: { metadata: { ownerReferences } } });
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      })();
      try {
        await scene.said(/ConfigMap\/owned-by-dead: deleted again and again by something else/);
      } finally {
        over.abort();
        await marking;
      }
      expect(creations(scene, 'owned-by-dead')).toBeLessThanOrEqual(6);
    },
  },
  {
    name: 'the type of a Secret that changes is refused with what makes way',
    run: async (scene) => {
      const secret = (type: string) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'typed' }, type });
      await scene.fleet.push(rawFiles('typed', [secret('Opaque')]));
      await scene.healthy('default/typed');
      await scene.fleet.push(rawFiles('typed', [secret('example.com/other')], 2));
      await scene.said(/Secret\/typed: .*immutable.*kubectl .*delete/);
    },
  },
  {
    name: 'a finalizer that others put on later holds a deletion, and is named',
    run: async (scene) => {
      await scene.fleet.push(rawFiles('late', [map('late'), map('late-beside')]));
      await scene.healthy('default/late');
      await scene.hands().edit(idOf('late'), (one) => {
        one.metadata.finalizers = ['y.example.com/late', 'z.example.com/later'];
      });
      await scene.fleet.push(rawFiles('late', [map('late-beside')], 2));
      await scene.said(/ConfigMap\/default\/late: waiting for y\.example\.com\/late, z\.example\.com\/later/);
      // Wanted again while it ends: it is made anew once it is gone.
      await scene.fleet.push(rawFiles('late', [map('late', { a: '3' }), map('late-beside')], 3));
      await scene.hands().edit(idOf('late'), (one) => {
        one.metadata.finalizers = [];
      });
      await scene.site().view.until(idOf('late'), 'at 3', (one) => dataOf(one)?.['a'] === '3', 60_000);
      await scene.healthy('default/late');
    },
  },
  {
    name: 'an object that changes many times a second is deleted all the same',
    run: async (scene) => {
      await scene.fleet.push(rawFiles('busy', [map('busy'), map('busy-beside')]));
      await scene.healthy('default/busy');
      const over = new AbortController();
      const path = '/api/v1/namespaces/default/configmaps/busy?fieldManager=busy';
      const writing = (async () => {
        for (let n = 0; !over.signal.aborted; n += 1) {
          await scene.admin().raw('PATCH', path, { type: merge, body: { data: { theirs: String(n) } } });
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      })();
      try {
        await scene.fleet.push(rawFiles('busy', [map('busy-beside')], 2));
        await scene.gone(idOf('busy'));
      } finally {
        over.abort();
        await writing;
      }
      await scene.healthy('default/busy');
    },
  },
  {
    name: 'a controller that deletes an object of ours whenever it is there is said, and costs ever less',
    run: async (scene) => {
      await scene.fleet.push(rawFiles('hunted', [map('hunted')]));
      await scene.healthy('default/hunted');
      const over = new AbortController();
      const hunting = (async () => {
        while (!over.signal.aborted) {
          await scene.admin().raw('DELETE', '/api/v1/namespaces/default/configmaps/hunted');
          await new Promise((resolve) => setTimeout(resolve, 30));
        }
      })();
      try {
        await scene.said(/ConfigMap\/hunted: deleted again and again by something else/);
      } finally {
        over.abort();
        await hunting;
      }
      expect(creations(scene, 'hunted')).toBeLessThanOrEqual(6);
    },
  },
];
