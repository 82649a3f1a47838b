import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runHubCli } from '../../../hub/cli/program.ts';
import { readAccess, readSecret, dataFiles } from '../../../hub/config/data-folder.ts';
import { hubClient, type HubClient } from '../../../hub/api/client.ts';
import { hubConfig } from '../../../hub/config/config.ts';
import type { HubFile } from '../../../hub/config/schema.ts';
import type { JoinBody } from '../../../hub/api/bodies.ts';
import type { StatusRow, StatusView } from '../../../hub/api/status.ts';
import { startHub, type RunningHub } from '../../../hub/run/hub.ts';
import { systemClock } from '../../../shared/adapters/clock.ts';
import { createHttp } from '../../../shared/adapters/http/client.ts';
import { createLog } from '../../../shared/adapters/log.ts';
import { parseJoinLine, type JoinTicket } from '../../../shared/wire/join.ts';
import type { CrdSet } from '../../lab/controlplane/versions.ts';
import { freePort, released } from '../../fakes/port.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import { openClusterView, type ClusterView } from '../../lab/demo/cluster-view.ts';
import type { CommandResult } from '../../lab/demo/program.ts';
import type { Backend, RunningCluster } from './backend.ts';
import { startConfigRepository, type ConfigRepository } from './repository.ts';
import { startSite, type RunningAgent, type SiteOptions } from './site.ts';
import { fakeTerminal } from '../../fakes/terminal.ts';

export interface FleetOptions {
  readonly backend: Backend;
  readonly hub?: Partial<HubFile>;
}

/** A cluster of a fleet with its agents. */
export interface Site {
  readonly name: string;
  readonly kubeconfig: string;
  readonly view: ClusterView;
  readonly ticket: () => JoinTicket;
  readonly agent: () => RunningAgent;
  /** Starts an agent (again). */
  readonly start: (more?: Partial<SiteOptions>) => RunningAgent;
}

