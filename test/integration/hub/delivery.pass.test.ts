import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decide } from '../../../hub/deliver/decide.ts';
import type { DeliveryDecision } from '../../../hub/model/delivery.ts';
import { systemClock } from '../../../shared/adapters/clock.ts';
import { Agents } from '../../fixtures/hub/agents.ts';
import { enrolledCluster } from '../../fixtures/hub/status.ts';
import { openPasses, type Passes } from '../../fixtures/hub/passes.ts';

const minute = 60_000;
const names = Array.from({ length: 12 }, (_, index) => `c${String(index + 1).padStart(2, '0')}`);
const [canary, offline, held] = ['c01', 'c11', 'c12'];

function application(image: string, soak = '2m'): string {
  return `
apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: { name: web }
spec:
  components:
    - { name: web, type: webservice, properties: { image: ${image} } }
  policies:
    - { name: fleet, type: topology, properties: { clusterLabelSelector: { env: prod } } }
    - name: careful
      type: rollout
      properties:
        maxConcurrent: 5
        onFailure: rollback
        progressDeadline: 5m
        waves:
          - { name: canary, clusters: { labels: { usage: canary } }, soak: ${soak} }
          - { name: fleet, approval: required }
`;
}

describe('a fleet of twelve, delivered in waves', () => {
  const agents = new Agents();
  let at = Date.parse('2026-03-01T12:00:00Z');
  let dir: string;
  let passes: Passes;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sluice-delivery-'));
    const records = names.map((name) =>
      enrolledCluster(name, { labels: { env: 'prod', ...(name === canary && { usage: 'canary' }) } }),
    );
    const clock = { ...systemClock, now: () => at };
    passes = await openPasses(dir, records, { reports: () => agents.reports(), clock, listeningSince: at });
  });
  afterAll(async () => {
    await passes.close();
    await rm(dir, { recursive: true });
  });

  /** A push, then minutes of passes and reports. */
  async function go(minutes: number, image: string | null = null, more: Parameters<typeof application>[1] = '2m') {
    let result = await passes.run(image === null ? {} : { 'web.yaml': application(image, more) });
    for (let i = 0; i < minutes; i++) {
      agents.report(result.state, at);
      result = await passes.run();
      at += minute;
    }
    agents.report(result.state, at);
    return passes.run();
  }

  /** The revision that each cluster was published, as a text: clusters in order. */
  async function published(): Promise<string> {
    const { bundles } = await passes.parts.store.read();
    return names
      .map((name) => bundles.get(name)?.revision.apps[0]?.revisions[0]?.name.replace('web-v', '') ?? '-')
      .join('');
  }

  async function progress() {
    const found = passes.parts.progress.last?.get('default/web');
    return { phase: found?.phase, waits: found?.waits, number: found?.name, published: await published() };
  }

  async function decideOn(verdict: DeliveryDecision['verdict'], name: string): Promise<void> {
    const { store, progress: memory } = passes.parts;
    const view = await store.read();
    const record = view.deliveries.get('default/web');
    if (record === undefined) throw new Error('there is no delivery');
    const decision = { name, verdict, by: 'ann', at: new Date(at).toISOString(), reason: '' };
    const asks = memory.last?.get('default/web')?.asks ?? [];
    const changes = {
      deliveries: new Map([['default/web', decide(record, decision, { asks, steps: [], failed: [], inSteps: [] })]]),
    };
    await store.commit({ base: view.base, changes, message: verdict, at });
  }

  it('installs in the same waves, and gives nothing to what never reported', async () => {
    await passes.run();
    agents.report(await passes.parts.store.read(), at);
    agents.away.add(offline);
    await go(1, 'nginx:1');
    expect(await progress()).toMatchObject({ phase: 'running', number: 'web#1', published: '1-----------' });
    await go(3);
    expect(await progress()).toMatchObject({ waits: 'deploy-fleet/fleet waits for an approval of wave fleet' });
    await decideOn('approve', 'web#1');
    await go(5);
    expect(await progress()).toMatchObject({ phase: 'succeeded' });
    agents.away.delete(offline);
    await go(1);
    expect((await progress()).published).toBe('1'.repeat(12));
  });

  it('soaks in the canary, waits for an approval, and goes on without the one that is away and the one on hold', async () => {
    agents.away.add(offline);
    await go(4);
    agents.holds.set(held, 'until Monday');
    await go(1, 'nginx:2');
    expect(await progress()).toMatchObject({ phase: 'running', number: 'web#2', published: `2${'1'.repeat(11)}` });
    await go(3);
    await decideOn('approve', 'web#2');
    await go(2);
    const { phase, published: runs } = await progress();
    expect([phase, runs]).toEqual(['succeeded', '2'.repeat(12)]);
    agents.away.delete(offline);
    agents.holds.delete(held);
    await go(1);
  });

  it('takes a canary back that fails, by itself, and nothing else was ever given it', async () => {
    agents.broken.add('web-v3');
    const before = (await passes.parts.store.read()).number;
    await go(7, 'nginx:broken');
    expect(await progress()).toMatchObject({ phase: 'rolled-back', number: 'web#3', published: '2'.repeat(12) });
    await go(10);
    expect((await progress()).published).toBe('2'.repeat(12));
    expect((await passes.parts.store.read()).number - before).toBeLessThanOrEqual(4);
  });

  it('goes on where it was after a hub that was killed, and reverts at once', async () => {
    await go(1, 'nginx:4');
    expect(await progress()).toMatchObject({ number: 'web#4', published: `4${'2'.repeat(11)}` });
    Object.assign(passes.parts.holds, { last: null });
    Object.assign(passes.parts.progress, { last: null });
    await go(1);
    expect(await progress()).toMatchObject({ number: 'web#4', published: `4${'2'.repeat(11)}` });
    await go(0, 'nginx:2');
    expect((await progress()).published).toBe('2'.repeat(12));
  });

  it('2.38 goes on with the last good documents while a commit has broken them', async () => {
    await go(1, 'nginx:9');
    const { number, published: before } = await progress();
    const broken = application('nginx:9').replace('components:', 'componentz:');
    const { state } = await passes.run({ 'web.yaml': broken });
    expect(state.problems).toContainEqual(expect.objectContaining({ code: 'UNKNOWN_FIELD' }));
    await go(3);
    expect(await progress()).toMatchObject({ number, phase: 'running', published: before });
    await decideOn('approve', number ?? '');
    await go(3);
    expect(await progress()).toMatchObject({ number, phase: 'succeeded', published: before.charAt(0).repeat(12) });
    await go(8, 'nginx:2');
    await decideOn('approve', (await progress()).number ?? '');
    await go(5);
  });

  it('changes nothing for a number of its rollout', async () => {
    const before = (await passes.parts.store.read()).deliveries.get('default/web')?.last.number;
    await go(1, 'nginx:2', '5m');
    expect((await passes.parts.store.read()).deliveries.get('default/web')?.last.number).toBe(before);
  });
});

