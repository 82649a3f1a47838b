import type { FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import { accessRules, type Access } from '../../../../hub/api/route.ts';
import { checkAccess } from '../../../../hub/server/access.ts';
import { createAuthenticate } from '../../../../hub/server/auth.ts';
import type { RouteContext } from '../../../../hub/server/context.ts';
import { SluiceError } from '../../../../shared/errors.ts';
import { manualClock } from '../../../fakes/agent.ts';
import { enrolledCluster, now, stateOf } from '../../../fixtures/hub/status.ts';

const token = 'an-admin-token';
const state = stateOf([enrolledCluster('prod')]);

const startingHub = () => {
  throw new SluiceError('UNAVAILABLE', 'the hub is starting');
};

function contextOf(facts: { readonly starting?: boolean; readonly webhookSecret?: string | null } = {}): RouteContext {
  const { starting = false, webhookSecret = 'secret' } = facts;
  return {
    hub: { state: () => (starting ? startingHub() : state) },
    options: { webhookSecret, metricsToken: 'a-metrics-token' },
    clock: manualClock(now),
    authenticate: createAuthenticate(token),
  } as unknown as RouteContext;
}

function requestOf(facts: {
  readonly ip?: string;
  readonly headers?: object;
  readonly cluster?: string;
}): FastifyRequest {
  const { ip = '192.0.2.7', headers = {}, cluster = 'prod' } = facts;
  return { ip, headers, params: { cluster }, body: Buffer.from('{}') } as unknown as FastifyRequest;
}

const admin = { authorization: `Bearer ${token}` };

describe('access', () => {
  it.each([
    ['nothing', {}, 'UNAUTHENTICATED'],
    ['the metrics token', { authorization: 'Bearer a-metrics-token' }, null],
    ['the admin token', admin, null],
    ['another token', { authorization: 'Bearer a-metrics-tokens' }, 'UNAUTHENTICATED'],
    ['an empty token', { authorization: 'Bearer ' }, 'UNAUTHENTICATED'],
    ['the metrics token as a password', { authorization: `Basic ${btoa('x:a-metrics-token')}` }, 'UNAUTHENTICATED'],
  ])('of the metrics, from the address of this machine or not, by %s', (_, headers, code) => {
    for (const ip of ['127.0.0.1', '::1', '192.0.2.7']) {
      const check = () => checkAccess('metrics', contextOf(), requestOf({ ip, headers }));
      if (code === null) expect(check).not.toThrow();
      else expect(check).toThrow(expect.objectContaining({ code }));
    }
  });

  it('by the metrics token is to the metrics alone', () => {
    const headers = { authorization: 'Bearer a-metrics-token' };
    for (const access of ['admin', 'caller', 'cluster'] as const)
      expect(() => checkAccess(access, contextOf(), requestOf({ headers }))).toThrow(
        expect.objectContaining({ code: 'UNAUTHENTICATED' }),
      );
  });

  it('of webhooks is refused while the hub has no secret, whatever the request proves', () => {
    const request = requestOf({ headers: { 'x-gitlab-token': '' } });
    expect(() => checkAccess('webhook', contextOf({ webhookSecret: null }), request)).toThrow(
      expect.objectContaining({ code: 'UNAUTHENTICATED' }),
    );
  });

  it.each((Object.keys(accessRules) as Access[]).filter((access) => ['admin', 'caller', 'cluster'].includes(access)))(
    'of %s calls has to wait until the ledger is read',
    (access) => {
      const check = () => checkAccess(access, contextOf({ starting: true }), requestOf({ headers: admin }));
      expect(check).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
    },
  );

  it('of a cluster that is not registered is refused to the administrator, too', () => {
    const check = () => checkAccess('cluster', contextOf(), requestOf({ headers: admin, cluster: 'gone' }));
    expect(check).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });
});
