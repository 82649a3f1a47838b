import { describe, expect, it } from 'vitest';
import { fenced } from '../../../../../agent/kube/lease/fence.ts';
import { openLease } from '../../../../../agent/kube/lease/lease.ts';
import { manualClock, silentLog } from '../../../../fakes/agent.ts';
import { configMap } from '../../../../fixtures/agent/apps.ts';
import { fakeKube, type FakeKube } from '../../../../fakes/kube.ts';

const signal = new AbortController().signal;
const tick = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

function lease(kube: FakeKube, clock: ReturnType<typeof manualClock>, holder: string) {
  return openLease({ kube, clock, log: silentLog, namespace: 'sluice-system', holder, durationMs: 10_000 });
}

describe('the lease', () => {
  it('is held until its deadline by the monotonic clock, and fences writes after it', async () => {
    const [kube, clock] = [fakeKube(), manualClock()];
    const mine = lease(kube, clock, 'a');
    expect(mine.isHeld()).toBe(false);
    await mine.acquire(signal);
    const guarded = fenced(kube, { isHeld: mine.isHeld, onStep: () => undefined });
    const resource = await kube.resource({ group: '', kind: 'ConfigMap' }, signal);
    await guarded.create(resource, configMap('before'), { force: false, signal });
    clock.move(9_000);
    const late = guarded.create(resource, configMap('after'), { force: false, signal });
    await expect(late).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(kube.read('/ConfigMap/default/after')).toBeUndefined();
  });

  it('goes to another agent only when it was given back or not renewed for its whole time', async () => {
    const [kube, clock] = [fakeKube(), manualClock()];
    await lease(kube, clock, 'a').acquire(signal);
    const other = lease(kube, clock, 'b');
    let isTaken = false;
    const taking = other.acquire(signal).then(() => (isTaken = true));
    for (let second = 0; second < 9; second += 1) {
      await tick();
      clock.move(1_000);
    }
    await tick();
    expect(isTaken).toBe(false);
    for (let second = 0; second < 3; second += 1) {
      clock.move(1_000);
      await tick();
    }
    await taking;
    expect(other.isHeld()).toBe(true);
  });

  it('is free at once after it was given back, and for a restart under the same name', async () => {
    const [kube, clock] = [fakeKube(), manualClock()];
    const first = lease(kube, clock, 'a');
    await first.acquire(signal);
    await lease(kube, clock, 'a').acquire(signal);
    const second = lease(kube, clock, 'a');
    await second.acquire(signal);
    await second.release(signal);
    expect(second.isHeld()).toBe(false);
    const other = lease(kube, clock, 'b');
    await other.acquire(signal);
    expect(other.isHeld()).toBe(true);
  });

  it('carries what its holder says, with each renewal, and keeps what others wrote on it', async () => {
    const [kube, clock] = [fakeKube(), manualClock()];
    let words: string | null = null;
    const stop = new AbortController();
    const mine = openLease({
      ...{ kube, clock, log: silentLog, namespace: 'sluice-system', holder: 'a', durationMs: 9_000 },
      says: () => words,
    });
    const annotations = () => kube.read('coordination.k8s.io/Lease/sluice-system/sluice-agent')?.metadata.annotations;
    await mine.acquire(signal);
    expect(annotations()).toBeUndefined();
    void mine.keep(stop.signal);
    for (const said of ['one', 'two']) {
      words = said;
      clock.move(3_000);
      await tick();
      expect(annotations()).toEqual({ 'sluice.dev/says': said });
    }
    stop.abort();
    await mine.release(signal);
    expect(annotations()).toEqual({ 'sluice.dev/says': 'two' });
  });
});
