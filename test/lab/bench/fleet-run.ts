import { join } from 'node:path';
import { hubClient, type HubClient } from '../../../hub/api/client.ts';
import { createHttp } from '../../../shared/adapters/http/client.ts';
import { mapLimited } from '../../../agent/model/limited.ts';
import { buildBundles, bundleFiles } from '../../config/bundle.ts';
import { startWorld, type World } from '../demo/world.ts';
import { startFleet, type FleetProcesses } from '../fleet/fleet.ts';
import { fleetFiles, labelsOf, groupSize } from './fleet-documents.ts';
import { quantile, type Book } from './figures.ts';
import { measureSoak } from './fleet-soak.ts';
import { measureRestart, measureStatus } from './fleet-status.ts';
import { cpuMs, hubEnv, hubFlags } from './process.ts';
import { metricsText, stageSums, stagesLine } from './stages.ts';

export interface FleetOptions {
  /** An empty folder. */
  readonly folder: string;
  readonly agents: number;
  readonly apps: number;
  /** Seconds of a soak at the end; 0 = none. */
  readonly soak: number;
  /** The hub's certificate and its key; null = plain HTTP. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  /** Ends the name of each figure, where several sizes are measured. */
  readonly suffix: string;
}

/** What a run found that others are compared with. */
export interface FleetRun {
  readonly agents: number;
  /** CPU time of the hub for a change of one group. */
  readonly groupCpuMs: number;
}

/** What the parts of a run share. */
interface Scene extends FleetOptions {
  readonly world: World;
  readonly client: HubClient;
  readonly add: (name: string, value: number, unit: string, note?: string, most?: number) => void;
  readonly book: Book;
}

const atOnce = 16;

/** Joins a fleet, gives it applications, changes one everywhere and one of a group, and loads the hub with reports and polls. */
export async function runFleet(book: Book, options: FleetOptions): Promise<FleetRun> {
  const { folder, agents, suffix, tls } = options;
  book.say(`${agents} clusters`);
  const bundles = join(folder, 'bundles');
  await buildBundles(bundles);
  const hubEntry = join(bundles, bundleFiles.hub);
  const hubArgs = tls === null ? [] : ['--tls-cert', tls.certFile, '--tls-key', tls.keyFile];
  const world = await startWorld({ folder, hubEntry, hubArgs, hubFlags, hubEnv });
  const access = { url: world.hubUrl, token: await world.adminToken() };
  const client = hubClient(createHttp(), access, new AbortController().signal);
  const add: Scene['add'] = (name, value, unit, note, most) => {
    const said = { ...(note !== undefined && { note }), ...(most !== undefined && { most }) };
    book.add({ name: name + suffix, value, unit, ...said });
  };
  const scene: Scene = { ...options, world, client, add, book };
  let fleet: FleetProcesses | null = null;
  try {
    await world.config.push({ 'README.md': 'fleet\n' }, 'a first commit');
    fleet = await joinFleet(scene);
    await fleet.follow();
    await measureFirstBundles(scene, fleet);
    await measurePushes(scene, fleet);
    const groupCpuMs = await measureGroup(scene, fleet);
    await measureRequests(scene, fleet);
    await measureStatus(scene);
    if (options.soak > 0) await measureSoak({ world, client, agents, say: book.say, add }, fleet, options.soak);
    await measureRestart(scene);
    return { agents, groupCpuMs };
  } finally {
    fleet?.stop();
    await world.stop();
  }
}

/** Registers the clusters and enrols their agents, some at a time. */
async function joinFleet({ agents, book, client, add, world }: Scene): Promise<FleetProcesses> {
  const names = Array.from({ length: agents }, (_, index) => index);
  const say = progress(book, agents, 'have a registration');
  let count = 0;
  const joined = await spent(world, () =>
    mapLimited(atOnce, names, async (index) => {
      const started = performance.now();
      const { line } = await client.join({ name: `site-${index}`, labels: labelsOf(index, agents), transport: 'feed' });
      say((count += 1));
      return { line, ms: performance.now() - started };
    }),
  );
  const per = (cpu: number) => `CPU of the hub ${(cpu / agents).toFixed(2)} ms each`;
  const joinMs = quantile(
    joined.result.map(({ ms }) => ms),
    0.5,
  );
  add(
    'fleet-join-ms',
    joinMs,
    'ms',
    `median, ${atOnce} at once; ${per(joined.cpu)}, ${joined.ms.toFixed(0)} ms in all`,
  );
  const fleet = await startFleet(joined.result.map(({ line }) => line));
  const enrolled = await spent(world, () => fleet.enrol(atOnce));
  const note = `median, ${atOnce} at once; ${per(enrolled.cpu)}, ${enrolled.ms.toFixed(0)} ms in all`;
  add('fleet-enrol-ms', quantile(enrolled.result, 0.5), 'ms', note);
  return fleet;
}

/** The first push: until every agent has reported its first bundle. */
async function measureFirstBundles(scene: Scene, fleet: FleetProcesses): Promise<void> {
  const { moments, push, cpu } = await pushAndWait(scene, fleet, { round: 0, wanted: scene.agents, files: 'all' });
  scene.add(
    'fleet-first-bundles-ms',
    Math.max(...moments) - push,
    'ms',
    `until all have reported; CPU of the hub ${cpu.toFixed(0)} ms`,
  );
}

