import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { carry, type Way } from './relay.ts';

/** A network of one's own, as a pod has it: its ports are nobody else's, and it reaches this machine only where it is let. */
export interface Network {
  /** A process that lives in it. */
  readonly pid: number;
  /** Cuts the way to a port of this machine, connections that are open included. */
  readonly cut: (port: number) => void;
  readonly mend: (port: number) => void;
  /** The status that a page on a port within it answers, undefined where nobody does; as a kubelet asks for probes. */
  readonly probe: (page: string) => Promise<number | undefined>;
  readonly close: () => Promise<void>;
}

/** True where this process may make networks: root on Linux, not inside most containers. */
export const canNetwork =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['--net', 'ip', 'link', 'set', 'lo', 'up']).status === 0;

const relay = fileURLToPath(new URL('./relay.ts', import.meta.url));

/** Makes a network from which `ports` of this machine's loopback are reached under their own numbers; sockets go into the folder. */
export async function startNetwork(
  folder: string,
  { ports, probePort }: { readonly ports: readonly number[]; readonly probePort: number },
): Promise<Network> {
  const socketOf = (port: number): string => join(folder, `${port}.sock`);
  const isCut = new Set<number>();
  const hangUps = new Map<number, () => void>();
  await Promise.all(
    ports.map(async (port) => {
      const listening = Promise.withResolvers<undefined>();
      const way = { from: socketOf(port), to: port };
      hangUps.set(
        port,
        carry(
          way,
          () => !isCut.has(port),
          () => listening.resolve(undefined),
        ),
      );
      await listening.promise;
    }),
  );
  const ways: Way[] = ports.map((port) => ({ from: port, to: socketOf(port) }));
  ways.push({ from: socketOf(probePort), to: probePort });
  const script = 'ip link set lo up; exec "$@"';
  const child = spawn(
    'unshare',
    ['--net', 'sh', '-e', '-c', script, 'sh', process.execPath, relay, JSON.stringify(ways)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  if (child.exitCode !== null || child.pid === undefined) throw new Error('the relay of a network ended at once');
  return {
    pid: child.pid,
    cut: (port) => {
      isCut.add(port);
      hangUps.get(port)?.();
    },
    mend: (port) => void isCut.delete(port),
    probe: (page) => statusOf(socketOf(probePort), page),
    close: async () => {
      for (const hangUp of hangUps.values()) hangUp();
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}

function statusOf(socketPath: string, path: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    request({ socketPath, path, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on('error', () => resolve(undefined))
      .end();
  });
}
