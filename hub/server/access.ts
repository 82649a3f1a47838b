import type { FastifyRequest } from 'fastify';
import { SluiceError } from '../../shared/errors.ts';
import type { Access } from '../api/route.ts';
import type { State } from '../model/state.ts';
import { isSameSecret, type Caller } from './auth.ts';
import type { RouteContext } from './context.ts';
import { isSignedWebhook } from './webhook.ts';

/** Proves that a request may make its call: answers the caller where there is one, and throws where it may not. */
type Check = (context: RouteContext, request: FastifyRequest) => Caller | null;

/** How each word of the table of routes is proved. */
const checks: Readonly<Record<Access, Check>> = {
  public: () => null,
  // Not by address: behind a proxy or a sidecar, every caller is of this machine.
  metrics: (context, request) => (knowsMetricsToken(context, request) ? null : admin(context, request)),
  admin,
  // A Git client can say the administrator's token as a password alone.
  caller: anyCaller,
  cluster: (context, request) => {
    const found = caller(context, request);
    const { cluster = '' } = request.params as Readonly<Record<string, string>>;
    const isAllowed = found.kind === 'admin' || found.record.name === cluster;
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
  const state = hub.state();
  if (state === null) throw new SluiceError('UNAVAILABLE', 'the hub is starting');
  return state;
}

/** The bytes of a request's body. */
export function bytesOf({ body }: Pick<FastifyRequest, 'body'>): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

/** The caller; the administrator by Bearer alone: a browser keeps a password, and sends it with requests of other sites, too. */
function caller(context: RouteContext, request: FastifyRequest): Caller {
  const found = anyCaller(context, request);
  if (found.kind === 'agent') return found;
  if (!/^bearer /i.test(request.headers.authorization ?? '')) {
    throw new SluiceError('UNAUTHENTICATED', 'the administrator is known by `Authorization: Bearer TOKEN` here');
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

function admin(context: RouteContext, request: FastifyRequest): Caller {
  const found = caller(context, request);
  if (found.kind === 'admin') return found;
  throw new SluiceError('FORBIDDEN', 'this request needs the admin token');
}

function knowsMetricsToken({ options }: RouteContext, { headers }: FastifyRequest): boolean {
  const [, token = ''] = /^bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  return isSameSecret(token, options.metricsToken);
}
