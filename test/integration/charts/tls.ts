import { connect } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { fixture } from '../kube/server.ts';

/** TLS in front of a server on loopback that has none, with the certificate of the test authority. */
export async function tlsFront(port: number): Promise<Server> {
  const server = createServer({ cert: fixture('server.crt'), key: fixture('server.key') }, (socket) => {
    const upstream = connect(port, '127.0.0.1');
    socket.pipe(upstream).pipe(socket);
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
