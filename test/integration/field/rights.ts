import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { textOf } from '../../contract/kubernetes/context.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import { rowOf } from '../scenarios/fleet.ts';
import { rawFiles, type FieldCase, type Scene } from './scene.ts';

const rbac = 'rbac.authorization.k8s.io/v1';
const account = { kind: 'ServiceAccount', name: 'deployer', namespace: 'sluice-system' };
const agentRole = 'agent-under-test';

const map = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: '1' } });
const web = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'nginx:1' }] } },
  },
};

/** What the agent may do in all namespaces: everything with these kinds. */
async function allow(scene: Scene, kinds: readonly (readonly [group: string, resource: string])[]): Promise<void> {
  const rules = kinds.map(([group, resource]) => ({ apiGroups: [group], resources: [resource], verbs: ['*'] }));
  await scene.apply({ apiVersion: rbac, kind: 'ClusterRole', metadata: { name: agentRole }, rules });
}

const all = [
  ['', 'configmaps'],
  ['', 'namespaces'],
  ['apps', 'deployments'],
  ['apps', 'deployments/scale'],
] as const;

/** A ServiceAccount with these rights, and everything in its own namespace; answers a kubeconfig of it. */
async function asAccount(scene: Scene): Promise<string> {
  await scene.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: account.namespace } });
  const metadata = { name: account.name, namespace: account.namespace };
  await scene.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  await allow(scene, all);
  const bind = (kind: string, name: string) => ({
    apiVersion: rbac,
    kind,
    metadata: kind === 'RoleBinding' ? metadata : { name: agentRole },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [account],
  });
  await scene.apply(bind('RoleBinding', 'cluster-admin'));
  await scene.apply(bind('ClusterRoleBinding', agentRole));
  await mayRead(scene, `system:serviceaccount:${account.namespace}:${account.name}`);
  const path = `/api/v1/namespaces/${account.namespace}/serviceaccounts/${account.name}/token`;
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } };
  const { body } = await scene.admin().raw('POST', path, { body: request });
  const credential = `token: ${textOf(body.status?.token)}`;
  const text = readFileSync(scene.site().kubeconfig, 'utf8').replace(/token(File)?: .*/, credential);
  const file = join(scene.fleet.folder, 'account.kubeconfig');
  await writeFile(file, text);
  return file;
}

/** A user that may do everything in the agent's namespace, and what `allow` says elsewhere. */
async function asUser(scene: Scene, user: string): Promise<void> {
  const { namespace } = account;
  await scene.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];
  await scene.apply({ apiVersion: rbac, kind: 'ClusterRole', metadata: { name: 'everything-here' }, rules });
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }];
  const roleRef = (name: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name });
  const own = { metadata: { name: user, namespace }, roleRef: roleRef('everything-here'), subjects };
  await scene.apply({ apiVersion: rbac, kind: 'RoleBinding', ...own });
  const others = { metadata: { name: user }, roleRef: roleRef(agentRole), subjects };
  await scene.apply({ apiVersion: rbac, kind: 'ClusterRoleBinding', ...others });
  await mayRead(scene, user);
}

/** Waits until what was granted is in force: an API server reads roles and bindings a moment after they are made. */
async function mayRead(scene: Scene, user: string): Promise<void> {
  for (const where of [account.namespace, 'default']) {
    await waitFor(`${user} to have its rights in ${where}`, async () => {
      const path = `/api/v1/namespaces/${where}/configmaps`;
      const { status } = await scene.admin().raw('GET', path, { headers: { 'impersonate-user': user } });
      return status === 200 ? true : undefined;
    });
  }
}

/** Cases of rights that an agent lacks, or loses while it runs. */
export const rightsCases: readonly FieldCase[] = [
  {
    name: 'a role that lacks one kind: that is said with what is missing, the other applications go on, and all is made once it may be',
    run: async (scene) => {
      await scene.begin('k1');
      await allow(scene, all);
      await asUser(scene, 'limited');
      scene.start({ user: 'limited', flags: { poll: 1 } });
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key' }, data: { a: 'MQ==' } };
      await scene.fleet.push({ ...rawFiles('keys', [secret, map('beside')]), ...rawFiles('maps', [map('one')]) });
      await scene.healthy('default/maps');
      await scene.said(
        /Secret\/key: .*User "limited" cannot \w+ resource "secrets" .* in the namespace "default".*`rbac\.secrets`/,
      );
      await scene.fleet.push(rawFiles('maps', [map('two')], 2));
      await scene.gone('/ConfigMap/default/one');
      await scene.healthy('default/maps');
      await allow(scene, [...all, ['', 'secrets']]);
      await scene.healthy('default/keys');
      expect(await scene.site().view.get('/Secret/default/key')).toBeDefined();
    },
  },
  {
    name: 'rights of one kind, then all, are taken in the middle of a watch: status says Unknown and which right is missing, nothing is deleted, and all is well once they are back',
    needsServer: true,
    run: async (scene) => {
      await scene.begin('k1');
      const kubeconfig = await asAccount(scene);
      scene.start({ kubeconfig, watchSeconds: 2, flags: { poll: 1 } });
      await scene.fleet.push({ ...rawFiles('web', [web]), ...rawFiles('maps', [map('one'), map('two')]) });
      await scene.healthy('default/web');
      await scene.healthy('default/maps');
      await allow(
        scene,
        all.filter(([group]) => group !== 'apps'),
      );
      const said = await scene.said(/Deployment\/web: not known: .*cannot watch resource "deployments"/);
      expect(said).toContain('let the agent list and watch this kind');
      const status = await scene.fleet.status();
      expect(rowOf(status, 'default/web')?.health).toBe('Unknown');
      expect(rowOf(status, 'default/maps')?.health).toBe('Healthy');
      await allow(scene, []);
      await scene.said(/ConfigMap\/one: not known: .*cannot watch resource "configmaps"/);
      await scene.fleet.push(rawFiles('maps', [map('one')], 2));
      await scene.said(/maps.*Unknown/);
      expect(await scene.site().view.get('/ConfigMap/default/two')).toBeDefined();
      await allow(scene, all);
      await scene.healthy('default/web');
      await scene.gone('/ConfigMap/default/two');
      await scene.healthy('default/maps');
    },
  },
];
