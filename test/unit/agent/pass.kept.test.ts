import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { pass } from '../../../agent/pass.ts';
import { SluiceError, type Code } from '../../../shared/errors.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import { fakeChannel, handAgent, manualClock, pullNext, settle, silentLog, testDeps } from '../../fakes/agent.ts';
import {
  configMap,
  exampleApp,
  plainApp,
  retiredBetween,
  testBundle,
  type TestApp,
} from '../../fixtures/agent/apps.ts';
import { fakeKube, type FakeKube } from '../../fakes/kube.ts';
import { wanted, type Readiness } from '../../fakes/workloads.ts';

const prefix = '/Secret/sluice-system/sluice-kept-';
const kept = (kube: FakeKube): string[] =>
  [...kube.objects.keys()].flatMap((id) => (id.startsWith(prefix) ? [id.slice(prefix.length)] : [])).sort();
const keptLength = (kube: FakeKube, name: string): number =>
  (kube.read(prefix + name)?.['data'] as { part: string }).part.length;
const valueOf = (kube: FakeKube, name: string): unknown =>
  (kube.read(`/ConfigMap/default/${name}`)?.['data'] as { value: string } | undefined)?.value;

const maps = plainApp('maps', [configMap('a'), configMap('b')]);
const [v1, v2] = [1, 2].map((n) => exampleApp([{ n, replicas: 2, weight: 100 }], { deadline: 10 })) as [
  TestApp,
  TestApp,
];
const web1 = 'apps/Deployment/default/example-web-v1';
const onlyFirst: Readiness = (workload) => (workload.metadata.name.endsWith('v1') ? wanted(workload) : 0);

function world() {
  const kube = fakeKube();
  const channel = fakeChannel();
  const clock = manualClock();
  const said: string[] = [];
  const log = { ...silentLog, warn: (text: string) => void said.push(text) };
  let killAfter: string | null = null;
  const onStep = () => {
    if (killAfter === null || !kube.writesLog.includes(killAfter)) return;
    throw new SluiceError('ABORTED', 'killed');
  };
  const start = () => handAgent(testDeps(kube, channel, clock, { log, onStep }));
  let agent = start();
  let before: readonly TestApp[] = [];
  let generation = 0;
  return {
    kube,
    clock,
    said,
    agent: () => agent,
    killAfter: (call: string) => (killAfter = call),
    restart: () => {
      killAfter = null;
      agent.close();
      agent = start();
    },
    offline: (code: Code | null) => channel.fail(code === null ? null : new SluiceError(code, 'no way')),
    publish: (...apps: readonly TestApp[]) => {
      generation += 1;
      channel.publish(testBundle({ generation, apps, retired: retiredBetween(before, apps) }));
      before = apps;
    },
    settle: (readiness?: Readiness) =>
      settle(agent, kube, { clock, max: 200, ...(readiness !== undefined && { readiness }) }),
  };
}

