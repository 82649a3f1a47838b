import { expect, it } from 'vitest';
import { createKube } from '../../../agent/kube/client.ts';
import { systemClock, systemRandom } from '../../../shared/adapters/clock.ts';
import { configMap } from './objects.ts';
import { textOf } from './context.ts';
import { eventually } from './wait.ts';
import { isSluiceError } from '../../../shared/errors.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import type { Facts } from './suite.ts';

/** Impersonation and RBAC. */
export const roleFacts: Facts = (at) => {
  it('refuse a user without a role with 403, FORBIDDEN to the agent', async () => {
    const nobody = at().as({ user: 'nobody', groups: ['system:authenticated'] });
    const wanted = configMap(await at().namespace(), 'forbidden');
    const resource = await at().resource(wanted);
    const { signal } = at();
    await expect(nobody.apply(resource, wanted, { force: true, signal })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    nobody.close();
  });

  it('let an impersonated group do what its binding says, in its namespace alone', async () => {
    const namespace = await at().namespace();
    const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'team', namespace } };
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'create', 'patch'] }];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'team' };
    const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'team:web' }];
    await at().apply({ ...rbac, kind: 'Role', rules }, 'test');
    await at().apply({ ...rbac, kind: 'RoleBinding', roleRef, subjects }, 'test');
    const member = at().as({ user: 'somebody', groups: ['team:web', 'system:authenticated'] });
    const { signal } = at();
    const wanted = configMap(namespace, 'allowed');
    const resource = await at().resource(wanted);
    // What a binding says takes effect a moment after it is made.
    await eventually('the binding to be at work', async () =>
      member.apply(resource, wanted, { force: true, signal }).then(
        ({ metadata }) => metadata.name === 'allowed',
        (error: unknown) => {
          if (isSluiceError(error, 'FORBIDDEN')) return false;
          throw error;
        },
      ),
    );
    const elsewhere = configMap('default', 'allowed');
    await expect(member.apply(resource, elsewhere, { force: true, signal })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    member.close();
  });

  it('refuse single kinds and verbs by themselves, with words that name user, verb and kind', async () => {
    const namespace = await at().namespace();
    const name = `reader-${namespace}`;
    const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name } };
    const rules = [
      { apiGroups: [''], resources: ['configmaps'], verbs: ['list', 'get', 'patch'] },
      { apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['mine'], verbs: ['get'] },
    ];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name };
    const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }];
    await at().apply({ ...rbac, kind: 'ClusterRole', rules }, 'test');
    await at().apply({ ...rbac, kind: 'ClusterRoleBinding', roleRef, subjects }, 'test');
    const ask = async (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) =>
      at().raw(method, path, { headers: { 'impersonate-user': name }, ...(body === undefined ? {} : { body }) });
    const maps = `/api/v1/namespaces/${namespace}/configmaps`;
    // What a role says takes effect a moment after it is made.
    await eventually('the role to be at work', async () => (await ask('GET', maps)).status === 200);
    expect((await ask('GET', '/api/v1/configmaps')).status).toBe(200);
    const secrets = await ask('GET', `/api/v1/namespaces/${namespace}/secrets`);
    expect([secrets.status, secrets.body.reason, secrets.body.message]).toEqual([
      403,
      'Forbidden',
      `secrets is forbidden: User "${name}" cannot list resource "secrets" in API group "" in the namespace "${namespace}"`,
    ]);
    const everywhere = await ask('GET', '/apis/apps/v1/deployments');
    expect(everywhere.body.message).toBe(
      `deployments.apps is forbidden: User "${name}" cannot list resource "deployments" in API group "apps" at the cluster scope`,
    );
    const one = configMap(namespace, 'one');
    expect((await ask('POST', maps, one)).status).toBe(403);
    await at().apply(one, 'test');
    const deleted = await ask('DELETE', `${maps}/one`);
    expect(deleted.body.message).toBe(
      `configmaps "one" is forbidden: User "${name}" cannot delete resource "configmaps" in API group "" in the namespace "${namespace}"`,
    );
    const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
    expect((await ask('GET', `${deployments}/mine`)).status).toBe(404);
    expect((await ask('GET', `${deployments}/theirs`)).status).toBe(403);
  });

  it('let a user that may patch and not create change what is there, and make nothing', async () => {
    const namespace = await at().namespace();
    const name = `changer-${namespace}`;
    const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name, namespace } };
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'patch'] }];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name };
    const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }];
    await at().apply({ ...rbac, kind: 'Role', rules }, 'test');
    await at().apply({ ...rbac, kind: 'RoleBinding', roleRef, subjects }, 'test');
    const there = configMap(namespace, 'there');
    await at().apply(there, 'test');
    const changer = at().as({ user: name });
    const resource = await at().resource(there);
    const apply = async (object: KubeObject) => changer.apply(resource, object, { force: true, signal: at().signal });
    const changed = async () =>
      apply(there).then(
        () => true,
        () => false,
      );
    await eventually('the role to be at work', changed);
    await expect(apply(configMap(namespace, 'new'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    changer.close();
  });
};

/** Tokens of service accounts. */
export const identityFacts: Facts = (at) => {
  it('get a token on request, and are who it says', async () => {
    const namespace = await at().namespace();
    const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
    await at().raw('POST', accounts, { body: { metadata: { name: 'agent' } } });
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } };
    const { status, body } = await at().raw('POST', `${accounts}/agent/token`, { body: request });
    expect(status).toBe(201);
    const self = await at().raw('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
      headers: { 'impersonate-user': `system:serviceaccount:${namespace}:agent` },
    });
    expect(self.body.status?.userInfo?.username).toBe(`system:serviceaccount:${namespace}:agent`);
    const { tls } = await at().access.credentials();
    const headers = { authorization: `Bearer ${textOf(body.status?.token)}` };
    const access = { ...at().access, credentials: () => Promise.resolve({ headers, tls }), renew: () => undefined };
    const account = createKube({ access, clock: systemClock, random: systemRandom });
    expect(await account.version(at().signal)).toMatch(/^v1\./);
    account.close();
  });

  it('that show a wrong token are refused with 401, UNAUTHENTICATED to the agent, after one renewal', async () => {
    const { tls } = await at().access.credentials();
    let renewals = 0;
    const access = {
      ...at().access,
      credentials: () => Promise.resolve({ headers: { authorization: 'Bearer wrong' }, tls }),
      renew: () => {
        renewals += 1;
      },
    };
    const stranger = createKube({ access, clock: systemClock, random: systemRandom });
    await expect(stranger.version(at().signal)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(renewals).toBe(1);
    stranger.close();
  });
};
