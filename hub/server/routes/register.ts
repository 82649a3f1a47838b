import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SluiceError } from '../../../shared/errors.ts';
import { writingJson } from '../../model/json-text.ts';
import { inSlices, startLongSlices } from '../../../shared/lib/slices.ts';
import { decode } from '../../../shared/wire/codec.ts';
import { hubReads, hubReadsAndWants, readsHeader } from '../../../shared/wire/reads.ts';
import { callBytes, type Access, type Route } from '../../api/route.ts';
import { isCall, routeRows, type CallName, type Input, type RawName } from '../../api/routes.ts';
import { bytesOf, checkAccess } from '../access.ts';
import type { RouteContext } from '../context.ts';
import { createWhileStarting } from '../starting.ts';
import { feedHandlers } from './feed.ts';
import { gitHandlers } from './git.ts';
import type { RawHandlers } from './handler.ts';
import { publicHandlers } from './public.ts';

const rawHandlers: RawHandlers<RawName> = { ...feedHandlers, ...gitHandlers, ...publicHandlers };

/** Registers every row of the table of routes: its access is proved and its input read before its handler or operation runs. */
export function registerRoutes(app: FastifyInstance, context: RouteContext): void {
  const whileStarting = createWhileStarting(context);
  for (const row of routeRows) {
    const [name, route] = row;
    const { method, path: url, body, bodyLimit = body === undefined ? undefined : callBytes } = route;
    const handler = isCall(row) ? callHandler(context, row) : rawHandler(context, name as RawName, route);
    const onRequest = whileStarting({ access: route.access, waits: name === 'events' });
    app.route({ method, url, handler, ...(onRequest && { onRequest }), ...(bodyLimit !== undefined && { bodyLimit }) });
  }
}

/** Who calls it are agents: their answers say which reports this hub reads. */
const saysReads: ReadonlySet<Access> = new Set(['cluster', 'caller', 'signed']);

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown;

function callHandler(context: RouteContext, [name, route]: readonly [CallName, Route]): Handler {
  return async (request, reply) => {
    const caller = checkAccess(route.access, context, request);
    if (caller !== null) context.connections.proved(request.raw.socket);
    const input = { ...wordsOf(route, request), ...bodyOf(route, request) };
    // The schemas of this row read the input, so it has the type that the operation of this name takes.
    const token = caller?.kind === 'person' ? caller.token : null;
    const answer = await context.hub.call(name, input as Input<CallName>, goneSignal(reply), token);
    return sendPieces(reply.code(route.status), await inSlices(writingJson(answer), startLongSlices()));
  };
}

/** A long answer goes out piece by piece, as its reader takes it. */
function sendPieces(reply: FastifyReply, pieces: readonly Buffer[]): FastifyReply {
  const [first, ...more] = pieces;
  reply.type('application/json; charset=utf-8');
  if (more.length === 0) return reply.send(first);
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return reply.header('content-length', length).send(Readable.from(pieces, { objectMode: false }));
}

function rawHandler(context: RouteContext, name: RawName, route: Route): Handler {
  const handle = rawHandlers[name];
  return (request, reply) => {
    const caller = checkAccess(route.access, context, request);
    if (caller !== null) context.connections.proved(request.raw.socket);
    if (caller?.kind === 'agent') context.hub.noteReads(caller.record, request.headers[readsHeader]);
    if (saysReads.has(route.access)) {
      const lacks = caller?.kind === 'agent' && context.hub.lacksReport(caller.record);
      reply.header(readsHeader, lacks ? hubReadsAndWants : hubReads);
    }
    return handle({ context, request, reply, caller, input: wordsOf(route, request) });
  };
}

/** Parameters of the path, and what the query has of the row's members; throws WIRE_INVALID for one that is given twice. */
function wordsOf({ query }: Route, request: FastifyRequest): Readonly<Record<string, string>> {
  const params = request.params as Readonly<Record<string, string>>;
  if (query === undefined) return params;
  const parsed = query.safeParse(request.query);
  if (parsed.success) return { ...params, ...(parsed.data as Readonly<Record<string, string>>) };
  const [issue] = parsed.error.issues;
  throw new SluiceError('WIRE_INVALID', 'give this parameter of the query once', {
    subject: issue?.path.join('.') ?? '',
  });
}

function bodyOf({ body }: Route, request: FastifyRequest): object {
  if (body === undefined) return {};
  const bytes = bytesOf(request);
  // What a form of another site can send is not JSON by its type.
  if (bytes.length > 0 && !/^application\/json *(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new SluiceError('WIRE_INVALID', 'the body is not of the type application/json');
  }
  return decode(body, bytes.length > 0 ? bytes : Buffer.from('{}'), 'request') as object;
}

/** Aborts when the connection of a request is closed before it is answered. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}