function deployment(revision: string, more = ''): string {
  return `
apiVersion: core.oam.dev/v1beta1
kind: ApplicationDeployment
metadata: { name: front }
spec:
  appRevisions:
    - { revisionName: ${revision}, placement: [{ clusterSelector: { labels: { env: prod }, pick: all } }] }
  rollout:
    waves:
      - { name: canary, clusters: { labels: { usage: canary } }, approval: required }
    maxConcurrent: 3
    steps: [{ replicas: 50% }, { pause: {} }]
    ${more}
`;
}

const webOf = (image: string) => `
apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: { name: web }
spec:
  components:
    - { name: web, type: webservice, properties: { image: ${image} } }
`;

describe('an ApplicationDeployment over a fleet, in waves and in steps', () => {
  const fleet = names.slice(0, 6);
  const agents = new Agents();
  let at = Date.parse('2026-03-01T12:00:00Z');
  let dir: string;
  let passes: Passes;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sluice-delivery-'));
    const records = fleet.map((name) =>
      enrolledCluster(name, {
        labels: { env: 'prod', ...(name === canary && { usage: 'canary' }) },
        reads: { revision: 2 },
      }),
    );
    const clock = { ...systemClock, now: () => at };
    passes = await openPasses(dir, records, { reports: () => agents.reports(), clock, listeningSince: at });
  });
  afterAll(async () => {
    await passes.close();
    await rm(dir, { recursive: true });
  });

  async function go(minutes: number, files: Readonly<Record<string, string>> = {}): Promise<void> {
    let result = await passes.run(files);
    for (let i = 0; i < minutes; i++) {
      agents.report(result.state, at);
      result = await passes.run();
      at += minute;
    }
    agents.report(result.state, at);
    await passes.run();
  }

  /** What each cluster was published: `2` = web-v2, `2<1#2.1` = in steps from web-v1, by the second delivery, at its first attempt. */
  async function shown(): Promise<string> {
    const { bundles } = await passes.parts.store.read();
    const short = (revisions: readonly { name: string }[] = []) =>
      revisions.map(({ name }) => name.replace('web-v', '')).join('+');
    return fleet
      .map((name) => {
        const app = bundles.get(name)?.revision.apps[0];
        if (app?.from === undefined) return short(app?.revisions) || '-';
        const { number, attempt, action } = app.delivery ?? { number: 0, attempt: 0, action: '' };
        const does = action === 'run' ? '' : ` ${action}`;
        return `${short(app.revisions)}<${short(app.from.revisions)}#${number}.${attempt}${does}`;
      })
      .join(', ');
  }

  const progress = () => passes.parts.progress.last?.get('default/front');

  async function decideOn(verdict: DeliveryDecision['verdict'], name: string, more: Partial<DeliveryDecision> = {}) {
    const { store } = passes.parts;
    const view = await store.read();
    const record = view.deliveries.get('default/front');
    if (record === undefined) throw new Error('there is no delivery');
    const known = progress();
    const units = (lines: readonly { unit: string }[] = []) => lines.map(({ unit }) => unit);
    const decision = { name, verdict, by: 'ann', at: new Date(at).toISOString(), reason: '', ...more };
    const facts = {
      asks: known?.asks ?? [],
      steps: known?.steps ?? [],
      failed: units(known?.failed),
      inSteps: units(known?.inSteps),
    };
    const changes = { deliveries: new Map([['default/front', decide(record, decision, facts)]]) };
    await store.commit({ base: view.base, changes, message: verdict, at });
  }

  it('is installed in its waves, without steps', async () => {
    await go(2, { 'web.yaml': webOf('nginx:1'), 'front.yaml': deployment('web-v1') });
    expect([await shown(), progress()?.waits]).toEqual([
      '-, -, -, -, -, -',
      'deploy/canary waits for an approval of wave canary',
    ]);
    await decideOn('approve', 'front#1');
    await go(5);
    expect([await shown(), progress()?.phase]).toEqual(['1, 1, 1, 1, 1, 1', 'succeeded']);
  });

  it('goes through its steps in the wave that was reached, and nowhere else, whatever that takes', async () => {
    fleet.forEach((name) => agents.pausing.add(name));
    await go(1, { 'web.yaml': webOf('nginx:2'), 'front.yaml': deployment('web-v2') });
    await decideOn('approve', 'front#2');
    await go(40);
    expect(await shown()).toBe('2<1#2.1, 1, 1, 1, 1, 1');
    expect(progress()).toMatchObject({ phase: 'running', inSteps: [{ unit: 'c01', reason: 'step 2 of 3: paused' }] });
    await decideOn('promote', 'front#2');
    await go(2);
    expect(await shown()).toBe('2, 2<1#2.1, 2<1#2.1, 2<1#2.1, 1, 1');
  });

  it('pauses steps, and takes them back where the next one takes its place', async () => {
    await decideOn('pause', 'front#2');
    await go(1);
    expect(await shown()).toBe('2, 2<1#2.1 pause, 2<1#2.1 pause, 2<1#2.1 pause, 1, 1');
    await go(1, { 'web.yaml': webOf('nginx:3'), 'front.yaml': deployment('web-v3') });
    expect(await shown()).toBe('2, 2<1#2.1 back, 2<1#2.1 back, 2<1#2.1 back, 1, 1');
  });

  it('goes back by a revert at once, where it was given alone', async () => {
    await decideOn('approve', 'front#3');
    await go(1);
    expect(await shown()).toBe('3<2#3.1, 2<1#2.1 back, 2<1#2.1 back, 2<1#2.1 back, 1, 1');
    await go(1, { 'front.yaml': deployment('web-v1') });
    expect([await shown(), progress()?.phase]).toEqual(['1, 1, 1, 1, 1, 1', 'reverted']);
  });

  it('2.35 fails as soon as an agent went back, and begins again with the next attempt', async () => {
    fleet.forEach((name) => agents.pausing.delete(name));
    agents.broken.add('web-v4');
    await go(1, { 'web.yaml': webOf('nginx:4'), 'front.yaml': deployment('web-v4') });
    await decideOn('approve', 'front#4');
    await go(2);
    expect(progress()).toMatchObject({
      phase: 'halted',
      failed: [{ unit: 'c01', reason: 'the new revision is not ready' }],
    });
    agents.broken.delete('web-v4');
    await decideOn('retry', 'front#4');
    await passes.run();
    expect(await shown()).toBe('4<1#4.2, 1, 1, 1, 1, 1');
    await go(5);
    expect([await shown(), progress()?.phase]).toEqual(['4, 4, 4, 4, 4, 4', 'succeeded']);
  });

  it('goes behind what ended well by a decision, to what its document said', async () => {
    await decideOn('rollback', 'front#4');
    await go(2);
    expect([await shown(), progress()?.phase]).toEqual(['1, 1, 1, 1, 1, 1', 'rolled-back']);
  });

  it('goes on with what an earlier hub began, which numbered nothing, and numbers the next one', async () => {
    const everywhere = (revision: string) =>
      deployment(revision)
        .replace(/ {4}waves:\n.*\n/, '')
        .replace('maxConcurrent: 3', 'maxConcurrent: 100%');
    fleet.forEach((name) => agents.pausing.add(name));
    await go(1, { 'web.yaml': webOf('nginx:5'), 'front.yaml': everywhere('web-v5') });
    expect(await shown()).toBe(fleet.map(() => '5<1#5.1').join(', '));
    const { store } = passes.parts;
    const view = await store.read();
    const changes = { deliveries: new Map([['default/front', null]]) };
    await store.commit({ base: view.base, changes, message: 'as it was', at });
    Object.assign(passes.parts.progress, { last: null });
    const generations = async () =>
      [...(await store.read()).bundles.values()].map(({ revision }) => revision.generation);
    const before = await generations();
    await go(1);
    expect([await shown(), await generations()]).toEqual([fleet.map(() => '5<1#5.1').join(', '), before]);
    expect(passes.parts.progress.last?.size).toBe(0);
    agents.pausing.clear();
    await go(2);
    expect(await shown()).toBe('5, 5, 5, 5, 5, 5');
    fleet.forEach((name) => agents.pausing.add(name));
    await go(1, { 'web.yaml': webOf('nginx:6'), 'front.yaml': everywhere('web-v6') });
    expect(await shown()).toBe(fleet.map(() => '6<5#1.1').join(', '));
    await go(0, { 'front.yaml': everywhere('web-v5') });
    expect(await shown()).toBe('5, 5, 5, 5, 5, 5');
  });
});
