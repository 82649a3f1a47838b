import { join } from 'node:path';
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { joinLine, parseJoinLine } from '../../../shared/wire/join.ts';
import { agentReads, hubReads, readsHeader } from '../../../shared/wire/reads.ts';
import { buildBundles, bundleFiles } from '../../config/bundle.ts';
import { waitFor } from '../controlplane/wait.ts';
import { openClusterView, type ClusterView } from '../demo/cluster-view.ts';
import { startWorld, type Site, type World } from '../demo/world.ts';
import { since, type Backend, type BenchCluster } from './backend.ts';
import { quantile, type Book } from './figures.ts';
import { startInstallWatch } from './install.ts';
import { applicationFiles, mixedObjects, rawApplication } from './objects.ts';
import { agentEnv, agentFlags, cpuMs, residentMiB } from './process.ts';
import { pushToApplied } from './pushes.ts';
import { cpuLine, cpuSums, stageSums, stagesLine } from './stages.ts';
import { observe } from './watching.ts';
import { startRelay, type Relay } from './wire.ts';

/** A joined cluster with 1,000 objects, on which everything else is measured. */
export interface Thousand {
  readonly cluster: BenchCluster;
  readonly world: World;
  readonly view: ClusterView;
  readonly site: Site;
  readonly relay: Relay;
  /** From the push to the last object, and from the first object to the last. */
  readonly installMs: number;
  readonly applyingMs: number;
  readonly stop: () => Promise<void>;
}

export const objectCount = 1_000;
const namespace = 'bench';
/** How often the agent looks by itself: often enough to be seen doing nothing; and how often it does when nobody says. */
const pollSeconds = 2;
const defaultPollSeconds = 60;

