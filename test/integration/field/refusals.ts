import type { KubeObject } from '../../../shared/model/object.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import { rawFiles, type FieldCase, type Scene } from './scene.ts';

const map = (name: string, data: Record<string, string> = { a: '1' }) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});
const idOf = (name: string) => `/ConfigMap/default/${name}`;
const dataOf = (object: KubeObject | undefined) => object?.['data'] as Record<string, string> | undefined;
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

/** Cases of what policies, quotas and pod security refuse. */
export const refusalCases: readonly FieldCase[] = [
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
];
