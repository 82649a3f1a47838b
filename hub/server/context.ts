import type { Clock } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Caller } from './auth.ts';
import type { HubDoor } from './door.ts';
import type { GitDoor } from './git/service.ts';
import type { MetricsBook } from './metrics.ts';
import type { Streams } from './streams.ts';

/** Where to listen, and with which secrets. */
export interface ServerOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  readonly adminToken: string;
  /** Null refuses all webhooks. */
  readonly webhookSecret: string | null;
}

/** What the server is made of. */
export interface ServerParts {
  readonly door: HubDoor;
  readonly git: GitDoor;
  readonly metrics: MetricsBook;
  readonly clock: Clock;
  readonly log: Log;
}

/** What routes share. */
export interface RouteContext extends ServerParts {
  readonly options: ServerOptions;
  readonly streams: Streams;
  /** The state and the caller of a request; throws UNAVAILABLE, UNAUTHENTICATED or REVOKED. */
  readonly callerOf: (authorization: string | undefined) => Caller;
  /** As callerOf, for the administrator alone; throws FORBIDDEN for agents. */
  readonly assertAdmin: (authorization: string | undefined) => void;
}
