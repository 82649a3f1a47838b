import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { SluiceError } from '../../../shared/errors.ts';
import { feedLimits } from '../../../shared/model/limits.ts';
import { decode } from '../../../shared/wire/codec.ts';
import { formats } from '../../../shared/wire/formats.ts';
import { readsHeader } from '../../../shared/wire/reads.ts';
import { digest } from '../../../shared/wire/schema.ts';
import { bytesOf, stateOf } from '../access.ts';
import type { FeedBody } from '../feed/feed.ts';
import type { RawHandlers } from './handler.ts';

/** The calls of agents: feed, event stream, enrolment and reports. */
export const feedHandlers: RawHandlers<'bundle' | 'files' | 'object' | 'events' | 'enrol' | 'report'> = {
  bundle: async ({ context, request, reply, input: { cluster = '', have } }) => {
    const state = stateOf(context);
    const validator = request.headers['if-none-match'];
    if (validator === context.feed.etag(state, cluster)) {
      lean(reply);
      return reply.code(304).send();
    }
    const answer = await context.feed.answer(state, cluster, have ?? validator ?? null);
    return sendBody(request, reply.header('etag', answer.etag), answer);
  },

  files: async ({ context, request, reply, input: { cluster = '' } }) => {
    const wanted = decode(fileList, bytesOf(request), 'the list of files');
    return sendBody(request, reply, await context.feed.files(stateOf(context), cluster, wanted));
  },

  object: ({ context: { hub }, reply, input: { cluster = '', digest: wanted } }) => {
    const parsed = digest.safeParse(wanted);
    const text = parsed.success ? hub.channel.objects(cluster, [parsed.data]).get(parsed.data) : undefined;
    if (text === undefined) throw new SluiceError('NOT_FOUND', 'the current bundle has no such object');
    return reply.type('application/json').send(text);
  },

  events: ({ context, reply, input: { cluster = '' } }) => {
    const registration = stateOf(context).clusters.get(cluster)?.registration ?? '';
    reply.hijack();
    context.streams.open(registration, reply.raw);
    return undefined;
  },

  enrol: async ({ context, request, reply }) => {
    const { hub } = context;
    await hub.enrol(bytesOf(request), request.headers[readsHeader]);
    context.connections.proved(request.raw.socket);
    return reply.send({ status: 'enrolled' });
  },

  report: async ({ context, request, reply }) => {
    const { hub } = context;
    const answer = formats.reportAnswer.encode(await hub.report(bytesOf(request), request.headers[readsHeader]));
    context.connections.proved(request.raw.socket);
    return reply.type('application/json; charset=utf-8').send(answer);
  },
};

const fileList = z.array(digest).max(feedLimits.files);

function sendBody(request: FastifyRequest, reply: FastifyReply, { body, gzip }: FeedBody): FastifyReply {
  reply.header('vary', 'accept-encoding').type('application/json');
  const zipped = gzip !== null && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  return zipped ? reply.header('content-encoding', 'gzip').send(gzip) : reply.send(body);
}

/** Leaves out the headers that a 304 does not need: most polls get one. HTTP/1.1 keeps connections open by default. */
function lean(reply: FastifyReply): void {
  reply.raw.sendDate = false;
  if (reply.raw.shouldKeepAlive) reply.raw.removeHeader('connection');
}
