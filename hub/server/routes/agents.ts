import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SluiceError } from '../../../shared/errors.ts';
import { digest } from '../../../shared/wire/schema.ts';
import { feedPaths } from '../../../shared/wire/feed.ts';
import { reportLimit } from '../../../shared/wire/report.ts';
import type { LedgerState } from '../../model/ledger.ts';
import { createFeed } from '../feed/feed.ts';
import type { RouteContext } from '../context.ts';

interface ClusterRoute {
  readonly Params: { readonly cluster: string; readonly digest: string };
  readonly Querystring: { readonly have?: string };
}

/** Routes of agents: their feed and wake-up stream, enrolment and reports. */
export function agentRoutes(app: FastifyInstance, context: RouteContext): void {
  const { door, streams } = context;
  const feed = createFeed(door.channel);

  app.get<ClusterRoute>(feedPaths.bundle(':cluster'), (request, reply) => {
    const { cluster } = request.params;
    const state = allowed(context, request, cluster);
    const known = request.headers['if-none-match'];
    if (known === feed.etag(state, cluster)) {
      lean(reply);
      return reply.code(304).send();
    }
    const { etag, body, gzip } = feed.answer(state, cluster, request.query.have ?? known ?? null);
    reply.header('etag', etag).header('vary', 'accept-encoding').type('application/json');
    const zipped = gzip !== null && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    return zipped ? reply.header('content-encoding', 'gzip').send(gzip) : reply.send(body);
  });

  app.get<ClusterRoute>(feedPaths.object(':cluster', ':digest'), (request, reply) => {
    const { cluster } = request.params;
    allowed(context, request, cluster);
    const wanted = digest.safeParse(request.params.digest);
    const text = wanted.success ? door.channel.objects(cluster, [wanted.data]).get(wanted.data) : undefined;
    if (text === undefined) throw new SluiceError('NOT_FOUND', 'the current bundle has no such object');
    return reply.type('application/json').send(text);
  });

  app.get<ClusterRoute>(feedPaths.events(':cluster'), (request, reply) => {
    const state = allowed(context, request, request.params.cluster);
    const registration = state.clusters.get(request.params.cluster)?.registration ?? '';
    reply.hijack();
    streams.open(registration, reply.raw);
  });

  app.post(feedPaths.enrol, { bodyLimit: 16 * 1024 }, async (request, reply) => {
    await door.enrol(bytesOf(request));
    return reply.send({ status: 'enrolled' });
  });

  // The payload travels as a JSON string: escaping may double it.
  app.post(feedPaths.reports, { bodyLimit: 2 * reportLimit + 8192 }, async (request, reply): Promise<FastifyReply> => {
    return reply.send(await door.report(bytesOf(request)));
  });
}

/** Leaves out what says nothing: most polls are answered with nothing new. HTTP/1.1 keeps connections without being told. */
function lean(reply: FastifyReply): void {
  reply.raw.sendDate = false;
  reply.raw.removeHeader('connection');
}

/** The state, when the caller may read this cluster's part of the channel; a foreign cluster does not exist. */
function allowed(context: RouteContext, request: FastifyRequest, cluster: string): LedgerState {
  const caller = context.callerOf(request.headers.authorization);
  const state = context.door.state();
  const isMine = caller.kind === 'admin' || caller.record.name === cluster;
  if (state !== null && isMine && state.clusters.has(cluster)) return state;
  throw new SluiceError('NOT_FOUND', 'no such cluster for this caller', { subject: cluster });
}

function bytesOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}
