import { request as httpRequest, type Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isSluiceError, SluiceError } from '../../errors.ts';

/** One request on the wire, before redirects and bodies are looked at. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
  readonly agent: Agent;
  /** Absolute-form target, for a plain proxy. */
  readonly through: URL | null;
  readonly signal: AbortSignal;
  readonly idleMs: number;
}

/** What was opened: the response with its headers, and the request to destroy. */
export interface Opened {
  readonly request: ClientRequest;
  readonly response: IncomingMessage;
}

/**
 * Sends a request and resolves with the response's head. A kept-alive connection that the server closed in the meantime is
 * tried once more on a new one, so that a restart of the server is no fault.
 */
export async function open(exchange: Exchange): Promise<Opened> {
  try {
    return await openOnce(exchange);
  } catch (error) {
    if (error instanceof StaleConnection) return await openOnce(exchange);
    throw error;
  }
}

class StaleConnection extends SluiceError {}

function openOnce(exchange: Exchange): Promise<Opened> {
  const { promise, resolve, reject } = Promise.withResolvers<Opened>();
  const { url, through } = exchange;
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const target =
    through === null
      ? { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port || undefined, path: url.pathname + url.search }
      : { host: through.hostname.replace(/^\[|\]$/g, ''), port: through.port || 80, path: url.href };
  const length = exchange.body === undefined ? {} : { 'content-length': String(exchange.body.byteLength) };
  const request = send({
    method: exchange.method,
    ...target,
    headers: { host: url.host, ...exchange.headers, ...length },
    agent: exchange.agent,
    signal: exchange.signal,
    timeout: exchange.idleMs,
  });
  // HTTP/1.1 keeps the connection without being told, and a poll is smaller than its headers.
  request.removeHeader('connection');
  let destroy = (error: Error): void => void request.destroy(error);
  // `timeout` counts from the last byte in either direction; once there is a response, it is the one that must fail.
  request.on('timeout', () => destroy(new SluiceError('TIMEOUT', `no byte for ${exchange.idleMs} ms`)));
  request.on('error', (error) => {
    const stale = request.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
    reject(
      stale ? new StaleConnection('UNAVAILABLE', 'the kept connection was closed') : networkError(error, exchange),
    );
  });
  request.on('response', (response) => {
    destroy = (error) => void response.destroy(error);
    resolve({ request, response });
  });
  request.end(exchange.body);
  return promise;
}

/** The coded error of a network failure; names the origin, never the path, the query or a header. */
export function networkError(error: unknown, { url, signal }: Pick<Exchange, 'url' | 'signal'>): SluiceError {
  if (isSluiceError(error)) return error;
  const reason: unknown = signal.reason;
  if (signal.aborted && isSluiceError(reason)) return reason;
  if (signal.aborted) return new SluiceError('ABORTED', 'the request was given up', { subject: url.origin }, error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = `cannot reach the server${code === '' ? '' : ` (${code})`}`;
  return new SluiceError('UNAVAILABLE', message, { subject: url.origin }, error);
}