describe('what runs is kept in the cluster', () => {
  it('so that an agent that starts without its channel repairs it, and deletes nothing', async () => {
    const { kube, publish, settle: go, restart, offline } = world();
    publish(maps, v1);
    await go();
    restart();
    offline('UNAVAILABLE');
    kube.edit('/ConfigMap/default/a', (object) => (object['data'] = { value: 'edited' }));
    kube.remove('/ConfigMap/default/b');
    kube.remove(web1);
    const outcome = await go();
    expect([valueOf(kube, 'a'), valueOf(kube, 'b'), kube.read(web1) !== undefined]).toEqual(['a', 'a', true]);
    expect(outcome.bundle?.mark.generation).toBe(1);
    expect(outcome.mode.stopDeletes).toBe('the channel cannot be read: no way');
  });

  it('so that the change goes on, and what serves is repaired, in the middle of one without the channel', async () => {
    const { kube, publish, settle: go, restart, offline } = world();
    publish(v1);
    await go();
    publish(v2);
    await go(onlyFirst);
    restart();
    offline('TIMEOUT');
    kube.remove(web1);
    await go(onlyFirst);
    expect(kube.read(web1)).toMatchObject({ spec: { replicas: 2 } });
    offline(null);
    expect((await go()).isSettled).toBe(true);
    expect(kube.read(web1)).toBeUndefined();
  });

  it.each(['create Service/example-v2', 'create Deployment/example-web-v2'])(
    'so that what serves is repaired where the agent was killed before it kept the next: after %s',
    async (call) => {
      const { kube, publish, settle: go, restart, killAfter, agent } = world();
      publish(v1);
      await go();
      publish(v2);
      killAfter(call);
      await expect(go(onlyFirst)).rejects.toThrow('killed');
      expect(agent().memory.inventory.stored?.state?.mark?.generation).toBe(2);
      expect(kept(kube)).toEqual(['head-a-0']);
      restart();
      kube.remove(web1);
      await go(onlyFirst);
      expect(kube.read(web1)).toMatchObject({ spec: { replicas: 2 } });
      restart();
      kube.remove(web1);
      await go(onlyFirst);
      expect(kube.read(web1)).toMatchObject({ spec: { replicas: 2 } });
      expect((await go()).isSettled).toBe(true);
      expect(kube.read(web1)).toBeUndefined();
    },
  );

  it('once for each generation, and costs a restart nothing once all is settled', async () => {
    const { kube, publish, settle: go, restart, agent } = world();
    for (const value of ['a', 'b', 'c']) {
      publish(plainApp('maps', [configMap('a', value)]));
      await go();
    }
    const writes = kube.writesLog.filter((call) => call.includes('Secret/')).map((call) => call.split(' ')[0]);
    expect(writes).toEqual(['post', 'post', 'put']);
    expect(kept(kube)).toEqual(['head-a-0', 'head-b-0']);
    restart();
    const reads: string[] = [];
    kube.fault = (call) => (call.includes('Secret/') && reads.push(call), null);
    await pass(agent());
    expect(reads).toEqual([]);
    await go();
    expect(reads).toEqual(['get Secret/sluice-kept-base-a-0', 'get Secret/sluice-kept-base-b-0']);
    const before = kube.counters();
    await pass(agent());
    expect(kube.counters()).toEqual(before);
  });

  it('at the cost of what changed: one more request after its objects, however much runs', async () => {
    const { kube, publish, settle: go, agent, clock } = world();
    const many = (changed: string) =>
      plainApp(
        'many',
        Array.from({ length: 300 }, (_, n) => configMap(`m${n}`, `${n === 7 ? changed : ''}${n}`.padEnd(2_000, 'x'))),
      );
    publish(many('a'));
    await go();
    const [writes, length] = [kube.writesLog.length, keptLength(kube, 'head-a-0')];
    const { requests } = kube.counters();
    publish(many('b'));
    pullNext(agent());
    for (let n = 0; n < 4; n += 1) {
      const { didWrite } = await pass(agent());
      clock.move(150);
      const { stored } = agent().memory.inventory;
      if (!didWrite && stored !== null) await agent().store.tidy(stored, agent().signal);
    }
    const calls = kube.writesLog.slice(writes).map((call) => call.replace(/inventory-[0-9a-f]+/, 'inventory'));
    expect(calls.filter((call) => call.includes('Secret/'))).toEqual(['post Secret/sluice-kept-head-b-0']);
    expect(calls.indexOf('update ConfigMap/m7')).toBeLessThan(calls.indexOf('post Secret/sluice-kept-head-b-0'));
    expect(kube.counters().requests - requests).toBe(calls.length);
    // The signed file names all objects; the texts of the others, half a megabyte, are in neither head.
    expect(Math.abs(keptLength(kube, 'head-b-0') - length)).toBeLessThan(2_000);
    expect(keptLength(kube, 'head-b-0')).toBeLessThan(60_000);
  });

  it('and leaves nothing where nothing runs any more', async () => {
    const { kube, publish, settle: go } = world();
    publish(maps);
    await go();
    expect(kept(kube)).toEqual(['head-a-0']);
    publish();
    expect((await go()).isSettled).toBe(true);
    expect(kept(kube)).toEqual([]);
  });

  it('by an agent of this version where the one before kept nothing', async () => {
    const { kube, publish, settle: go, restart, agent } = world();
    publish(maps);
    await go();
    kube.edit('/ConfigMap/sluice-system/sluice-state', (object) => {
      const { state } = object['data'] as { state: string };
      object['data'] = { state: JSON.stringify({ ...JSON.parse(state), kept: undefined }) };
    });
    for (const name of kept(kube)) kube.remove(prefix + name);
    restart();
    await go();
    expect(kept(kube)).toEqual(['head-a-0']);
    const before = kube.counters();
    await pass(agent());
    expect(kube.counters()).toEqual(before);
  });
});

const damages: readonly [string, (secret: KubeObject) => void][] = [
  ['another content', (secret) => (secret['data'] = { part: Buffer.from('other').toString('base64') })],
  ['no content', (secret) => delete secret['data']],
  [
    'a flipped byte',
    (secret) => {
      const bytes = Buffer.from((secret['data'] as { part: string }).part, 'base64');
      bytes[20] = (bytes[20] ?? 0) ^ 1;
      secret['data'] = { part: bytes.toString('base64') };
    },
  ],
];

