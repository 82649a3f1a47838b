import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SluiceError } from '../../../shared/errors.ts';
import type { Oid } from '../../../shared/lib/git/object.ts';
import { freshnessShard } from '../../../shared/wire/freshness.ts';
import { clusterRef, freshRef, mainRef } from '../../../shared/wire/layout.ts';
import { routes } from '../../api/routes.ts';
import { isOwnCommit } from '../../model/channel-commit.ts';
import type { State } from '../../model/state.ts';
import { bytesOf, stateOf } from '../access.ts';
import type { Caller } from '../auth.ts';
import type { RouteContext } from '../context.ts';
import type { GitReply, GitRequest } from '../git/service.ts';
import type { RawHandlers } from './handler.ts';

/** The channel over smart HTTP, read-only; agents see their own refs as they are now, the administrator all with its history. */
export const gitHandlers: RawHandlers<'gitRefs' | 'gitUploadPack'> = {
  gitRefs: async ({ context, request, reply, caller, input }) => {
    if (input['service'] !== 'git-upload-pack') throw new SluiceError('FORBIDDEN', 'this repository is read-only');
    return send(reply, await context.git.advertise(gitRequestOf(context, request, caller)));
  },

  gitUploadPack: async ({ context, request, reply, caller }) => {
    const asked = gitRequestOf(context, request, caller);
    const body = unzippedBody(request);
    const leave = context.turns.enter(callerName(caller));
    if (reply.raw.closed) leave();
    else reply.raw.once('close', leave);
    return send(reply, await context.git.uploadPack({ ...asked, body }));
  },
};

/** What a caller sees; null sees nothing. */
function gitRequestOf(context: RouteContext, request: FastifyRequest, caller: Caller | null): GitRequest {
  const reads = caller?.kind === 'person' ? 'history' : 'tips';
  return { protocol: protocolOf(request), isVisible: visibleTo(caller, stateOf(context)), reads };
}

/**
 * An agent sees the root documents, the freshness list that it falls into, and its bundle once there is one: what was published
 * to another registration of the same name is not its own, and the ref may still be there for a moment.
 */
export function visibleTo(caller: Caller | null, { bundles }: Pick<State, 'bundles'>): GitRequest['isVisible'] {
  if (caller === null) return () => false;
  if (caller.kind === 'person') return () => true;
  const { name, registration } = caller.record;
  const bundle = bundles.get(name);
  const shared = new Set([mainRef, freshRef(freshnessShard(registration))]);
  const isOwn = (at: Oid) => bundle?.revision.registration === registration && isOwnCommit(bundle, at);
  return (ref, at) => shared.has(ref) || (ref === clusterRef(name) && isOwn(at));
}

function callerName(caller: Caller | null): string {
  return caller?.kind === 'agent' ? caller.record.registration : 'administrator';
}

function send(reply: FastifyReply, { contentType, body }: GitReply): FastifyReply {
  return reply
    .header('cache-control', 'no-cache')
    .type(contentType)
    .send(Readable.from(body, { objectMode: false }));
}

function protocolOf(request: FastifyRequest): string {
  const header = request.headers['git-protocol'];
  return typeof header === 'string' ? header : '';
}

/** Git compresses large requests. */
function unzippedBody(request: FastifyRequest): Buffer {
  const body = bytesOf(request);
  if (request.headers['content-encoding'] !== 'gzip') return body;
  try {
    return gunzipSync(body, { maxOutputLength: routes.gitUploadPack.bodyLimit });
  } catch (cause) {
    throw new SluiceError('WIRE_INVALID', 'the request is not gzip, or too large', {}, cause);
  }
}
