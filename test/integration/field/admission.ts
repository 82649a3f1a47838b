import { expect } from 'vitest';
import type { KubeObject } from '../../../shared/model/object.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import { rowOf } from '../scenarios/fleet.ts';
import { definition, rawFiles, type FieldCase, type Scene } from './scene.ts';

const apiVersion = 'admissionregistration.k8s.io/v1';
const map = (name: string, data: Record<string, string> = { a: '1' }) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});
const dataOf = (object: KubeObject | undefined) => object?.['data'] as Record<string, string> | undefined;
const configMaps = {
  apiGroups: [''],
  apiVersions: ['v1'],
  operations: ['CREATE', 'UPDATE'],
  resources: ['configmaps'],
};

/** A policy that changes what is written of one ConfigMap; answers how it is lifted. */
async function mutate(scene: Scene, name: string, change: string, isAtWork: string): Promise<() => Promise<void>> {
  await scene.apply({
    apiVersion,
    kind: 'MutatingAdmissionPolicy',
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      reinvocationPolicy: 'IfNeeded',
      matchConstraints: { resourceRules: [{ ...configMaps, resourceNames: [name] }] },
      mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: change } }],
    },
  });
  await scene.apply({
    apiVersion,
    kind: 'MutatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name },
  });
  await waitFor('the policy to be at work', async () => {
    const path = '/api/v1/namespaces/default/configmaps?dryRun=All';
    const { body } = await scene.admin().raw('POST', path, { body: map(name) });
    return JSON.stringify(body).includes(isAtWork) ? true : undefined;
  });
  return async () => {
    await scene.admin().raw('DELETE', `/apis/${apiVersion}/mutatingadmissionpolicybindings/${name}`);
  };
}

/** Cases of admission and of APIs that come late: only a real API server has them. */
export const admissionCases: readonly FieldCase[] = [
  {
    name: 'a policy that changes a field of ours in every write is said, costs no more than the writes, and is not fought; what the manifest leaves to it is not said',
    needsServer: true,
    run: async (scene) => {
      const lift = await mutate(scene, 'rewritten', 'Object{data: {"a": "platform"}}', '"platform"');
      await scene.fleet.push(rawFiles('rewritten', [map('rewritten')]));
      await scene.site().view.until('/ConfigMap/default/rewritten', 'there', () => true);
      await scene.said(
        /ConfigMap\/rewritten: changed while it was written, by a webhook or an admission policy: data\.a has another value/,
      );
      for (let n = 0; n < 3; n += 1) await scene.deliverBeside();
      expect(scene.calls('rewritten').map(({ verb }) => verb)).toEqual(['create']);
      const object = map('rewritten');
      const annotations = { 'sluice.dev/ignore-differences': '["/data/a"]' };
      const left = { ...object, metadata: { ...object.metadata, annotations } };
      await scene.fleet.push(rawFiles('rewritten', [left], 2));
      const status = await scene.fleet.until('it to be said no more', (view) => {
        const row = rowOf(view, 'default/rewritten');
        return row?.applied === true && row.health === 'Healthy' && !row.message.includes('another value');
      });
      expect(rowOf(status, 'default/rewritten')?.message).toBe('Ready:1/1');
      expect(dataOf(await scene.site().view.get('/ConfigMap/default/rewritten'))).toEqual({ a: 'platform' });
      await lift();
    },
  },
  {
    name: 'a policy that adds what nobody declared is left alone',
    needsServer: true,
    run: async (scene) => {
      const change = 'Object{metadata: Object.metadata{labels: {"team": "platform"}}}';
      const lift = await mutate(scene, 'labelled-too', change, '"platform"');
      await scene.fleet.push(rawFiles('labelled-too', [map('labelled-too')]));
      await scene.healthy('default/labelled-too');
      await scene.deliverBeside();
      expect(scene.calls('labelled-too').map(({ verb }) => verb)).toEqual(['create']);
      await scene.fleet.push(rawFiles('labelled-too', [map('labelled-too', { a: '2' })], 2));
      await scene
        .site()
        .view.until(
          '/ConfigMap/default/labelled-too',
          'at 2, with the label',
          (one) => dataOf(one)?.['a'] === '2' && one.metadata.labels?.['team'] === 'platform',
        );
      await lift();
    },
  },
  {
    name: 'own-state-blocked: a policy that refuses the state of the agent is told, and what Git removes of it goes',
    needsServer: true,
    run: async (scene) => {
      const policy = {
        apiVersion,
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name: 'no-state' },
        spec: {
          failurePolicy: 'Fail',
          matchConstraints: { resourceRules: [configMaps] },
          validations: [
            {
              expression: 'object.metadata.namespace != "sluice-system"',
              message: 'the platform keeps this namespace',
            },
          ],
        },
      };
      const binding = {
        apiVersion,
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name: 'no-state' },
        spec: { policyName: 'no-state', validationActions: ['Deny'] },
      };
      await scene.fleet.push(rawFiles('policies', [policy, binding]));
      await scene.site().view.until(`admissionregistration.k8s.io/${binding.kind}//no-state`, 'there', () => true);
      await waitFor('the policy to be at work', async () => {
        const path = '/api/v1/namespaces/sluice-system/configmaps?dryRun=All';
        const { body } = await scene.admin().raw('POST', path, { body: map('probe') });
        return JSON.stringify(body).includes('keeps this namespace') ? true : undefined;
      });
      await scene.fleet.push(rawFiles('after', [map('after')]));
      await scene.said(/AgentFault: .*the platform keeps this namespace|the platform keeps this namespace/);
      await scene.fleet.push({ 'policies.yaml': null });
      await scene.healthy('default/after');
      await scene.site().view.untilGone(`admissionregistration.k8s.io/${policy.kind}//no-state`, 60_000);
    },
  },
  {
    name: 'an object of an API that is down is said to wait for it, and is made once it is there',
    needsServer: true,
    run: async (scene) => {
      const { raw } = scene.admin();
      const service = { name: 'late', namespace: 'kube-system' };
      await scene.apply({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: service,
        spec: { ports: [{ port: 443 }] },
      });
      const api = { group: 'h.example.com', version: 'v1', groupPriorityMinimum: 1000, versionPriority: 100 };
      await scene.apply({
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        metadata: { name: 'v1.h.example.com' },
        spec: { ...api, insecureSkipTLSVerify: true, service },
      });
      const hook = { apiVersion: 'h.example.com/v1', kind: 'Hook', metadata: { name: 'hook' }, spec: { size: 1 } };
      await scene.fleet.push(rawFiles('hooks', [hook, map('beside-hook')]));
      await scene.said(/Hook\/hook: /);
      await scene.site().view.until('/ConfigMap/default/beside-hook', 'there', () => true);
      await raw('DELETE', '/apis/apiregistration.k8s.io/v1/apiservices/v1.h.example.com');
      await scene.apply(definition('hooks', 'h.example.com', 'Hook'));
      await waitFor('it to be made', async () => {
        const { status } = await raw('GET', '/apis/h.example.com/v1/namespaces/default/hooks/hook');
        return status === 200 ? true : undefined;
      });
      await scene.healthy('default/hooks');
    },
  },
];