describe('what was kept and is not what the state object seals', () => {
  it.each(damages)('is not used: %s', async (_, damage) => {
    const { kube, publish, settle: go, restart, offline, said } = world();
    publish(maps);
    await go();
    kube.edit(`${prefix}head-a-0`, damage);
    restart();
    offline('UNAVAILABLE');
    kube.remove('/ConfigMap/default/b');
    expect((await go()).bundle).toBeNull();
    expect(valueOf(kube, 'b')).toBeUndefined();
    expect(said.join()).toMatch(/what was kept of the state that runs is gone, or is not what was kept/);
    offline(null);
    expect((await go()).isSettled).toBe(true);
    expect(valueOf(kube, 'b')).toBe('a');
  });

  it('is not asked for again and again', async () => {
    const { kube, publish, settle: go, restart, offline } = world();
    publish(maps);
    await go();
    kube.remove(`${prefix}head-a-0`);
    restart();
    offline('UNAVAILABLE');
    let reads = 0;
    kube.fault = (call) => (call === 'get Secret/sluice-kept-head-a-0' && (reads += 1), null);
    await go();
    await go();
    expect(reads).toBe(1);
  });
});

describe('where the cluster refuses to keep it', () => {
  it('the change does not wait for it, the log says so once, and it is tried ever more rarely', async () => {
    const { kube, clock, publish, settle: go, said, agent } = world();
    let tries = 0;
    kube.fault = (call) => {
      if (!call.includes('Secret/')) return null;
      tries += 1;
      return 'FORBIDDEN';
    };
    publish(maps);
    expect((await go()).isSettled).toBe(true);
    const first = tries;
    for (let second = 0; second < 600; second += 1) {
      clock.move(1_000);
      await pass(agent());
    }
    expect(tries - first).toBeGreaterThan(2);
    expect(tries - first).toBeLessThan(9);
    expect(said.filter((text) => text.startsWith('what runs could not be kept'))).toHaveLength(1);
    kube.fault = () => null;
    clock.move(300_000);
    await go();
    expect(kept(kube)).toEqual(['head-a-0']);
  });

  it('because it is too large for the Secrets, that is said once for each bundle, and no pass after it does a thing', async () => {
    const { kube, clock, publish, settle: go, said, agent } = world();
    const large = (seed: string) => {
      const names = Array.from({ length: 8 }, (_, at) => `${seed}-${at}`);
      return plainApp(
        'large',
        names.map((name) => configMap(name, randomBytes(600_000).toString('base64'))),
      );
    };
    publish(maps);
    await go();
    expect(kept(kube)).toEqual(['head-a-0']);
    publish(large('a'));
    expect((await go()).isSettled).toBe(true);
    const before = kube.counters();
    for (let minute = 0; minute < 20; minute += 1) {
      clock.move(60_000);
      await pass(agent());
    }
    expect(kube.counters()).toEqual(before);
    expect(said.filter((text) => text.startsWith('what runs could not be kept'))).toHaveLength(1);
    // What is kept of the bundle before is not what runs.
    expect(kept(kube)).toEqual([]);
    publish(maps);
    await go();
    expect(kept(kube)).toEqual(['head-a-0']);
  });

  it('what may not be read or deleted is left where it is, and not asked for again and again', async () => {
    const { kube, publish, settle: go, restart, agent } = world();
    kube.fault = (call) => (/^(get|delete) Secret\//.test(call) ? 'FORBIDDEN' : null);
    for (const value of ['a', 'b']) {
      publish(plainApp('maps', [configMap('a', value)]));
      expect((await go()).isSettled).toBe(true);
    }
    restart();
    await go();
    const before = kube.counters();
    await pass(agent());
    await go();
    expect(kube.counters()).toEqual(before);
    expect([valueOf(kube, 'a'), kept(kube)]).toEqual(['b', ['head-a-0', 'head-b-0']]);
  });

  it('what was kept of an earlier generation is not taken for the one that runs', async () => {
    const { kube, publish, settle: go, restart, offline } = world();
    publish(maps, v1);
    await go();
    kube.fault = (call) => (call.startsWith('post Secret/') ? 'OBJECT_REJECTED' : null);
    publish(v1);
    expect((await go()).isSettled).toBe(true);
    restart();
    offline('UNAVAILABLE');
    expect((await go()).bundle).toBeNull();
    expect(valueOf(kube, 'a')).toBeUndefined();
  });
});
