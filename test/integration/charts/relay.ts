import { connect, createServer, type Socket } from 'node:net';

/** What a relay carries: connections that come in at `from` go to `to`; a number is a port of loopback, a text a socket's path. */
export type Way = { readonly from: number | string; readonly to: number | string };

/** Carries connections one way until this process ends; `isOpen` is asked at each new one. Answers what closes those that are open. */
export function carry({ from, to }: Way, isOpen: () => boolean, isListening: () => void): () => void {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    if (!isOpen()) {
      client.destroy();
      return;
    }
    const upstream = typeof to === 'number' ? connect(to, '127.0.0.1') : connect(to);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(one);
      one.setNoDelay(true);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  server.unref();
  if (typeof from === 'number') server.listen(from, '127.0.0.1', isListening);
  else server.listen(from, isListening);
  return () => {
    for (const socket of open) socket.destroy();
  };
}

// Within a network of its own: says `ready` when it listens everywhere, and ends with its standard input.
if (import.meta.main) {
  const ways = JSON.parse(process.argv[2] ?? '[]') as Way[];
  let waiting = ways.length;
  for (const way of ways) {
    carry(
      way,
      () => true,
      () => {
        waiting -= 1;
        if (waiting === 0) process.stdout.write('ready\n');
      },
    );
  }
  process.stdin.on('end', () => process.exit(0)).resume();
}
