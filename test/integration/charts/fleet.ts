import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StatusRow, StatusView } from '../../../hub/api/status.ts';
import { startConfigRepository, type ConfigRepository } from '../../lab/demo/config-repository.ts';
import { freePort } from '../../fakes/port.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import { startContainer, type Container } from './container.ts';
import { chartText, objectsOf } from './helm.ts';

/** A hub that runs as charts/hub says, with its config repository. */
export interface ChartHub {
  readonly container: Container;
  readonly config: ConfigRepository;
  readonly url: string;
  /** `sluice-hub ARGS` inside the container. */
  readonly run: (...args: readonly string[]) => Promise<{ status: number; stdout: string; stderr: string }>;
  readonly status: () => Promise<StatusView>;
  /** Waits for a row of the status. */
  readonly untilRow: (what: string, wanted: (row: StatusRow) => boolean) => Promise<StatusRow>;
  /** Registers a cluster; answers the file that its agent's installation takes. */
  readonly join: (name: string) => Promise<string>;
  /** Calls the webhook, as the Git host does after a push. */
  readonly poke: () => Promise<void>;
  readonly stop: () => Promise<number | null>;
}

/** Starts a config repository and the hub's container in a folder; the hub listens when this resolves. */
export async function startChartHub(folder: string, dist: string, localCluster: string): Promise<ChartHub> {
  const config = await startConfigRepository(join(folder, 'config'), join(folder, 'git.log'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const values = { 'source.url': config.url, publicUrl: url, port, localCluster };
  const objects = objectsOf(
    await chartText('hub', 'sluice', ...Object.entries(values).flatMap(([key, value]) => ['--set', `${key}=${value}`])),
  );
  const logFile = join(folder, 'hub.log');
  const container = await startContainer({ image: 'hub', dist, objects, logFile });
  await waitFor('the hub to be ready', () => probe(`${url}/readyz`, container, logFile));
  const run: ChartHub['run'] = (...args) => container.exec('/app/sluice-hub.mjs', ...args, '--data', '/var/lib/sluice');
  const status = async (): Promise<StatusView> => {
    const { stdout, stderr } = await run('status', '-o', 'json');
    if (stdout === '') throw new Error(`no status: ${stderr}`);
    return JSON.parse(stdout) as StatusView;
  };
  return {
    container,
    config,
    url,
    run,
    status,
    untilRow: async (what, wanted) => {
      try {
        return await waitFor(what, async () => (await status()).applications.find(wanted));
      } catch (cause) {
        const { stdout } = await run('status', '--output', 'wide');
        throw new Error(`waited in vain for ${what}:\n${stdout}`, { cause });
      }
    },
    join: async (name) => {
      const { status, stdout, stderr } = await run('cluster', 'join', name, '--out', '-');
      if (status !== 0) throw new Error(stderr);
      return stdout;
    },
    poke: async () => {
      const secret = (await readFile(container.path('/var/lib/sluice/webhook-secret'), 'utf8')).trim();
      const answer = await fetch(`${url}/v1/webhook`, {
        method: 'POST',
        body: '{}',
        headers: { 'x-gitlab-token': secret },
      });
      if (answer.status !== 202) throw new Error(`the webhook answered ${answer.status}`);
    },
    stop: async () => {
      const status = await container.stop();
      await config.close();
      return status;
    },
  };
}

/** True for a page that answers 200, undefined otherwise; throws with the end of the log when the container has ended. */
export async function probe(url: string, container: Container, logFile: string): Promise<true | undefined> {
  if (!container.isRunning()) throw new Error(`it ended: ${(await readFile(logFile, 'utf8')).slice(-2_000)}`);
  const answer = await fetch(url).catch(() => null);
  return answer?.status === 200 ? true : undefined;
}

/** A number of /proc/PID/status (RSS in KiB, say), or the words of one of its lines. */
export async function processFact(pid: number, name: string): Promise<string> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  return new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(text)?.[1] ?? '';
}
