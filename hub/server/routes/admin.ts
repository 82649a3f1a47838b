import type { FastifyInstance, FastifyRequest } from 'fastify';
import { decode } from '../../../shared/wire/codec.ts';
import { apiPaths, approveBody, joinBody, labelsBody, removeBody } from '../../api/bodies.ts';
import type { RouteContext } from '../context.ts';

interface StatusRoute {
  readonly Querystring: { readonly app?: string; readonly cluster?: string; readonly known?: string };
}
interface NamedRoute {
  readonly Params: { readonly name: string };
}

/** How long a status request waits for news. */
const watchMs = 25_000;

/** Routes of the administrator: status, registry and approvals. */
export function adminRoutes(app: FastifyInstance, context: RouteContext): void {
  const { door } = context;
  const admin = (request: FastifyRequest) => context.assertAdmin(request.headers.authorization);

  app.get<StatusRoute>(apiPaths.status, async (request, reply) => {
    admin(request);
    const { app: application, cluster, known } = request.query;
    if (known === String(door.statusVersion())) await news(context, request);
    const view = door.status({ app: application, cluster });
    return reply.send({ version: String(door.statusVersion()), view });
  });

  app.get(apiPaths.clusters, (request, reply) => {
    admin(request);
    return reply.send({ clusters: door.list() });
  });

  app.post(apiPaths.clusters, async (request, reply) => {
    admin(request);
    return reply.code(201).send(await door.join(decode(joinBody, bodyOf(request), 'request')));
  });

  app.post<NamedRoute>(apiPaths.clusterAction(':name', 'labels'), async (request, reply) => {
    admin(request);
    const { labels } = decode(labelsBody, bodyOf(request), 'request');
    return reply.send(await door.labels(request.params.name, labels));
  });

  app.post<NamedRoute>(apiPaths.clusterAction(':name', 'revoke'), async (request, reply) => {
    admin(request);
    return reply.send(await door.revoke(request.params.name));
  });

  app.post<NamedRoute>(apiPaths.clusterAction(':name', 'remove'), async (request, reply) => {
    admin(request);
    return reply.send(await door.remove(request.params.name, decode(removeBody, bodyOf(request), 'request')));
  });

  app.post(apiPaths.approvals, async (request, reply) => {
    admin(request);
    return reply.send(await door.approve(decode(approveBody, bodyOf(request), 'request')));
  });
}

/** Resolves when the status may have changed, the client is gone, or it is time to answer anyway. */
function news({ door, clock }: RouteContext, request: FastifyRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stop();
      cancel();
      request.raw.off('close', done);
      resolve();
    };
    const stop = door.onStatus(done);
    const cancel = clock.after(watchMs, done);
    request.raw.socket.once('close', done);
  });
}

function bodyOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) && request.body.length > 0 ? request.body : Buffer.from('{}');
}
