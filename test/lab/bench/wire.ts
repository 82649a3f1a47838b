import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP relay that counts bytes, both directions together, by what a connection's first request asks for. */
export interface Relay {
  readonly url: string;
  /** Bytes so far of connections that did not begin with a wake-up stream. */
  readonly bytes: () => number;
  /** Polls of the feed that came over them so far. */
  readonly requests: () => number;
  readonly close: () => void;
}

/** Relays to the port of a loopback URL. */
export async function startRelay(target: string): Promise<Relay> {
  const counts = new Map<Socket, { bytes: number; requests: number; isStream: boolean }>();
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(new URL(target).port), '127.0.0.1');
    const count = { bytes: 0, requests: 0, isStream: false };
    counts.set(client, count);
    client.once('data', (first: Buffer) => {
      count.isStream = first.toString('latin1', 0, 100).startsWith('GET /v1/events/');
    });
    client.on('data', (chunk: Buffer) => {
      if (chunk.toString('latin1', 0, 100).startsWith('GET /v1/feed/')) count.requests += 1;
    });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (chunk: Buffer) => (count.bytes += chunk.length));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bytes: () => [...counts.values()].reduce((sum, { bytes, isStream }) => sum + (isStream ? 0 : bytes), 0),
    requests: () => [...counts.values()].reduce((sum, { requests }) => sum + requests, 0),
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
