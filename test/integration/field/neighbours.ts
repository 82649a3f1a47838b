import { expect } from 'vitest';
import type { KubeObject } from '../../../shared/model/object.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import { definition, rawFiles, type FieldCase, type Scene } from './scene.ts';

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
const deploymentOf = (name: string, image = 'nginx:1', replicas = 1) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image }] } },
  },
});
const creations = (scene: Scene, name: string) => scene.calls(name).filter(({ verb }) => verb === 'create').length;
const json = 'application/json-patch+json';
const merge = 'application/merge-patch+json';

/** A policy that refuses operations on one ConfigMap. */
async function refuse(scene: Scene, name: string, operations: readonly string[]): Promise<() => Promise<void>> {
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const expression = `(request.operation == "DELETE" ? oldObject : object).metadata.name != "${name}"`;
  await scene.apply({
    apiVersion,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations, resources: ['configmaps'] }],
      },
      validations: [{ expression, message: `${name} is kept by the platform` }],
    },
  });
  await scene.apply({
    apiVersion,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name, validationActions: ['Deny'] },
  });
  await waitFor('the policy to be at work', async () => {
    const { raw } = scene.admin();
    const path = '/api/v1/namespaces/default/configmaps';
    const answer = operations.includes('DELETE')
      ? await raw('DELETE', `${path}/${name}?dryRun=All`)
      : await raw('POST', `${path}?dryRun=All`, { body: map(name) });
    return JSON.stringify(answer.body).includes('kept by the platform') ? true : undefined;
  });
  return async () => {
    const all = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings';
    await scene.admin().raw('DELETE', `${all}/${name}`);
  };
}

