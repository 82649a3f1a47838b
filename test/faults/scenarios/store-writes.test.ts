import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { git } from '../../fakes/git.ts';
import { clusterYaml, configApp } from '../../integration/scenarios/documents.ts';
import { startWorld, type World } from '../../property/system/world.ts';

/** What is delivered in one wave. */
const app = (value: number): string =>
  `${configApp('rolled', { rolled: String(value) })}  policies: [{ name: careful, type: rollout, properties: { soak: 30s } }]\n`;
let world: World;
let value = 0;

beforeAll(async () => {
  world = await startWorld({ 'clusters.yaml': clusterYaml('east'), 'rolled.yaml': app(0) }, ['east']);
  await deliver(0);
}, 60_000);
afterAll(() => world.close());

const live = (): readonly string[] =>
  world.sites.map(({ kube }) => {
    const data = kube.read('/ConfigMap/default/rolled')?.['data'] as { readonly value: string } | undefined;
    return data?.value ?? '';
  });

/** Passes of hub and agents in turns until the delivery has ended; a hub that died meanwhile is started again, a full disk gets room. */
async function deliver(wanted: number): Promise<void> {
  for (let round = 0; round < 12; round += 1) {
    await world.hubPass().catch((error: unknown) => {
      if (!world.disk.isDead()) throw error;
    });
    if (world.disk.isDead()) await world.hubRestart();
    if (world.disk.isFull()) {
      const { problems } = (await world.client().status({})).view;
      // What packs files together some seconds after a pass says in the log that it could not, and tries it again.
      if (problems.length > 0 || !world.warned.includes('tidying failed'))
        expect(problems).toMatchObject([
          { code: 'UNAVAILABLE', hint: expect.stringContaining('make room') as unknown },
        ]);
      world.warned.length = 0;
      world.disk.makeRoom();
      await world.hubPass();
    }
    for (const site of world.sites) await site.pass();
    const [newest] = (await world.client().rollouts({})).rollouts;
    const isDone = newest?.phase === 'succeeded' && live().every((one) => one === String(wanted));
    if (isDone && !world.disk.isDead() && !world.disk.isFull()) return;
    world.later(1);
  }
  throw new Error(`it did not end: ${JSON.stringify((await world.client().rollouts({})).rollouts[0])}`);
}

/** Delivers again and again with a fault at each write of the hub's stores in turn, until a delivery meets it no more. */
async function withFaultAt(fault: (write: number) => void): Promise<void> {
  const faults = world.disk.faults();
  for (let at = 1, before = -1; before !== world.disk.faults(); at += 1) {
    before = world.disk.faults();
    value += 1;
    await world.commit({ 'rolled.yaml': app(value) });
    fault(at);
    await deliver(value);
    expect(world.violations, `at write ${at}`).toEqual([]);
    const { view } = await world.client().status({});
    expect(view.problems, `at write ${at}`).toEqual([]);
    const { rollouts } = await world.client().rollouts({});
    expect(rollouts[0], `at write ${at}`).toMatchObject({ name: `rolled#${value + 1}`, phase: 'succeeded' });
  }
  expect(world.disk.faults() - faults).toBeGreaterThan(8);
}

it('goes on by itself once there is room again, wherever its disk was full', async () => {
  await withFaultAt(world.disk.fullAt);
  world.disk.makeRoom();
}, 600_000);

it('delivers, and signs nothing twice, wherever between two writes of its stores the hub is killed', async () => {
  await withFaultAt(world.disk.dieAt);
  // From here on it packs nothing together any more.
  world.disk.dieAt(1);
  for (const name of ['ledger.git', 'channel.git'])
    expect(await git(join(world.data, name), 'fsck', '--strict', '--full', '--no-progress', '--no-dangling')).toBe('');
}, 600_000);
