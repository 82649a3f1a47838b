import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { ApiError, badRequest, statusOf } from '../api/errors.ts';
import type { Json, JsonObject } from '../json.ts';

/** What a handler answers; `streaming` when it has taken the response over. */
export type Answer =
  | {
      readonly status: number;
      readonly body: JsonObject | string;
      readonly type?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | 'streaming';

/** Bodies above this size are refused, as by the API server. */
const bodyLimit = 3 * 1024 * 1024;

/** Answers are compressed from this size on, as by the API server. */
const gzipFrom = 128 * 1024;

/** The whole body of a request as text; 413 above 3 MiB. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit)
      throw new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${bodyLimit}`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A body as JSON; 400 when it is not. */
export function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw badRequest(`error decoding the body: ${error instanceof Error ? error.message : 'not JSON'}`);
  }
}

/** Sends an answer, compressed when that is accepted and worth it. */
export function send(request: IncomingMessage, response: ServerResponse, answer: Exclude<Answer, 'streaming'>): void {
  if (response.headersSent || response.destroyed) return;
  const text = typeof answer.body === 'string' ? answer.body : `${JSON.stringify(answer.body)}\n`;
  const type = answer.type ?? (typeof answer.body === 'string' ? 'text/plain; charset=utf-8' : 'application/json');
  const plain = Buffer.from(text, 'utf8');
  const accepts = (request.headers['accept-encoding'] ?? '').includes('gzip');
  const zipped = accepts && plain.length >= gzipFrom;
  const bytes = zipped ? gzipSync(plain, { level: 1 }) : plain;
  response.writeHead(answer.status, {
    'content-type': type,
    'content-length': bytes.length,
    'cache-control': 'no-cache, private',
    ...(zipped ? { 'content-encoding': 'gzip', vary: 'Accept-Encoding' } : {}),
    ...answer.headers,
  });
  response.end(bytes);
}

/** The answer for what a handler threw; anything but an ApiError is a fault of this server. */
export function answerOf(error: unknown): Exclude<Answer, 'streaming'> {
  if (error instanceof ApiError) {
    const wait = error.details?.['retryAfterSeconds'];
    const headers = typeof wait === 'number' ? { headers: { 'retry-after': String(wait) } } : {};
    return { status: error.code, body: statusOf(error), ...headers };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { status: 500, body: statusOf(new ApiError(500, 'InternalError', text)) };
}
