import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../auth.ts';
import type { RawName } from '../../api/routes.ts';
import type { RouteContext } from '../context.ts';

/** A request of a raw call, after its access was proved. */
export interface RawRequest {
  readonly context: RouteContext;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Null for calls that need no caller. */
  readonly caller: Caller | null;
  /** Parameters of the path, and members of the query that the table names. */
  readonly input: Readonly<Record<string, string | undefined>>;
}

/** Answers a raw call; undefined for a response that was taken over. */
export type RawHandler = (raw: RawRequest) => FastifyReply | Promise<FastifyReply> | undefined;

/** Handlers of some raw calls, by their names in the table of routes. */
export type RawHandlers<Name extends RawName> = { readonly [N in Name]: RawHandler };
