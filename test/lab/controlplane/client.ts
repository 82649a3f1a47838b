import { Agent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';

/** The answer of an API server; `body` is parsed JSON, or the text where it is not JSON. */
export type RawAnswer = {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
};

/** One request of a test: `body` is sent as it is when it is a string, else as JSON. */
export type RawRequest = {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A client of the harness itself, independent of the agent's, so that tests judge one by the other. */
export type RawClient = {
  send(wanted: RawRequest): Promise<RawAnswer>;
  close(): void;
};

/** Opens a keep-alive client for one server and one bearer token. */
export function rawClient(url: string, ca: string, token: string): RawClient {
  const agent = new Agent({ keepAlive: true, ca, maxSockets: 8 });
  return {
    send: ({ method = 'GET', path, body, headers = {} }) =>
      new Promise((resolve, reject) => {
        const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
        const type = payload === undefined ? {} : { 'content-type': 'application/json' };
        const all = { authorization: `Bearer ${token}`, accept: 'application/json', ...type, ...headers };
        const outgoing = request(new URL(path, url), { method, agent, headers: all }, (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: parse(text) });
          });
        });
        outgoing.on('error', reject);
        outgoing.setTimeout(30_000, () => outgoing.destroy(new Error(`${method} ${path}: no answer for 30 s`)));
        outgoing.end(payload);
      }),
    close: () => agent.destroy(),
  };
}

/** Sends, and throws with the server's own words unless it answers with success. */
export async function sendOk(client: RawClient, wanted: RawRequest): Promise<unknown> {
  const { status, body } = await client.send(wanted);
  if (status >= 200 && status < 300) return body;
  throw new Error(`${wanted.method ?? 'GET'} ${wanted.path}: ${status} ${JSON.stringify(body)}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