/** Installs 1,000 objects with one push: the time to the first and to the last, from the stamp of the push. */
export async function installThousand(
  book: Book,
  backend: Backend,
  folder: string,
  warmUp: (cluster: Pick<Thousand, 'view'>) => Promise<void> = () => Promise.resolve(),
): Promise<Thousand> {
  const bundles = join(folder, 'bundles');
  await buildBundles(bundles);
  book.say(`${objectCount} objects on ${backend.name}`);
  const cluster = await backend.start('local');
  const view = openClusterView(cluster.kubeconfig);
  const world = await startWorld({
    folder: join(folder, 'thousand'),
    localCluster: 'local',
    agentEntry: join(bundles, bundleFiles.agent),
    agentFlags,
    agentEnv,
    // The name of a pod stays when its container is restarted.
    agentArgs: ['--poll', String(pollSeconds), '--holder', 'sluice-agent-0'],
  });
  const relay = await startRelay(world.hubUrl);
  const site = { name: 'local', kubeconfig: cluster.kubeconfig };
  const stop = async (): Promise<void> => {
    await world.stop();
    relay.close();
    view.close();
    await cluster.stop();
  };
  try {
    await world.config.push({ 'README.md': 'bench\n' }, 'a first commit');
    await joinThrough(world, relay, join(folder, 'thousand', 'local.join'));
    world.startAgent(site);
    await world.untilStatus('the agent to enrol', ({ clusters }) => clusters[0]?.state === 'joined');
    await warmUp({ view });
    const watch = await startInstallWatch(view, namespace);
    const before = await cluster.requests();
    const stages = await stageSums(world);
    const objects = mixedObjects(objectCount, namespace);
    const { receivedAt } = await world.config.push(applicationFiles(objects, namespace), `${objectCount} objects`);
    const { first, last } = await watch.until(objects.length);
    book.add({ name: 'install-1000-ms', value: last - receivedAt, unit: 'ms' });
    const note = 'after the push';
    book.add({ name: 'install-first-object', value: first - receivedAt, unit: 'ms', most: 250, note });
    book.add({ name: 'install-1000-applying', value: last - first, unit: 'ms', note: 'first object to last' });
    const spent = since(before, await cluster.requests());
    book.add({ name: 'install-requests', value: spent.requests, unit: 'requests', most: objectCount + 100 });
    book.say(spent.text);
    book.say(stagesLine(stages, await stageSums(world), 1));
    watch.close();
    await untilSettled(world);
    return { cluster, world, view, site, relay, installMs: last - receivedAt, applyingMs: last - first, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Changes one object of the 1,000 again and again: the time to see it, and the requests that each change costs. */
export async function measureOneOfThousand(
  book: Book,
  { world, view, cluster }: Thousand,
  { pushes, floor = null }: { readonly pushes: number; readonly floor?: number | null },
): Promise<void> {
  const maps = await observe(view, { group: '', kind: 'ConfigMap' }, namespace);
  const objects = mixedObjects(100, namespace);
  const before = await cluster.requests();
  const [stages, cpu] = [await stageSums(world), await cpuSums(world)];
  const samples = await pushToApplied(world, maps, {
    pushes,
    files: (round) => {
      const changed = objects.map((each, index) =>
        index === 0 ? { ...each, data: { value: `round ${round}` } } : each,
      );
      return { 'bench-0.yaml': rawApplication('bench-0', changed, namespace) };
    },
    isThere: ({ metadata, data }, round) =>
      metadata.name === 'object-0' && JSON.stringify(data) === JSON.stringify({ value: `round ${round}` }),
  });
  maps.close();
  book.say(stagesLine(stages, await stageSums(world), pushes + 5));
  book.say(cpuLine(cpu, await cpuSums(world), pushes + 5));
  await untilSettled(world);
  const spent = since(before, await cluster.requests());
  const median = quantile(samples, 0.5);
  book.add({ name: 'one-of-1000-p50', value: median, unit: 'ms', most: 120 });
  if (floor !== null) book.add({ name: 'one-of-1000-vs-floor', value: median / floor, unit: 'x', most: 2 });
  book.add({ name: 'one-of-1000-p99', value: quantile(samples, 0.99), unit: 'ms' });
  book.add({ name: 'one-of-1000-requests', value: spent.requests / (pushes + 5), unit: 'requests', most: 10 });
  book.say(spent.text);
}

/** Leaves everything alone for a while: requests and writes of its passes, and the bytes of a poll. */
export async function measureNoop(book: Book, { world, cluster, relay }: Thousand): Promise<void> {
  await untilSettled(world);
  await sleep(3_000);
  const [bytes, requests] = [relay.bytes(), relay.requests()];
  const spent = await cluster.spent(() => sleep(12_000));
  const polls = relay.requests() - requests;
  const idle = (relay.bytes() - bytes) / polls;
  const passes = `in ${polls} passes, the Lease aside`;
  book.add({ name: 'noop-requests', value: spent.requests / polls, unit: 'requests', most: 0, note: passes });
  book.add({ name: 'noop-writes', value: spent.writes / polls, unit: 'writes', most: 0 });
  if (spent.text !== '') book.say(spent.text);
  const reads = readsBytes(agentReads) + readsBytes(hubReads);
  const note = `both directions, without TLS; ${reads} of them are Sluice-Reads`;
  book.add({ name: 'idle-poll-bytes', value: idle, unit: 'bytes', most: 390 + reads, note });
}

/** The bytes of a header of one side. */
function readsBytes(value: string): number {
  return `${readsHeader}: ${value}\r\n`.length;
}

/** The CPU time of an agent with 1,000 objects at rest, polling once a minute as it does by default. */
export async function measureRest(book: Book, { world, site }: Thousand): Promise<void> {
  await world.agent(site.name).stop();
  world.startAgent(site, ['--poll', String(defaultPollSeconds)]);
  await sleep(3_000);
  await untilSettled(world);
  // Some ten seconds after its work a process gives memory back, once: that is the end of the start, and not rest.
  await sleep(15_000);
  const { pid } = world.agent(site.name);
  const [cpu, started] = [await cpuMs(pid), Date.now()];
  // Long enough for one poll, however its jitter falls.
  await sleep(defaultPollSeconds * 1.2 * 1_000);
  const used = ((await cpuMs(pid)) - cpu) / ((Date.now() - started) / 1000);
  book.add({ name: 'agent-mcpu', value: used, unit: 'mCPU', most: 1.5, note: `polling every ${defaultPollSeconds} s` });
}

/** The memory that an agent with 1,000 objects needs at rest. */
export async function measureMemory(book: Book, { world, site }: Thousand): Promise<void> {
  await untilSettled(world);
  await sleep(8_000);
  const value = await residentMiB(world.agent(site.name).pid);
  book.add({ name: 'agent-rss', value, unit: 'MiB', most: 75, note: 'bundled, flags of the chart' });
}

/** Resolves once the hub knows that everything is applied and nothing is under way. */
export async function untilSettled(world: World): Promise<void> {
  await waitFor(
    'the cluster to settle',
    async () => {
      const { clusters } = await world.status();
      const [cluster] = clusters;
      return cluster?.settled === true && cluster.generation === cluster.acceptedGeneration ? true : undefined;
    },
    120_000,
  );
}

/** Joins the cluster with an address of the hub that leads through the relay. */
async function joinThrough(world: World, relay: Relay, file: string): Promise<void> {
  const joined = await world.run('cluster', 'join', 'local', '--out', file);
  if (joined.status !== 0) throw new Error(joined.stderr);
  const ticket = parseJoinLine(await readFile(file, 'utf8'));
  await writeFile(file, joinLine({ ...ticket, url: `sluice+${relay.url}`, hub: relay.url }), { mode: 0o600 });
}
