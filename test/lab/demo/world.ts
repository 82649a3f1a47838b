import { freePort } from '../../fakes/port.ts';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { dataFiles, readSecret } from '../../../hub/config/data-folder.ts';
import { routes } from '../../../hub/api/routes.ts';
import type { StatusAnswer, StatusView } from '../../../hub/api/status.ts';
import { startConfigRepository, type ConfigRepository } from './config-repository.ts';
import { runCommand, startProgram, type CommandResult, type Program } from './program.ts';
import { waitFor } from '../controlplane/wait.ts';

/** One cluster to join: where it is, and what the hub shall know of it. */
export interface Site {
  readonly name: string;
  readonly kubeconfig: string;
  readonly context?: string;
  /** Whether its kubeconfig may run a program for credentials. */
  readonly allowExec?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  /** How its agent pulls; as the world says otherwise. */
  readonly transport?: 'feed' | 'git';
}

export interface WorldOptions {
  /** An empty folder for everything: repositories, the hub's data, logs, join files. */
  readonly folder: string;
  /** What the hub calls its local cluster. */
  readonly localCluster?: string;
  /** How agents pull: the hub's feed (default) or its Git endpoint. */
  readonly transport?: 'feed' | 'git';
  /** The hub's program (a bundle, say); the sources of the checkout unless told otherwise. */
  readonly hubEntry?: string;
  /** More arguments of `sluice-hub serve`. */
  readonly hubArgs?: readonly string[];
  /** Node flags for the hub, and more of its environment. */
  readonly hubFlags?: readonly string[];
  readonly hubEnv?: Readonly<Record<string, string>>;
  /** Node flags for the agents. */
  readonly agentFlags?: readonly string[];
  /** The agents' program (a bundle, say); the sources of the checkout unless told otherwise. */
  readonly agentEntry?: string;
  /** More of the agents' environment. */
  readonly agentEnv?: Readonly<Record<string, string>>;
  /** More arguments of `sluice-agent run`. */
  readonly agentArgs?: readonly string[];
}

/** A hub with its config repository and its agents: processes that speak only the real protocols. */
export interface World {
  readonly config: ConfigRepository;
  readonly hubUrl: string;
  readonly dataFolder: string;
  /** The programs as they are now. */
  readonly hub: () => Program;
  readonly agent: (name: string) => Program;
  /** Joins a cluster and starts its agent; resolves when the agent's process runs. */
  readonly join: (site: Site) => Promise<void>;
  /** Every program that was started last under its name. */
  readonly programs: () => readonly Program[];
  /** Starts the agent of a joined cluster again, with more arguments of `sluice-agent run` if any. */
  readonly startAgent: (site: Site, more?: readonly string[]) => void;
  /** Starts the hub again, on the same port. */
  readonly startHub: () => Promise<void>;
  /** Runs `sluice-hub ARGS` against this hub. */
  readonly run: (...args: readonly string[]) => Promise<CommandResult>;
  /** The fleet's status as `sluice-hub status -o json` prints it. */
  readonly status: () => Promise<StatusView>;
  /** Waits until the status is as wanted, and answers it. */
  readonly untilStatus: (
    what: string,
    wanted: (status: StatusView) => boolean,
    timeoutMs?: number,
  ) => Promise<StatusView>;
  /** The token that shows an administrator to the hub. */
  readonly adminToken: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** Starts a config repository and a hub on free loopback ports. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const { folder, hubEntry = 'hub/main.ts' } = options;
  const dataFolder = join(folder, 'hub');
  await mkdir(join(folder, 'logs'), { recursive: true });
  const config = await startConfigRepository(join(folder, 'config'), join(folder, 'logs', 'git-server.log'));
  const agents = new Map<string, Program>();
  let hub: Program | null = null;
  let hubUrl = '';
  const port = await freePort();

