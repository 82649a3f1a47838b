import { gunzipSync } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SluiceError } from '../../../shared/errors.ts';
import { freshnessShard } from '../../../shared/wire/freshness.ts';
import { clusterRef, freshRef, mainRef } from '../../../shared/wire/layout.ts';
import { routes } from '../../api/routes.ts';
import { bytesOf } from '../access.ts';
import type { Caller } from '../auth.ts';
import type { GitReply } from '../git/service.ts';
import type { RawHandlers } from './handler.ts';

/** The channel over smart HTTP, read-only; agents see their own refs, the administrator all. */
export const gitHandlers: RawHandlers<'gitRefs' | 'gitUploadPack'> = {
  gitRefs: async ({ context: { git }, request, reply, caller, input }) => {
    if (input['service'] !== 'git-upload-pack') throw new SluiceError('FORBIDDEN', 'this repository is read-only');
    return send(reply, await git.advertise({ protocol: protocolOf(request), isVisible: visibleTo(caller) }));
  },

  gitUploadPack: async ({ context: { git }, request, reply, caller }) => {
    const body = unzippedBody(request);
    return send(reply, await git.uploadPack({ protocol: protocolOf(request), isVisible: visibleTo(caller), body }));
  },
};

/** An agent sees the root documents, its bundle, and the freshness list that it falls into; null sees nothing. */
export function visibleTo(caller: Caller | null): (ref: string) => boolean {
  if (caller === null) return () => false;
  if (caller.kind === 'admin') return () => true;
  const { name, registration } = caller.record;
  const refs = new Set([mainRef, clusterRef(name), freshRef(freshnessShard(registration))]);
  return (ref) => refs.has(ref);
}

function send(reply: FastifyReply, { contentType, body }: GitReply): FastifyReply {
  return reply.header('cache-control', 'no-cache').type(contentType).send(Buffer.from(body));
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
