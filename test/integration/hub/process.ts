import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

const main = new URL('../../../hub/main.ts', import.meta.url).pathname;

/** `sluice-hub` as a process of its own. */
export interface HubProcess {
  readonly child: ChildProcess;
  /** All that it wrote so far, both streams. */
  readonly text: () => string;
  /** Resolves with its exit status, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** Resolves when it has written this; throws when it ends before. */
  readonly said: (pattern: RegExp) => Promise<RegExpExecArray>;
}

/** Starts `sluice-hub ARGS` in a folder. */
export function startProcess(folder: string, ...args: readonly string[]): HubProcess {
  return started(folder, [process.execPath, main, ...args]);
}

/** The same, as a process that may open this many files. */
export function startWithFiles(openFiles: number, folder: string, ...args: readonly string[]): HubProcess {
  const limited = `ulimit -n ${openFiles} && exec "$0" "$@"`;
  return started(folder, ['/bin/sh', '-c', limited, process.execPath, main, ...args]);
}

function started(folder: string, [program = '', ...args]: readonly string[]): HubProcess {
  const env = { ...process.env, NO_COLOR: '1', COLUMNS: '80', npm_lifecycle_event: '' };
  const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      for (const look of waiting) look();
    });
  }
  const ended = once(child, 'close').then(([code, signal]: (number | string)[]) => code ?? signal ?? -1);
  const said = async (pattern: RegExp): Promise<RegExpExecArray> => {
    const found = new Promise<RegExpExecArray>((resolve) => {
      const look = () => {
        const match = pattern.exec(text);
        if (match === null) return;
        waiting.delete(look);
        resolve(match);
      };
      waiting.add(look);
      look();
    });
    const early = ended.then((status) => {
      const match = pattern.exec(text);
      if (match !== null) return match;
      throw new Error(`ended with ${status} before it said ${pattern.source}: ${text}`);
    });
    return Promise.race([found, early]);
  };
  return { child, text: () => text, ended, said };
}

/** A listener that takes connections and never says a word. */
export async function startSilentServer(): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const sockets = new Set<{ destroy: () => void }>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
