import type { onRequestHookHandler } from 'fastify';
import type { Access } from '../api/route.ts';
import { isStarting } from '../model/starting.ts';
import type { RouteContext } from './context.ts';
import { errorAnswer } from './errors.ts';

/** What these may be told does not depend on the state. */
const withoutState: ReadonlySet<Access> = new Set(['public', 'metrics', 'webhook']);

/** Seconds after which those who are refused may come back: not all of them at once. */
const retryAfter = ['2', '3', '4', '5'] as const;

/** What a route does before the state is read. */
export interface RouteWhileStarting {
  readonly access: Access;
  /** It is answered once the hub has started, and not refused. */
  readonly waits: boolean;
}

/**
 * Looks at each request before anything is read or proved of it. A fleet whose hub starts asks again and again: it is refused
 * with an answer that is made once, and what wakes agents is kept open until there is something to tell, a few a turn of the loop.
 */
export function createWhileStarting({
  hub,
}: Pick<RouteContext, 'hub'>): (route: RouteWhileStarting) => onRequestHookHandler | null {
  const { status, headers, body } = errorAnswer(isStarting());
  const text = JSON.stringify(body);
  let refused = 0;
  const refuse: onRequestHookHandler = (_request, reply, done) => {
    if (hub.isReady()) {
      done();
      return;
    }
    refused += 1;
    reply.code(status).headers({ ...headers, 'retry-after': retryAfter[refused % retryAfter.length] });
    reply.type('application/json; charset=utf-8').send(text);
  };
  const wait: onRequestHookHandler = (_request, reply, done) => {
    if (hub.isReady()) done();
    // Who has gone meanwhile has no use for an answer.
    else void hub.begun().then(() => (reply.raw.destroyed ? undefined : done()));
  };
  return ({ access, waits }) => (withoutState.has(access) ? null : waits ? wait : refuse);
}
