import type { CliContext } from '../../hub/cli/context.ts';
import type { HttpClient, HttpOptions } from '../../shared/adapters/http/client.ts';
import type { HttpRequest } from '../../shared/ports/http.ts';
import { fakeTerminal } from './terminal.ts';

/** A context for commands of `sluice-hub`, with a hub that answers by a function, and what came of it. */
export interface FakeCli {
  readonly context: CliContext;
  readonly requests: HttpRequest[];
  readonly clients: { readonly options: HttpOptions; isClosed: boolean }[];
  readonly text: { out: string; err: string };
}

/** Makes such a context; an answer is a JSON value, an error is thrown to the command. */
export function fakeCli(
  answer: (request: HttpRequest) => unknown,
  { interactive = false, signal = new AbortController().signal } = {},
): FakeCli {
  const requests: HttpRequest[] = [];
  const clients: { readonly options: HttpOptions; isClosed: boolean }[] = [];
  const text = { out: '', err: '' };
  const createHttp = (options: HttpOptions): HttpClient => {
    const client = { options, isClosed: false };
    clients.push(client);
    return {
      request: async (request) => {
        requests.push(request);
        const value = await Promise.resolve(answer(request));
        return { status: 200, headers: {}, body: Buffer.from(JSON.stringify(value)) };
      },
      events: () => Promise.reject(new Error('no events here')),
      close: () => void (client.isClosed = true),
    };
  };
  const context: CliContext = {
    terminal: fakeTerminal(
      (more) => (text.out += more),
      (more) => (text.err += more),
      { interactive, columns: () => 100 },
    ),
    signal,
    clock: { now: () => 0, monotonic: () => 0, after: () => () => undefined, sleep: () => Promise.resolve() },
    random: () => 0,
    version: '1.2.3',
    openFiles: () => 1024,
    workers: () => 1,
    createHttp,
  };
  return { context, requests, clients, text };
}
