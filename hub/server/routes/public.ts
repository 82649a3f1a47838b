import { bytesOf } from '../access.ts';
import { pushOf } from '../webhook.ts';
import type { RawHandlers } from './handler.ts';

/** The calls that need no caller: health, metrics, the description of the interface, and the signed webhook. */
export const publicHandlers: RawHandlers<'webhook' | 'openapi' | 'health' | 'ready' | 'metrics'> = {
  webhook: ({ context: { hub }, request, reply }) => {
    hub.push(pushOf(bytesOf(request)));
    return reply.code(202).send({ status: 'accepted' });
  },

  openapi: ({ context, reply }) => reply.type('application/json').send(context.openApi()),

  health: ({ reply }) => reply.send({ status: 'ok' }),

  ready: ({ context: { hub }, reply }) => {
    const isReady = hub.isReady();
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'starting' });
  },

  metrics: async ({ context: { metrics }, reply }) => reply.type(metrics.contentType).send(await metrics.text()),
};
