import { describe, expect, it } from 'vitest';
import { status } from '../../../../hub/operations/status.ts';
import { watchMs } from '../../../../hub/operations/status-signal.ts';
import { createStatusSignal, nextRise } from '../../../../hub/operations/status-signal.ts';
import { manualClock } from '../../../fakes/agent.ts';
import { memoryHub } from '../../../fakes/hub.ts';
import { bundleApp, enrolledCluster, now, published, stateOf } from '../../../fixtures/hub/status.ts';

const never = new AbortController().signal;
const asked = { app: undefined, cluster: undefined, known: undefined, limit: undefined, continue: undefined };
const scene = () =>
  memoryHub(
    stateOf(
      [enrolledCluster('a'), enrolledCluster('b')],
      [published('a', [bundleApp('web')]), published('b', [bundleApp('shop')])],
    ),
    now,
  );

/** Whether a promise has an answer, once everything that is ready has run. */
async function isAnswered(promise: Promise<unknown>): Promise<boolean> {
  let answered = false;
  void promise.then(() => (answered = true));
  await new Promise((resolve) => setImmediate(resolve));
  return answered;
}

describe('status', () => {
  it.each([
    ['of everything', {}, ['default/shop', 'default/web'], ['a', 'b']],
    ['of an application', { app: 'web' }, ['default/web'], ['a', 'b']],
    ['of a cluster', { cluster: 'b' }, ['default/shop'], ['b']],
  ])('shows the part %s', async (_, part, apps, clusters) => {
    const { version, view } = await status((await scene()).parts, { ...asked, ...part }, never);
    expect(version).toBe('1');
    expect(view.applications.map(({ application }) => application)).toEqual(apps);
    expect(view.clusters.map(({ name }) => name)).toEqual(clusters);
    expect(view.at).toBe('2026-03-01T12:00:00.000Z');
  });

  it('gives a page, and what the next one is asked for with', async () => {
    const { parts } = await scene();
    const first = await status(parts, { ...asked, limit: '1' }, never);
    expect([first.view.clusters.map(({ name }) => name), first.continue]).toEqual([['a'], 'a']);
    const last = await status(parts, { ...asked, limit: '1', continue: 'a' }, never);
    expect([last.view.clusters.map(({ name }) => name), last.continue]).toEqual([['b'], undefined]);
  });

  it('answers at once a caller that has an older version', async () => {
    const { parts } = await scene();
    parts.changed.raise();
    expect((await status(parts, { ...asked, known: '1' }, never)).version).toBe('2');
  });

  it('lets a caller that has this version wait for the next', async () => {
    const { parts } = await scene();
    const waiting = status(parts, { ...asked, known: '1' }, never);
    expect(await isAnswered(waiting)).toBe(false);
    parts.changed.raise();
    expect((await waiting).version).toBe('2');
  });

  it('answers the same version when nothing changes for 25 s', async () => {
    const { parts, clock } = await scene();
    const waiting = status(parts, { ...asked, known: '1' }, never);
    clock.move(watchMs - 1);
    expect(await isAnswered(waiting)).toBe(false);
    clock.move(1);
    expect((await waiting).version).toBe('1');
  });

  it('stops waiting for a caller that is gone', async () => {
    const { parts } = await scene();
    const gone = new AbortController();
    const waiting = status(parts, { ...asked, known: '1' }, gone.signal);
    expect(await isAnswered(waiting)).toBe(false);
    gone.abort();
    expect(await isAnswered(waiting)).toBe(true);
  });
});

describe('nextRise', () => {
  it.each<[string, (scene: { raise: () => void; move: (ms: number) => void; abort: () => void }) => void]>([
    ['a rise', ({ raise }) => raise()],
    ['the time', ({ move }) => move(10)],
    ['an abort', ({ abort }) => abort()],
  ])('leaves no listener and no timer after %s', async (_, end) => {
    const [inner, clock, gone] = [createStatusSignal(), manualClock(), new AbortController()];
    let open = 0;
    const counted = (stop: () => void) => {
      open++;
      let stopped = false;
      return () => {
        if (!stopped) open--;
        stopped = true;
        stop();
      };
    };
    const signal = { listen: (changed: () => void) => counted(inner.listen(changed)) };
    const timers = { ...clock, after: (ms: number, run: () => void) => counted(clock.after(ms, run)) };
    const waiting = nextRise(signal, timers, 10, gone.signal);
    expect(open).toBe(2);
    end({ raise: inner.raise, move: clock.move, abort: () => gone.abort() });
    await waiting;
    expect(open).toBe(0);
  });

  it('does not wait at all where the caller is gone already', async () => {
    const gone = AbortSignal.abort();
    expect(await isAnswered(nextRise(createStatusSignal(), manualClock(), 10, gone))).toBe(true);
  });
});