  const startHub = async (): Promise<void> => {
    const listen = `127.0.0.1:${port}`;
    hub = startProgram(
      'hub',
      [
        hubEntry,
        'serve',
        config.url,
        ...['--data', dataFolder],
        ...['--listen', listen],
        ...(options.localCluster === undefined ? [] : ['--local', options.localCluster]),
        ...(options.hubArgs ?? []),
      ],
      {
        logFile: join(folder, 'logs', 'hub.log'),
        flags: options.hubFlags ?? [],
        env: options.hubEnv ?? {},
      },
    );
    const [url] = await hub.says(/https?:\/\/127\.0\.0\.1:\d+/);
    hubUrl = url;
    const secret = await readSecret(join(dataFolder, dataFiles.webhookSecret));
    await config.notify({ url: `${url}/v1/webhook`, secret });
  };
  const run = (...args: readonly string[]): Promise<CommandResult> =>
    runCommand([hubEntry, ...args, '--data', dataFolder]);
  const status = async (): Promise<StatusView> => {
    const { stdout, stderr } = await run('status', '-o', 'json');
    if (stdout === '') throw new Error(`no status: ${stderr}`);
    return JSON.parse(stdout) as StatusView;
  };
  const entry = options.agentEntry ?? 'agent/main.ts';
  const startAgent = (site: Site, more: readonly string[] = []): void => {
    const context = site.context === undefined ? [] : ['--context', site.context];
    const exec = site.allowExec === true ? ['--allow-exec'] : [];
    const args = [
      '--kubeconfig',
      site.kubeconfig,
      ...context,
      ...exec,
      '--join-file',
      join(folder, `${site.name}.join`),
      // As a pod's name does: the agent of this site that starts again takes its own Lease over.
      '--holder',
      site.name,
    ];
    agents.set(
      site.name,
      startProgram(`agent ${site.name}`, [entry, 'run', ...args, ...(options.agentArgs ?? []), ...more], {
        logFile: join(folder, 'logs', `agent-${site.name}.log`),
        flags: options.agentFlags ?? [],
        env: options.agentEnv ?? {},
      }),
    );
  };

  await startHub();
  return {
    config,
    dataFolder,
    get hubUrl() {
      return hubUrl;
    },
    hub: () => required(hub ?? undefined, 'the hub'),
    agent: (name) => required(agents.get(name), name),
    programs: () => [config.program, ...(hub === null ? [] : [hub]), ...agents.values()],
    startHub,
    startAgent,
    join: async (site) => {
      const labels = Object.entries(site.labels ?? {}).map(([key, value]) => `${key}=${value}`);
      const { transport = options.transport } = site;
      const joined = await run(
        ...['cluster', 'join', site.name],
        ...(labels.length === 0 ? [] : ['--labels', labels.join(',')]),
        ...(transport === undefined ? [] : ['--transport', transport]),
        ...['--out', join(folder, `${site.name}.join`)],
      );
      if (joined.status !== 0) throw new Error(joined.stderr);
      startAgent(site);
    },
    run,
    status,
    adminToken: () => readSecret(join(dataFolder, dataFiles.adminToken)),
    untilStatus: async (what, wanted, timeoutMs = 40_000) => {
      let last: StatusView | null = null;
      const look = async (): Promise<StatusView | undefined> => {
        last = await hubStatus(hubUrl, dataFolder);
        if (!wanted(last)) return undefined;
        // A process for each look would take the machine from those that are waited for: the command has the last word.
        last = await status();
        return wanted(last) ? last : undefined;
      };
      try {
        return await waitFor(what, look, timeoutMs);
      } catch (cause) {
        throw new Error(`waited in vain for ${what}: ${JSON.stringify(last, null, 1)}`, { cause });
      }
    },
    stop: async () => {
      await Promise.all([...agents.values()].map((agent) => agent.stop()));
      await hub?.stop();
      await config.close();
    },
  };
}

/** What the command asks the hub for, without the command. */
async function hubStatus(url: string, dataFolder: string): Promise<StatusView> {
  const token = await readSecret(join(dataFolder, dataFiles.adminToken));
  const answer = await fetch(url + routes.status.path, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`the hub answered ${answer.status}`);
  return ((await answer.json()) as StatusAnswer).view;
}

function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} was not started`);
  return value;
}
