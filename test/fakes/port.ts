import { connect } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';

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
    if (givenOut.has(port)) continue;
    givenOut.add(port);
    if (await isFree(port)) return port;
  }
}

/**
 * Waits until a port of 127.0.0.1 whose listener was closed can be listened at again. A program that another thread of this process
 * starts at that moment has a copy of the listener until its own text is loaded.
 */
export async function released(port: number): Promise<void> {
  while (!(await isFree(port))) await after(2);
}

/** Asks by a connection: to listen there for a moment is what would make it taken. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });
}
