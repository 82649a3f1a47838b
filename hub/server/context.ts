import type { Clock } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { HubService } from '../operations/hub-service.ts';
import type { Authenticate } from './auth.ts';
import type { Connections } from './connections.ts';
import type { Feed } from './feed/feed.ts';
import type { UploadPackService } from './git/service.ts';
import type { PrometheusMetrics } from './metrics.ts';
import type { Streams } from './streams.ts';
import type { Turns } from './turns.ts';

/** The address to listen on, and the secrets to check. */
export interface ServerOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  readonly adminToken: string;
  /** Reads `/metrics`, and nothing else. */
  readonly metricsToken: string;
  /** How many files the process may open; absent where that is not known. */
  readonly openFiles?: number;
  /** Null refuses all webhooks. */
  readonly webhookSecret: string | null;
  /** Other times than the usual ones. */
  readonly times?: Partial<ServerTimes>;
}

/** How long a connection may take, in milliseconds. */
export interface ServerTimes {
  /** From its start, or the end of the request before, until the headers of a request are there. */
  readonly headersMs: number;
  /** Until all of a request is there. */
  readonly requestMs: number;
  /** Between two requests. */
  readonly keepAliveMs: number;
  /** While nothing is sent in either direction: a caller that does not read its answer. */
  readonly silentMs: number;
  /** How often the first two are looked at. */
  readonly checkMs: number;
}

/** What the server is made of. */
export interface ServerParts {
  readonly hub: HubService;
  readonly git: UploadPackService;
  readonly metrics: PrometheusMetrics;
  readonly clock: Clock;
  readonly log: Log;
}

/** What routes share. */
export interface RouteContext extends ServerParts {
  readonly options: ServerOptions;
  readonly streams: Streams;
  readonly feed: Feed;
  /** Fetches over Git that are being answered. */
  readonly turns: Turns;
  readonly connections: Pick<Connections, 'proved' | 'isCrowded'>;
  readonly authenticate: Authenticate;
  /** The text of the OpenAPI document. */
  readonly openApi: () => string;
}
