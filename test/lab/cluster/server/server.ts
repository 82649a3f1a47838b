import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { ApiError, noSuchResource, methodNotAllowed } from '../api/errors.ts';
import type { World } from '../api/world.ts';
import { isObject, objectAt } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { discovery, openapiV3, version } from './discovery.ts';
import { answerOf, parseJson, readBody, send } from './http.ts';
import type { Answer } from './http.ts';
import { answerObjects, verbOf } from './requests.ts';
import { checkRights } from './rights.ts';
import { targetOf } from './route.ts';
import type { Target } from './route.ts';

/** What a fault hook sees of a request. */
export interface FaultRequest {
  readonly method: string;
  readonly path: string;
  /** As in the audit log: get, list, watch, create, update, patch, apply, delete, deletecollection. */
  readonly verb: string;
  /** `plural.group`; empty for paths that name no objects. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
}

/** What goes wrong with a request: an error answer, a late answer, or a connection that breaks before or after the work. */
export type Fault =
  | { readonly status: number; readonly retryAfterSeconds?: number }
  | { readonly delayMs: number }
  | { readonly drop: 'before' | 'after' };

export interface ServerOptions {
  readonly bookmarkMs: number;
  readonly token?: string;
  readonly faults?: (request: FaultRequest) => Fault | undefined;
  /** Called once for every request. */
  readonly count: (verb: string, resource: string) => void;
}

/** The HTTP server of a cluster; it does not listen yet. */
export function createApiServer(world: World, options: ServerOptions): Server {
  const server = createServer((request, response) => {
    void handle(world, options, { request, response });
  });
  // Longer than clients keep idle connections, so that none is closed under a request.
  server.keepAliveTimeout = 120_000;
  server.requestTimeout = 0;
  return server;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function handle(world: World, options: ServerOptions, { request, response }: Exchange): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://cluster');
  const path = url.pathname.length > 1 ? url.pathname.replace(/\/+$/, '') : url.pathname;
  try {
    const target = path.startsWith('/api') ? targetOf(path, world.resources) : undefined;
    const asked = described(request, path, { target, query: url.searchParams });
    options.count(asked.verb, asked.resource === '' ? path : asked.resource);
    const fault = options.faults?.(asked);
    if (fault !== undefined && (await interrupts(world, fault, response))) return;
    checkToken(request, options);
    const answer = await answerTo(world, options, { request, response, target, url, path, verb: asked.verb });
    if (fault !== undefined && 'drop' in fault) response.destroy();
    else if (answer !== 'streaming') send(request, response, answer);
  } catch (error) {
    send(request, response, answerOf(error));
  }
}

async function answerTo(
  world: World,
  options: ServerOptions,
  {
    request,
    response,
    target,
    url,
    path,
    verb,
  }: Exchange & {
    readonly target: Target | undefined;
    readonly url: URL;
    readonly path: string;
    readonly verb: string;
  },
): Promise<Answer> {
  if (target !== undefined) {
    checkRights(world, request, { target, verb });
    return answerObjects(world, { request, response, target, query: url.searchParams, bookmarkMs: options.bookmarkMs });
  }
  if (request.method === 'POST') return { status: 201, body: review(path, await reviewBody(request)) };
  if (request.method !== 'GET') throw path.startsWith('/api') ? noSuchResource() : methodNotAllowed();
  if (['/healthz', '/readyz', '/livez'].includes(path)) return { status: 200, body: 'ok' };
  if (path === '/version') return { status: 200, body: version };
  return discover(world, path, request.headers.accept ?? '');
}

function discover(world: World, path: string, accept: string): Answer {
  const found = discovery(path, accept, world.resources);
  if (found !== undefined) return { status: 200, ...found };
  const openapi = openapiV3(path, world.resources);
  if (openapi !== undefined) return { status: 200, body: openapi };
  const [, root, group = ''] = path.split('/');
  const known = root === 'api' ? group === 'v1' : world.resources.all().some((resource) => resource.group === group);
  if (known) throw noSuchResource();
  // What no group of the API has is refused by the API server's mux, in plain text.
  return { status: 404, body: '404 page not found\n' };
}

/** What a review asks; kubectl asks some in protobuf, of which nothing has to be known to say yes. */
async function reviewBody(request: IncomingMessage): Promise<string> {
  const text = await readBody(request);
  return (request.headers['content-type'] ?? '').includes('protobuf') ? '' : text;
}

/** Answers to reviews: everybody may do everything, and is the admin. */
function review(path: string, text: string): JsonObject {
  const body = text === '' ? {} : parseJson(text);
  const sent = isObject(body) ? body : {};
  switch (path) {
    case '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews':
      return {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        metadata: {},
        spec: objectAt(sent, 'spec'),
        status: { allowed: true, reason: 'everything is allowed here' },
      };
    case '/apis/authentication.k8s.io/v1/selfsubjectreviews':
      return {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'SelfSubjectReview',
        metadata: {},
        status: { userInfo: { username: 'admin', groups: ['system:masters', 'system:authenticated'] } },
      };
    default:
      throw noSuchResource();
  }
}

const reasons: Readonly<Record<number, string>> = {
  403: 'Forbidden',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
};

/** Plays a fault that comes before the work; true when the request is over with it. */
async function interrupts(world: World, fault: Fault, response: ServerResponse): Promise<boolean> {
  if ('drop' in fault) {
    if (fault.drop === 'before') response.destroy();
    return fault.drop === 'before';
  }
  if ('delayMs' in fault) {
    await new Promise<void>((resolve) => world.clock.after(fault.delayMs, resolve));
    return false;
  }
  const { status, retryAfterSeconds } = fault;
  const details = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  throw new ApiError(status, reasons[status] ?? '', 'the fault hook of this cluster answers so', details);
}

function checkToken(request: IncomingMessage, { token }: ServerOptions): void {
  if (token === undefined || request.headers.authorization === `Bearer ${token}`) return;
  throw new ApiError(401, 'Unauthorized', 'Unauthorized');
}

function described(
  request: IncomingMessage,
  path: string,
  { target, query }: { readonly target: Target | undefined; readonly query: URLSearchParams },
): FaultRequest {
  const method = request.method ?? 'GET';
  const base = { method, path, resource: '', namespace: '', name: '', subresource: '' };
  if (target === undefined) return { ...base, verb: method.toLowerCase() };
  const { resource, namespace, name, subresource } = target;
  const type = request.headers['content-type'] ?? '';
  return {
    ...base,
    verb: verbOf(method, target, { query, type }),
    resource: resource.id,
    namespace,
    name,
    subresource,
  };
}