/** Cases that nobody reported yet, beside those that were: other controllers, other fields, another order. */
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
      await scene.site().view.until('batch/Job/default/fails', 'there', () => true);
      await scene.site().view.untilGone('batch/Job/default/fails', 60_000);
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
    name: 'a definition that is deleted by hand takes its objects; they are made again once it is back',
    run: async (scene) => {
      const crd = definition('boxes', 'd.example.com', 'Box');
      await scene.apply(crd);
      const box = { apiVersion: 'd.example.com/v1', kind: 'Box', metadata: { name: 'box' }, spec: { size: 1 } };
      await scene.fleet.push(rawFiles('boxed', [box, map('boxed')]));
      await scene.healthy('default/boxed');
      await scene.hands().remove('apiextensions.k8s.io/CustomResourceDefinition//boxes.d.example.com');
      await scene.said(/Box\/box: .*the cluster does not serve this kind|Box\/box: .*404 page not found/);
      await scene.apply(crd);
      await waitFor('it to be made again', () =>
        scene
          .site()
          .view.get('d.example.com/Box/default/box')
          .catch(() => undefined),
      );
      await scene.healthy('default/boxed');
    },
  },
  {
    name: 'a policy that refuses a change is said in its words; the rest proceeds, and so does the change once it may',
    needsServer: true,
    run: async (scene) => {
      await scene.fleet.push(rawFiles('policed', [map('policed'), map('policed-beside')]));
      await scene.healthy('default/policed');
      const allow = await refuse(scene, 'policed', ['CREATE', 'UPDATE']);
      await scene.fleet.push(rawFiles('policed', [map('policed', { a: '2' }), map('policed-beside', { a: '2' })], 2));
      await scene.said(/ConfigMap\/policed: .*policed is kept by the platform/);
      await scene.site().view.until(idOf('policed-beside'), 'at 2', (one) => dataOf(one)?.['a'] === '2');
      await allow();
      await scene.site().view.until(idOf('policed'), 'at 2', (one) => dataOf(one)?.['a'] === '2', 60_000);
      await scene.healthy('default/policed');
    },
  },
  {
    name: 'a policy that refuses a deletion is said in its words, and the object goes once it may',
    needsServer: true,
    run: async (scene) => {
      await scene.fleet.push(rawFiles('guarded', [map('guarded'), map('guarded-beside')]));
      await scene.healthy('default/guarded');
      const allow = await refuse(scene, 'guarded', ['DELETE']);
      await scene.fleet.push(rawFiles('guarded', [map('guarded-beside')], 2));
      await scene.said(/ConfigMap\/default\/guarded: .*guarded is kept by the platform/);
      await allow();
      await scene.site().view.untilGone(idOf('guarded'), 60_000);
      await scene.healthy('default/guarded');
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
    name: 'pods that a quota refuses are said in the words of the server within seconds',
    needsServer: true,
    run: async (scene) => {
      await scene.admin().raw('POST', '/api/v1/namespaces', { body: { metadata: { name: 'poor' } } });
      await scene.apply({
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'none', namespace: 'poor' },
        spec: { hard: { pods: '0' } },
      });
      await scene.fleet.push(rawFiles('poor', [deploymentOf('poor')], 1, 'poor'));
      await scene.said(/poor.*exceeded quota: none/);
    },
  },
  {
    name: 'pods that the pod security of the namespace refuses are said in the words of the server',
    needsServer: true,
    run: async (scene) => {
      const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
      await scene.admin().raw('POST', '/api/v1/namespaces', { body: { metadata: { name: 'strict', labels } } });
      await scene.fleet.push(rawFiles('strict', [deploymentOf('strict')], 1, 'strict'));
      await scene.said(/strict.*violates PodSecurity "restricted/);
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
    name: 'an API of others that is down stops neither deliveries nor deletions',
    needsServer: true,
    run: async (scene) => {
      await scene.apply({
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        metadata: { name: 'v1beta1.metrics.example.com' },
        spec: {
          group: 'metrics.example.com',
          version: 'v1beta1',
          groupPriorityMinimum: 100,
          versionPriority: 100,
          insecureSkipTLSVerify: true,
          service: { name: 'gone', namespace: 'kube-system' },
        },
      });
      await scene.fleet.push(rawFiles('calm', [map('calm'), map('calm-leaves')]));
      await scene.healthy('default/calm');
      await scene.fleet.push(rawFiles('calm', [map('calm', { a: '2' })], 2));
      await scene.gone(idOf('calm-leaves'));
      await scene.healthy('default/calm');
    },
  },
  {
    name: 'a conversion webhook that is down blocks objects of its kind alone, says so, and nothing is deleted for it',
    needsServer: true,
    run: async (scene) => {
      const crd = definition('knobs', 'e.example.com', 'Knob') as { spec: { versions: { name: string }[] } };
      const [first] = crd.spec.versions;
      await scene.apply(crd);
      const knob = { apiVersion: 'e.example.com/v1', kind: 'Knob', metadata: { name: 'knob' }, spec: { size: 1 } };
      await scene.fleet.push(rawFiles('knobs', [knob]));
      await scene.healthy('default/knobs');
      const uid = (await scene.site().view.get('e.example.com/Knob/default/knob'))?.metadata.uid;
      const broken = {
        ...crd,
        spec: {
          ...crd.spec,
          versions: [
            { ...first, name: 'v2', storage: true },
            { ...first, storage: false },
          ],
          conversion: {
            strategy: 'Webhook',
            webhook: {
              conversionReviewVersions: ['v1'],
              clientConfig: { service: { name: 'gone', namespace: 'kube-system', path: '/c' } },
            },
          },
        },
      };
      await scene.apply(broken);
      await scene.fleet.push({
        ...rawFiles('knobs', [{ ...knob, spec: { size: 2 } }], 2),
        ...rawFiles('beside-knobs', [map('beside-knobs')]),
      });
      await scene.healthy('default/beside-knobs');
      await scene.said(/Knob\/knob: .*(conversion webhook|cannot be listed|service "gone" not found)/);
      await scene.apply({ ...broken, spec: { ...broken.spec, conversion: { strategy: 'None' } } });
      await scene.healthy('default/knobs');
      expect((await scene.site().view.get('e.example.com/Knob/default/knob'))?.metadata.uid).toBe(uid);
    },
  },
  {
    name: 'a field that the schema of a kind does not have is refused with its name, and costs no more than a request in ten seconds for long',
    run: async (scene) => {
      const crd = definition('pegs', 'f.example.com', 'Peg') as { spec: { versions: { schema: object }[] } };
      crd.spec.versions[0]!.schema = {
        openAPIV3Schema: {
          type: 'object',
          properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
        },
      };
      await scene.apply(crd);
      const peg = (spec: object) => ({ apiVersion: 'f.example.com/v1', kind: 'Peg', metadata: { name: 'peg' }, spec });
      await scene.fleet.push(rawFiles('pegs', [peg({ size: 1, colour: 'red' })]));
      await scene.said(/Peg\/peg: .*colour/);
      await scene.fleet.push(rawFiles('pegs', [peg({ size: 1 })], 2));
      await scene.healthy('default/pegs');
    },
  },
  {
    name: 'a version of a kind that is not served any more: the object goes on in the version that is',
    run: async (scene) => {
      const crd = definition('cogs', 'g.example.com', 'Cog') as { spec: { versions: object[] } };
      const [first] = crd.spec.versions;
      crd.spec.versions = [{ ...first }, { ...first, name: 'v2', storage: false }];
      await scene.apply(crd);
      const cog = (version: string, size: number) => ({
        apiVersion: `g.example.com/${version}`,
        kind: 'Cog',
        metadata: { name: 'cog' },
        spec: { size },
      });
      await scene.fleet.push(rawFiles('cogs', [cog('v1', 1)]));
      await scene.healthy('default/cogs');
      const uid = (await scene.site().view.get('g.example.com/Cog/default/cog'))?.metadata.uid;
      crd.spec.versions = [
        { ...first, served: false },
        { ...first, name: 'v2', storage: false },
      ];
      await scene.apply(crd);
      await scene.fleet.push(rawFiles('cogs', [cog('v2', 2)], 2));
      await scene
        .site()
        .view.until(
          'g.example.com/Cog/default/cog',
          'at 2',
          (one) => (one['spec'] as { size: number }).size === 2,
          60_000,
        );
      await scene.healthy('default/cogs');
      expect((await scene.site().view.get('g.example.com/Cog/default/cog'))?.metadata.uid).toBe(uid);
      await scene.fleet.push({ 'cogs.yaml': null });
      await scene.gone('g.example.com/Cog/default/cog');
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
