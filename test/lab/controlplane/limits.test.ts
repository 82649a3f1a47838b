import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StatusView } from '../../../hub/api/status.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import { bundleLimits as limitsByFormat, fileBytes } from '../../../shared/model/limits.ts';
import { agentEnv, agentFlags, residentMiB } from '../bench/process.ts';
import { configMap, rawApplication } from '../bench/objects.ts';
import { buildBundles, bundleFiles } from '../../config/bundle.ts';
import { startWorld, type World } from '../demo/world.ts';
import { git } from '../../fakes/git.ts';
import { processFact } from '../../integration/charts/fleet.ts';
import { sendOk } from './client.ts';
import { startCluster, type Cluster } from './cluster.ts';
import { describeControlPlane } from './suite.ts';
import { waitFor } from './wait.ts';

/** The agent of today reads the newest format: what its bundles may have. */
const bundleLimits = limitsByFormat[2];
const perApplication = 499;
const applications = 19;
/** Objects that carry most of the bytes, one to a file; the first has as many as one object may have. */
const large = Array.from({ length: 34 }, (_, index) => `large-${index}`);
/** What remains of the count is in the application of the first of them. */
const rest = bundleLimits.objects - perApplication * applications - large.length;

describeControlPlane('the largest bundle', (binaries) => {
  let folder: string;
  let cluster: Cluster;
  let world: World;
  /** Bytes that large objects have on the wire, by name. */
  const sizes = new Map(large.map((name) => [name, 700_000]));
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-limits-'));
    ends.push(() => rm(folder, { recursive: true, force: true }));
    cluster = await startCluster({ name: 'local', binaries });
    ends.push(() => cluster.stop());
    await buildBundles(join(folder, 'dist'));
    world = await startWorld({
      folder,
      localCluster: 'local',
      agentEntry: join(folder, 'dist', bundleFiles.agent),
      agentFlags,
      agentEnv,
      agentArgs: ['--cache-folder', folder],
    });
    ends.push(() => world.stop());
    await world.config.push({ 'README.md': 'limits\n' }, 'begin');
    await world.join(site());
  });
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });

  const site = () => ({ name: 'local', kubeconfig: cluster.kubeconfig });
  /** The most memory that the agent had so far. */
  const peak = async (): Promise<number> => {
    const { pid } = world.agent('local');
    const most = Number.parseInt(await processFact(pid, 'VmHWM'), 10) / 1024;
    process.stdout.write(`agent: ${(await residentMiB(pid)).toFixed(0)} MiB resident, ${most.toFixed(0)} at most\n`);
    return most;
  };
  /** What the channel has for the cluster: the number of its objects, all bytes with those of documents, and the bytes of one by name. */
  const published = async () => {
    const bare = join(world.dataFolder, 'channel.git');
    const tree = await git(bare, 'ls-tree', '-r', '-l', 'refs/heads/clusters/local', 'objects/', 'apps/');
    const files = new Map(tree.split('\n').map((line) => [line.split('\t')[1]!, Number(/ (\d+)\t/.exec(line)![1])]));
    const objectFiles = [...files].filter(([path]) => path.startsWith('objects/'));
    const bytesOf = (name: string) => objectFiles.find(([path]) => path.includes(`/${name}.`))?.[1] ?? 0;
    return { objects: objectFiles.length, bytes: [...files.values()].reduce((sum, size) => sum + size, 0), bytesOf };
  };
  const grow = (name: string, bytes: number) => sizes.set(name, sizes.get(name)! + bytes);
  const largeFile = (name: string, more = 0) => ({
    [`${name}.yaml`]: rawApplication(name, [
      configMap(name, noise(name, sizes.get(name)!)),
      ...(name === large[0] ? smallMaps('rest', rest + more) : []),
    ]),
  });
  const untilDelivered = (generation: number): Promise<StatusView> =>
    world.untilStatus(
      'everything to be applied',
      ({ clusters: [one], applications: rows, problems }) =>
        problems.length === 0 &&
        one?.settled === true &&
        one.generation! > generation &&
        one.acceptedGeneration === one.generation &&
        rows.every(({ applied, health }) => applied && health === 'Healthy'),
      500_000,
    );
  const generation = async () => (await world.status()).clusters[0]?.generation ?? 0;
  const untilRefused = (app: string, words: RegExp) =>
    world.untilStatus(
      `the refusal of ${app}`,
      ({ problems: [one] }) =>
        one?.code === 'LIMIT_EXCEEDED' && one.app === `default/${app}` && words.test(one.message),
    );
  const liveMaps = async (): Promise<readonly KubeObject[]> => {
    const path = '/api/v1/namespaces/default/configmaps?labelSelector=app.kubernetes.io/managed-by=sluice';
    return ((await sendOk(cluster.admin, { path })) as { items: KubeObject[] }).items;
  };

  it(
    `${bundleLimits.objects} objects are delivered, 32 MiB to the byte with their documents, which do not compress, one of them as large as an object may be`,
    { timeout: 560_000 },
    async () => {
      const files: Record<string, string> = {};
      for (let index = 0; index < applications; index += 1) {
        files[`small-${index}.yaml`] = rawApplication(`small-${index}`, smallMaps(`small-${index}`, perApplication));
      }
      for (const name of large) Object.assign(files, largeFile(name));
      const empty = await generation();
      await world.config.push(files, 'everything');
      await waitFor('the hub to publish it', async () => ((await generation()) > empty ? true : undefined), 100_000);
      // The agent is still busy with the first of it when the rest of the bytes come.
      const before = await generation();
      const now = await published();
      expect(now.objects).toBe(bundleLimits.objects);
      const most = fileBytes - now.bytesOf(large[0]!);
      const each = Math.floor((bundleLimits.bytes - now.bytes - most) / (large.length - 1));
      grow(large[0]!, most);
      for (const name of large.slice(1)) grow(name, each);
      // The size of the first has one digit more in its document.
      grow(large[1]!, bundleLimits.bytes - now.bytes - most - each * (large.length - 1) - 1);
      const grown = Object.assign({}, ...large.map((name) => largeFile(name))) as Record<string, string>;
      const { receivedAt } = await world.config.push(grown, 'all the bytes');
      await untilDelivered(before);
      process.stdout.write(`${bundleLimits.bytes} bytes settled after ${Date.now() - receivedAt} ms\n`);
      const after = await published();
      expect(after).toMatchObject({ objects: bundleLimits.objects, bytes: bundleLimits.bytes });
      expect(after.bytesOf(large[0]!)).toBe(fileBytes);
      const live = await liveMaps();
      expect(live).toHaveLength(bundleLimits.objects);
      for (const name of large) {
        const map = live.find(({ metadata }) => metadata.name === name) as unknown as { data: { value: string } };
        expect(map.data.value).toBe(noise(name, sizes.get(name)!));
        expect(gzipSync(map.data.value).length).toBeGreaterThan(0.7 * map.data.value.length);
      }
    },
  );

  const refused = async (files: Readonly<Record<string, string>>, app: string): Promise<void> => {
    const before = await generation();
    await world.config.push(files, 'too much');
    const words = /^the bundle would have \d+ objects and \d+ bytes; the limits are 10000 and 33554432$/;
    const { problems, applications: rows } = await untilRefused(app, words);
    expect(problems).toHaveLength(1);
    expect(rows).toHaveLength(applications + large.length);
    expect(await world.run('status')).toMatchObject({ status: 10 });
    expect(await published()).toMatchObject({ objects: bundleLimits.objects });
    expect(await liveMaps()).toHaveLength(bundleLimits.objects);
    expect(await generation()).toBe(before);
  };

  it('one byte more is refused with LIMIT_EXCEEDED, and what runs stays', async () => {
    grow(large[1]!, 1);
    await refused(largeFile(large[1]!), large[1]!);
    grow(large[1]!, -1);
    await world.config.push(largeFile(large[1]!), 'back');
    await world.untilStatus('no problem', ({ problems }) => problems.length === 0);
  });

  it('so is one object more, though there is room for its bytes', async () => {
    const before = await generation();
    grow(large[1]!, -10_000);
    await world.config.push(largeFile(large[1]!), 'room');
    await untilDelivered(before);
    await refused(largeFile(large[0]!, 1), large[0]!);
  });

  it('one byte more than 1 MiB in one object is refused, and names the object', async () => {
    sizes.set(large[0]!, sizes.get(large[0]!)! + 1);
    await world.config.push(largeFile(large[0]!), 'too large an object');
    await untilRefused(large[0]!, /an object has 1048577 bytes, more than 1 MiB/);
  });

  it(
    'the agent needed no more memory for it than its chart allows, nor does one that starts anew',
    { timeout: 240_000 },
    async () => {
      expect(await peak()).toBeLessThan(256);
      await world.agent('local').stop();
      world.startAgent(site());
      // It has all of the bundle again: what others change of it is repaired.
      const path = `/api/v1/namespaces/default/configmaps/${large[2]!}`;
      await sendOk(cluster.admin, {
        method: 'PATCH',
        path,
        headers: { 'content-type': 'application/merge-patch+json' },
        body: { data: { value: 'edited' } },
      });
      await world.untilStatus('the agent to work again', ({ clusters: [one] }) => one?.settled === true, 200_000);
      await waitFor(
        'the repair',
        async () => {
          const map = (await sendOk(cluster.admin, { path })) as { data: { value: string } };
          return map.data.value === 'edited' ? undefined : true;
        },
        200_000,
      );
      expect(await peak()).toBeLessThan(256);
    },
  );
});

function smallMaps(prefix: string, count: number) {
  return Array.from({ length: count }, (_, index) => configMap(`${prefix}-${index}`, noise(`${prefix} ${index}`, 40)));
}

/** Text that looks random and is the same each time: base64 of a chain of hashes. */
function noise(seed: string, length: number): string {
  let text = '';
  for (let part = 0; text.length < length; part += 1) {
    text += createHash('sha512').update(`${seed} ${part}`).digest('base64').slice(0, 84);
  }
  return text.slice(0, length);
}
