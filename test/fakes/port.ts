import { createServer } from 'node:net';

const givenOut = new Set<number>();
/** Files that run side by side have ports of their own: none takes that of another whose owner is down for a moment. */
const shares = 16;
const share = Number(process.env['VITEST_POOL_ID'] ?? 0) % shares;
const count = 20_000 / shares;
const first = 10_000 + share * count;

/**
 * Finds a port of 127.0.0.1 that is free now and was not handed out before by this process, below the range (from 32768 on) out of
 * which the system takes ports for connections and for whoever asks for any: nobody gets it while its owner is down for a moment.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * count);
    if (givenOut.has(port) || !(await isFree(port))) continue;
    givenOut.add(port);
    return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
