import type { FastifyInstance } from 'fastify';
import { SluiceError } from '../../../shared/errors.ts';
import { apiPaths } from '../../api/bodies.ts';
import type { RouteContext } from '../context.ts';
import { isSignedWebhook, pushOf } from '../webhook.ts';

/** Routes without a caller: health, metrics (loopback or administrator), and the signed webhook. */
export function openRoutes(app: FastifyInstance, context: RouteContext): void {
  const { door, metrics, options } = context;

  app.get('/healthz', () => ({ status: 'ok' }));

  app.get('/readyz', (_request, reply) => {
    const ready = door.state() !== null;
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'starting' });
  });

  app.get('/metrics', async (request, reply) => {
    if (!isLoopback(request.ip)) context.assertAdmin(request.headers.authorization);
    return reply.type(metrics.contentType).send(await metrics.text());
  });

  app.post(apiPaths.webhook, (request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const { webhookSecret } = options;
    if (webhookSecret === null || !isSignedWebhook(request.headers, body, webhookSecret)) {
      throw new SluiceError('UNAUTHENTICATED', 'the webhook is not signed with the secret of this hub');
    }
    door.pushed(pushOf(body));
    return reply.code(202).send({ status: 'accepted' });
  });
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}
