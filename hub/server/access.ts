import type { FastifyRequest } from 'fastify';
import { SluiceError } from '../../shared/errors.ts';
import { roleFor, type Access } from '../api/route.ts';
import type { State } from '../model/state.ts';
import { isEnough, type TokenRole } from '../model/token.ts';
import { isSameSecret, type Caller, type Person } from './auth.ts';
import type { RouteContext } from './context.ts';
import { isSignedWebhook } from './webhook.ts';

/** Proves that a request may make its call: answers the caller where there is one, and throws where it may not. */
type Check = (context: RouteContext, request: FastifyRequest) => Caller | null;

/** How each word of the table of routes is proved. */
const checks: Readonly<Record<Access, Check>> = {
  public: () => null,
  view: (context, request) => person(context, request, roleFor.view),
  approve: (context, request) => person(context, request, roleFor.approve),
  admin: (context, request) => person(context, request, roleFor.admin),
  // Not by address: behind a proxy or a sidecar, every caller is of this machine.
  metrics: (context, request) =>
    knowsMetricsToken(context, request) ? null : person(context, request, roleFor.metrics),
  // A Git client can say a token as a password alone.
  caller: (context, request) => withRole(anyCaller(context, request), roleFor.caller),
  cluster: (context, request) => {
    const found = withRole(caller(context, request), roleFor.cluster);
    const { cluster = '' } = request.params as Readonly<Record<string, string>>;
    const isAllowed = found.kind === 'person' || found.record.name === cluster;
    // A cluster that the caller may not read does not exist for it.
    if (isAllowed && stateOf(context).clusters.has(cluster)) return found;
    throw new SluiceError('NOT_FOUND', 'no such cluster for this caller', { subject: cluster });
  },
  // The operation proves the signature, because only it knows whose it must be.
  signed: () => null,
  webhook: ({ options: { webhookSecret } }, request) => {
    if (webhookSecret !== null && isSignedWebhook(request.headers, bytesOf(request), webhookSecret)) return null;
    throw new SluiceError('UNAUTHENTICATED', 'the webhook is not signed with the secret of this hub');
  },
};

/** The caller of a request that may make a call of this access; throws UNAVAILABLE, UNAUTHENTICATED, REVOKED, FORBIDDEN or NOT_FOUND. */
export function checkAccess(access: Access, context: RouteContext, request: FastifyRequest): Caller | null {
  return checks[access](context, request);
}

/** The last committed state; throws UNAVAILABLE before there is one. */
export function stateOf({ hub }: Pick<RouteContext, 'hub'>): State {
  return hub.state();
}

/** The bytes of a request's body. */
export function bytesOf({ body }: Pick<FastifyRequest, 'body'>): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

/** The caller; a person by Bearer alone: a browser keeps a password, and sends it with requests of other sites, too. */
function caller(context: RouteContext, request: FastifyRequest): Caller {
  const found = anyCaller(context, request);
  if (found.kind === 'agent') return found;
  if (!/^bearer /i.test(request.headers.authorization ?? '')) {
    throw new SluiceError('UNAUTHENTICATED', 'a person is known by `Authorization: Bearer TOKEN` here');
  }
  refuseOtherSites(request);
  return found;
}

function refuseOtherSites({ headers }: FastifyRequest): void {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'] ?? 'none';
  const isOwn = origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
  if (isOwn && (site === 'none' || site === 'same-origin')) return;
  throw new SluiceError('FORBIDDEN', 'this request comes from another site');
}

function anyCaller(context: RouteContext, request: FastifyRequest): Caller {
  return context.authenticate(request.headers.authorization, stateOf(context), context.clock.now());
}

function person(context: RouteContext, request: FastifyRequest, needed: TokenRole): Person {
  const found = withRole(caller(context, request), needed);
  if (found.kind === 'person') return found;
  throw new SluiceError('FORBIDDEN', 'this request is for persons: it needs a token', {
    hint: 'the data folder of the hub has the admin token; `sluice-hub token create` makes others',
  });
}

/** The caller, where it is not a person whose role is less than what is needed. */
function withRole(found: Caller, needed: TokenRole): Caller {
  if (found.kind === 'agent' || isEnough(found.role, needed)) return found;
  throw new SluiceError('FORBIDDEN', `the role ${found.role} is not enough for this: it needs ${needed}`, {
    subject: `token ${found.token ?? ''}`,
    hint: `who administers the hub gives it: \`sluice-hub token create NAME --role ${needed}\``,
  });
}

function knowsMetricsToken({ options }: RouteContext, { headers }: FastifyRequest): boolean {
  const [, token = ''] = /^bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  return isSameSecret(token, options.metricsToken);
}
