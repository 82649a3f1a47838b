import { SluiceError } from '../../shared/errors.ts';
import type { KubeAccess } from './access.ts';
import { asFault } from './transport.ts';
import { errorOf, retryAfterSeconds } from './status.ts';
import type { Transport, WireAnswer, WireLimits, WireRequest, WireStream } from './transport.ts';
import { waitAsAsked } from './wait.ts';
import type { Patience } from './wait.ts';

export interface Impersonation {
  readonly user: string;
  readonly groups?: readonly string[];
}

export interface Ask {
  readonly method?: WireRequest['method'];
  readonly path: string;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: string;
  readonly signal: AbortSignal;
  readonly limits?: Partial<WireLimits>;
}

/** Requests that succeed or throw: credentials renewed once on 401, Retry-After honoured within a budget, Status objects as errors. */
export interface Session {
  readonly json: (ask: Ask) => Promise<unknown>;
  readonly answer: (ask: Ask) => Promise<WireAnswer>;
  readonly stream: (ask: Ask) => Promise<WireStream>;
  readonly counters: () => { readonly requests: number; readonly writes: number };
}

export interface SessionOptions extends Patience {
  readonly access: KubeAccess;
  readonly transport: Transport;
  readonly impersonate?: Impersonation;
  readonly userAgent: string;
}

/** 32 MiB hold a page of 500 objects of 64 KiB; larger pages are asked for in smaller pieces. */
const defaultLimits: WireLimits = { maxBytes: 32 * 1024 * 1024, idleMs: 45_000, totalMs: 60_000 };

/** Opens a session over a transport. */
export function openSession(options: SessionOptions): Session {
  let requests = 0;
  let writes = 0;

  /** Sends until the answer is neither a refusal of old credentials nor a request to wait. */
  const persist = async <T extends { readonly status: number }>(
    ask: Ask,
    send: (request: WireRequest) => Promise<T>,
    asWhole: (answer: T) => Promise<WireAnswer>,
  ): Promise<T> => {
    const request = wireRequest(ask, options);
    let renewed = false;
    let left = options.retryBudgetMs;
    for (;;) {
      requests += 1;
      if (request.method !== 'GET') writes += 1;
      const answer = await send(request);
      if (answer.status < 300) return answer;
      const refusal = await asWhole(answer);
      if (refusal.status === 401 && !renewed) {
        renewed = true;
        options.access.renew();
        continue;
      }
      const seconds = mayBeLater(refusal.status) ? retryAfterSeconds(refusal) : undefined;
      if (seconds === undefined) throw errorOf(refusal, subjectOf(ask));
      left -= await waitAsAsked(seconds, left, options, ask.signal);
      if (left < 0) throw errorOf(refusal, subjectOf(ask));
    }
  };

  const answer = async (ask: Ask): Promise<WireAnswer> =>
    persist(ask, options.transport.send, (whole) => Promise.resolve(whole));

  return {
    answer,
    json: async (ask) => parseJson(await answer(ask), ask),
    stream: async (ask) => persist(ask, options.transport.open, async (stream) => readRefusal(stream, ask)),
    counters: () => ({ requests, writes }),
  };
}

function wireRequest(ask: Ask, { impersonate, userAgent }: SessionOptions): WireRequest {
  const headers: Record<string, string | readonly string[]> = {
    accept: ask.accept ?? 'application/json',
    'accept-encoding': 'gzip',
    'user-agent': userAgent,
    ...(ask.contentType === undefined ? {} : { 'content-type': ask.contentType }),
  };
  if (impersonate !== undefined) headers['impersonate-user'] = impersonate.user;
  if (impersonate?.groups !== undefined) headers['impersonate-group'] = impersonate.groups;
  const { path, signal, method = 'GET', body } = ask;
  return {
    method,
    path,
    signal,
    headers,
    limits: { ...defaultLimits, ...ask.limits },
    ...(body === undefined ? {} : { body }),
  };
}

function mayBeLater(status: number): boolean {
  return status === 429 || status === 503;
}

function subjectOf({ method = 'GET', path }: Ask): string {
  return `${method} ${path.split('?')[0] ?? path}`;
}

/** The body of a refused stream is a Status; anything longer is not read. */
async function readRefusal(stream: WireStream, { method = 'GET', path, signal }: Ask): Promise<WireAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream.body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > 65_536) break;
    }
  } catch (error) {
    throw asFault(error, { method, path, signal });
  }
  return { status: stream.status, headers: stream.headers, body: Buffer.concat(chunks) };
}

function parseJson({ body }: WireAnswer, ask: Ask): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new SluiceError(
      'UNAVAILABLE',
      'the API server answered something other than JSON',
      { subject: subjectOf(ask) },
      error,
    );
  }
}