/** A config repository on a stock Git server, a hub and agents in this process, and clusters behind real HTTP. */
export interface Fleet {
  readonly folder: string;
  readonly data: string;
  readonly config: ConfigRepository;
  readonly hub: () => RunningHub;
  readonly client: () => HubClient;
  readonly logged: () => string;
  /** Starts a cluster, joins it, and starts its agent unless `flags` is null. */
  readonly join: (name: string, more?: JoinOptions) => Promise<Site>;
  /** Pushes files (null = delete) and waits until the hub has looked at the commit. */
  readonly push: (files: Readonly<Record<string, string | null>>, message?: string) => Promise<string>;
  /** Tells the hub by its webhook that there may be something new, and waits until it has looked. */
  readonly look: () => Promise<void>;
  readonly status: () => Promise<StatusView>;
  readonly until: (what: string, wanted: (status: StatusView) => boolean) => Promise<StatusView>;
  /** Waits until every cluster reports its newest bundle as applied and settled, and the hub makes no newer one of that. */
  readonly settled: () => Promise<StatusView>;
  /** Runs `sluice-hub ARGS` with this hub's data folder. */
  readonly cli: (...args: readonly string[]) => Promise<CommandResult>;
  readonly stopHub: () => Promise<void>;
  readonly startHub: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface JoinOptions {
  readonly body?: Partial<JoinBody>;
  readonly crds?: readonly CrdSet[];
  /** What the agent is started with; null = it is not started. */
  readonly agent?: Partial<SiteOptions> | null;
  /** A cluster that runs already. */
  readonly cluster?: RunningCluster;
}

/** Starts a config repository and a hub; clusters join later. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-fleet-'));
  const data = join(folder, 'hub');
  const config = await startConfigRepository(join(folder, 'config'));
  const http = createHttp();
  const closing: (() => unknown)[] = [];
  let lines = '';
  let hub: RunningHub | null = null;
  let access = { url: '', token: '' };
  let hookSecret = '';

  const start = async (): Promise<void> => {
    const port = access.url === '' ? await freePort() : Number(new URL(access.url).port);
    const file = { source: { url: config.url }, data, listen: { port }, ...options.hub };
    hub = await startHub(hubConfig(file, false), {
      clock: systemClock,
      random: () => 0.5,
      log: createLog({ level: 'debug', format: 'json', write: (line) => (lines += line) }),
      version: '0.0.0',
      schedule: () => () => undefined,
      createHttp,
    });
    access = await readAccess(data);
    hookSecret = await readSecret(join(data, dataFiles.webhookSecret));
    await hub.idle();
  };
  const running = (): RunningHub => {
    if (hub === null) throw new Error('the hub does not run');
    return hub;
  };
  const client = (): HubClient => hubClient(http, access, AbortSignal.timeout(20_000));
  const status = async (): Promise<StatusView> => (await client().status({})).view;
  const look = async (): Promise<void> => {
    const headers = { 'x-gitlab-token': hookSecret };
    await fetch(`${access.url}/v1/webhook`, { method: 'POST', headers, body: '{}' });
    await running().idle();
  };
  const until: Fleet['until'] = async (what, wanted) => {
    let last: StatusView | null = null;
    try {
      return await waitFor(
        what,
        async () => {
          last = await status();
          return wanted(last) ? last : undefined;
        },
        patienceMs,
      );
    } catch (error) {
      throw new Error(`${String(error)}: ${JSON.stringify(last, null, 1)}`, { cause: error });
    }
  };

  await config.push({ 'README.md': '# delivered by Sluice\n' }, 'begin');
  await start();
  return {
    folder,
    data,
    config,
    hub: running,
    client,
    logged: () => lines,
    look,
    status,
    until,
    settled: async () => {
      for (;;) {
        const before = await until('every cluster to be settled', areSettled);
        // What was reported last may be what the hub waited for: a cluster that was not heard from is given an empty bundle first.
        await running().idle();
        const now = await status();
        if (areSettled(now) && bundlesOf(now) === bundlesOf(before)) return now;
      }
    },
    push: async (files, message = 'change') => {
      const commit = await config.push(files, message);
      await look();
      await until(`commit ${commit} to be taken`, ({ source, problems }) => {
        return source?.commit === commit || problems.some(({ code }) => code === 'SOURCE_EMPTY');
      });
      return commit;
    },
    join: async (name, { body = {}, crds = [], agent = {}, cluster } = {}) => {
      const running = cluster ?? (await options.backend.start(name, crds));
      if (cluster === undefined) closing.push(running.stop);
      const { line } = await client().join({ name, ...body });
      const ticket = parseJoinLine(line);
      const view = impatient(openClusterView(running.kubeconfig));
      closing.unshift(view.close);
      let site: RunningAgent | null = null;
      const startAgent: Site['start'] = (more = {}) => {
        const started = startSite({ name, kubeconfig: running.kubeconfig, ticket, ...more });
        closing.unshift(started.stop);
        return (site = started);
      };
      if (agent !== null) startAgent(agent);
      return {
        name,
        kubeconfig: running.kubeconfig,
        view,
        ticket: () => ticket,
        start: startAgent,
        agent: () => {
          if (site === null) throw new Error(`${name} has no agent`);
          return site;
        },
      };
    },
    cli: async (...args) => {
      let [stdout, stderr] = ['', ''];
      const terminal = fakeTerminal(
        (text) => (stdout += text),
        (text) => (stderr += text),
        { columns: () => 120, path: (path) => resolve(folder, path) },
      );
      const exit = await runHubCli([...args, '--data', data], terminal, AbortSignal.timeout(20_000));
      return { status: exit, stdout, stderr };
    },
    stopHub: async () => {
      await running().close();
      hub = null;
      await released(Number(new URL(access.url).port));
    },
    startHub: start,
    close: async () => {
      const agents = closing.splice(0);
      for (const end of agents) await end();
      await hub?.close();
      http.close();
      await config.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** How long a scenario waits for something, unless it says otherwise: several times what that takes on a machine that is busy. */
export const patienceMs = 30_000;

/** The same view, that waits no longer than a scenario does unless it is told otherwise. */
function impatient(view: ClusterView): ClusterView {
  return {
    ...view,
    until: (id, what, wanted, ms = patienceMs) => view.until(id, what, wanted, ms),
    untilGone: (id, ms = patienceMs) => view.untilGone(id, ms),
  };
}

/** True where every cluster reports its newest bundle as applied and settled. */
function areSettled({ clusters }: StatusView): boolean {
  return clusters.every((one) => one.settled && one.acceptedGeneration === one.generation);
}

/** The bundles that there are, as a text. */
function bundlesOf({ clusters }: StatusView): string {
  return clusters.map(({ name, generation }) => `${name} ${generation}`).join();
}

/** The row of an application on a cluster. */
export function rowOf(status: StatusView, application: string, cluster?: string): StatusRow | undefined {
  return status.applications.find(
    (row) => row.application === application && (cluster === undefined || row.cluster === cluster),
  );
}
