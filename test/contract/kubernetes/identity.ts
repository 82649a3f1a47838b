import { expect, it } from 'vitest';
import { createKube } from '../../../agent/kube/client.ts';
import { systemClock, systemRandom } from '../../../shared/adapters/clock.ts';
import { configMap } from './objects.ts';
import { textOf } from './context.ts';
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
    expect(await member.apply(resource, wanted, { force: true, signal })).toMatchObject({
      metadata: { name: 'allowed' },
    });
    const elsewhere = configMap('default', 'allowed');
    await expect(member.apply(resource, elsewhere, { force: true, signal })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    member.close();
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
