import { gunzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SluiceError } from '../../../shared/errors.ts';
import { feedPaths } from '../../../shared/wire/feed.ts';
import { freshnessShard } from '../../../shared/wire/freshness.ts';
import { clusterRef, freshRef, mainRef } from '../../../shared/wire/layout.ts';
import type { Caller } from '../auth.ts';
import type { RouteContext } from '../context.ts';

const requestBytes = 4 * 1024 * 1024;
const service = 'git-upload-pack';

/** The channel over smart HTTP, read-only; agents see their own refs, the administrator all. */
export function gitRoutes(app: FastifyInstance, context: RouteContext): void {
  app.get<{ readonly Querystring: { readonly service?: string } }>(
    `${feedPaths.git}/info/refs`,
    async (request, reply) => {
      const caller = context.callerOf(request.headers.authorization);
      if (request.query.service !== service) throw new SluiceError('FORBIDDEN', 'this repository is read-only');
      const answer = await context.git.advertise({ protocol: protocolOf(request), isVisible: visibleTo(caller) });
      return reply.header('cache-control', 'no-cache').type(answer.contentType).send(Buffer.from(answer.body));
    },
  );

  app.post(`${feedPaths.git}/${service}`, { bodyLimit: requestBytes }, async (request, reply) => {
    const caller = context.callerOf(request.headers.authorization);
    const answer = await context.git.uploadPack({
      protocol: protocolOf(request),
      isVisible: visibleTo(caller),
      body: bodyOf(request),
    });
    return reply.header('cache-control', 'no-cache').type(answer.contentType).send(Buffer.from(answer.body));
  });
}

/** An agent sees the root documents, its bundle, and the freshness list that it falls into. */
export function visibleTo(caller: Caller): (ref: string) => boolean {
  if (caller.kind === 'admin') return () => true;
  const { name, registration } = caller.record;
  const refs = new Set([mainRef, clusterRef(name), freshRef(freshnessShard(registration))]);
  return (ref) => refs.has(ref);
}

function protocolOf(request: FastifyRequest): string {
  const header = request.headers['git-protocol'];
  return typeof header === 'string' ? header : '';
}

/** Git compresses large requests. */
function bodyOf(request: FastifyRequest): Buffer {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  if (request.headers['content-encoding'] !== 'gzip') return body;
  try {
    return gunzipSync(body, { maxOutputLength: requestBytes });
  } catch (cause) {
    throw new SluiceError('WIRE_INVALID', 'the request is not gzip, or too large', {}, cause);
  }
}