/** One application changed everywhere: until half, and until all have reported; and the pass. */
async function measurePushes(scene: Scene, fleet: FleetProcesses): Promise<void> {
  const passes = await passSeconds(scene);
  const { moments, push, cpu } = await pushAndWait(scene, fleet, {
    round: 1,
    wanted: scene.agents,
    files: 'everywhere',
  });
  scene.add('fleet-push-half-ms', quantile(moments, 0.5) - push, 'ms', 'one application of all, from the push');
  scene.add('fleet-push-all-ms', Math.max(...moments) - push, 'ms', `CPU of the hub ${cpu.toFixed(0)} ms`);
  const after = await passSeconds(scene);
  scene.add('fleet-pass-ms', (after.seconds - passes.seconds) * 1000, 'ms', `${after.count - passes.count} passes`);
}

/** One application of one group of clusters changed; answers the hub's CPU time for it. */
async function measureGroup(scene: Scene, fleet: FleetProcesses): Promise<number> {
  const wanted = Math.min(groupSize, scene.agents);
  const { moments, push, cpu } = await pushAndWait(scene, fleet, { round: 2, wanted, files: 'group' });
  const note = `a group of ${wanted}; CPU of the hub ${cpu.toFixed(0)} ms`;
  scene.add('fleet-push-group-ms', Math.max(...moments) - push, 'ms', note);
  return cpu;
}

/** Pushes documents of a round; the moments of the reports, and what it cost the hub until the last of them. */
async function pushAndWait(
  scene: Scene,
  fleet: FleetProcesses,
  order: { readonly round: number; readonly wanted: number; readonly files: 'all' | 'everywhere' | 'group' },
) {
  const { world, book, apps } = scene;
  const before = await stageSums(world);
  const { cpu, result } = await spent(world, async () => {
    const pushed = await world.config.push(fleetFiles(apps, order.round, order.files), `round ${order.round}`);
    const moments = await fleet.reported(pushed.commit, order.wanted, progress(book, order.wanted, 'have reported'));
    return { moments, push: pushed.receivedAt };
  });
  book.say(stagesLine(before, await stageSums(world), 1));
  await quietHub(world);
  return { ...result, cpu };
}

/** Says every five seconds how many of all it is by now. */
function progress(book: Book, all: number, what: string): (count: number) => void {
  let said = Date.now();
  return (count) => {
    if (Date.now() - said < 5_000) return;
    said = Date.now();
    book.say(`${count} of ${all} ${what}`);
  };
}

/** Heartbeats and polls of a fleet where nothing changes. */
async function measureRequests({ world, add, agents }: Scene, fleet: FleetProcesses): Promise<void> {
  const count = Math.max(agents, 1_000);
  const reports = await spent(world, () => fleet.load('report', { count, atOnce: 64 }));
  await quietHub(world);
  add('fleet-report-cpu-ms', reports.cpu / count, 'ms', 'CPU of the hub for a whole report in which nothing changed');
  add('fleet-reports-per-s', (count * 1000) / reports.ms, '/s', '64 at once');
  add('fleet-report-p99-ms', quantile(reports.result, 0.99), 'ms');
  const changes = await spent(world, () => fleet.load('change', { count, atOnce: 64 }));
  add('fleet-change-cpu-ms', changes.cpu / count, 'ms', 'CPU of the hub for a report in which one application changed');
  const heartbeats = await spent(world, () => fleet.load('heartbeat', { count, atOnce: 64 }));
  add(
    'fleet-heartbeat-cpu-ms',
    heartbeats.cpu / count,
    'ms',
    `${((count * 1000) / heartbeats.ms).toFixed(0)} a second`,
  );
  await quietHub(world);
  const polls = await spent(world, () => fleet.load('poll', { count, atOnce: 64 }));
  add('fleet-poll-cpu-ms', polls.cpu / count, 'ms', 'CPU of the hub for a poll that finds nothing new');
}

/** Runs something: its result, its milliseconds, and those of the hub's CPU. */
async function spent<T>(world: Pick<World, 'hub'>, run: () => Promise<T>) {
  const [started, before] = [performance.now(), await cpuMs(world.hub().pid)];
  const result = await run();
  return { result, ms: performance.now() - started, cpu: (await cpuMs(world.hub().pid)) - before };
}

/** Resolves once the hub has used little CPU time (a tenth of a core) for half a second, or after half a minute. */
async function quietHub({ hub }: Pick<World, 'hub'>): Promise<void> {
  for (let [last, round] = [-Infinity, 0]; round < 60; round += 1) {
    const now = await cpuMs(hub().pid);
    if (now - last < 50) return;
    last = now;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function passSeconds({ world }: Scene): Promise<{ readonly seconds: number; readonly count: number }> {
  const text = await metricsText(world);
  const sum = (what: string) =>
    [...text.matchAll(new RegExp(`^sluice_hub_pass_seconds_${what}\\{[^}]*\\} (\\S+)$`, 'gm'))].reduce(
      (total, [, value]) => total + Number(value),
      0,
    );
  return { seconds: sum('sum'), count: sum('count') };
}
