import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asSluiceError } from '../../shared/errors.ts';

/** What a page says: 200 with its text when it is well, 503 otherwise. */
export type ProbePage = () => { readonly ok: boolean; readonly why: string };

/** Serves a few read-only pages by path over plain HTTP, and nothing else; throws UNAVAILABLE when the address is taken. */
export async function serveProbes(
  address: { readonly host: string; readonly port: number },
  pages: Readonly<Record<string, ProbePage>>,
): Promise<{ readonly port: number; readonly close: () => void }> {
  const known = new Map(Object.entries(pages));
  const server = createServer({ requestTimeout: 5_000, maxHeaderSize: 4_096 }, (request, response) => {
    const page = known.get(request.url ?? '');
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const { ok, why } = page === undefined || !isRead ? { ok: null, why: 'no such page' } : page();
    response.writeHead(ok === null ? 404 : ok ? 200 : 503, { 'content-type': 'text/plain', connection: 'close' });
    response.end(`${why}\n`);
  });
  server.maxConnections = 16;
  server.listen(address.port, address.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw asSluiceError(error, 'UNAVAILABLE', { subject: `${address.host}:${address.port}` });
  }
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
