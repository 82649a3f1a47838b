import { describe, expect, it } from 'vitest';
import { createLoop, type Loop } from '../../../../hub/run/loop.ts';
import type { Store } from '../../../../hub/model/store.ts';
import type { PassResult } from '../../../../hub/pass.ts';
import { SluiceError } from '../../../../shared/errors.ts';
import { memoryStore, viewOf } from '../../../fakes/memory-store.ts';
import { enrolledCluster, stateOf } from '../../../fixtures/hub/status.ts';

/** A loop over a pass that the test ends by hand, a ledger in memory, and a clock whose timers the test fires. */
function scene(results: (() => PassResult)[] = []) {
  const memory = memoryStore(stateOf([]));
  let races = 0;
  let tidied = 0;
  let [now, passMs] = [0, 0];
  const timers: { ms: number; run: () => void }[] = [];
  const looks: boolean[] = [];
  const failures: (string | null)[] = [];
  let gate: Promise<void> = Promise.resolve();
  const store: Store = {
    ...memory,
    commit: (commit) =>
      races-- > 0 ? Promise.reject(new SluiceError('LEDGER_RACED', 'raced')) : memory.commit(commit),
  };
  const none = () => undefined;
  const loop: Loop = createLoop({
    clock: {
      now: () => 0,
      monotonic: () => now,
      sleep: () => Promise.resolve(),
      after: (ms, run) => {
        const timer = { ms, run };
        timers.push(timer);
        return () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0);
      },
    },
    random: () => 1,
    log: { debug: none, info: none, warn: none, error: none },
    metrics: { pass: none },
    store,
    pass: async (look) => {
      looks.push(look);
      await gate;
      now += passMs;
      return (results.shift() ?? unchanged)();
    },
    onState: none,
    onFailure: (error) => failures.push(error?.message ?? null),
    tidy: () => {
      tidied += 1;
      return Promise.resolve();
    },
  });
  const unchanged = (): PassResult => ({
    kind: 'unchanged',
    state: viewOf(stateOf([])),
    clusters: [],
    moved: [],
    problems: [],
    holds: [],
    rows: [],
    more: false,
    due: null,
    failure: null,
  });
  const hold = () => {
    let open = none as () => void;
    gate = new Promise((resolve) => (open = resolve));
    return () => open();
  };
  const idle = () => loop.alone(() => Promise.resolve());
  const race = (times: number) => (races = times);
  const took = (ms: number) => void (passMs = ms);
  return { loop, looks, failures, timers, hold, idle, unchanged, race, took, tidied: () => tidied };
}

describe('the hub loop', () => {
  it('makes a pass without looking for commits when one is due by itself', async () => {
    const results: (() => PassResult)[] = [];
    const { loop, looks, timers, idle, unchanged } = scene(results);
    results.push(() => ({ ...unchanged(), due: 90_000 }));
    loop.trigger('start');
    await idle();
    expect(timers.map(({ ms }) => ms)).toEqual([90_000]);
    timers.shift()?.run();
    await idle();
    expect(looks).toEqual([true, false]);
    // The next pass had nothing that is due.
    expect(timers).toEqual([]);
    await loop.close();
  });

  it('makes one pass of all wishes that come while one runs', async () => {
    const { loop, looks, hold, idle } = scene();
    const open = hold();
    loop.trigger('webhook');
    await Promise.resolve();
    for (let wish = 0; wish < 10; wish++) loop.trigger('webhook');
    open();
    await idle();
    await idle();
    expect(looks).toHaveLength(2);
  });

  it('asks the repository only when something may have happened there', async () => {
    const { loop, looks, idle } = scene();
    loop.trigger('report');
    await idle();
    loop.trigger('registry');
    loop.trigger('webhook');
    await idle();
    expect(looks).toEqual([false, true]);
  });

  it('makes one pass for all reports of a second, and none of its own where another pass read them', async () => {
    const { loop, looks, timers, idle } = scene();
    loop.trigger('report');
    await idle();
    for (let report = 0; report < 10; report++) loop.trigger('report');
    await idle();
    expect(looks).toHaveLength(1);
    expect(timers.map(({ ms }) => ms)).toEqual([1000]);
    loop.trigger('registry');
    await idle();
    expect(looks).toHaveLength(2);
    expect(timers).toEqual([]);
  });

  it('runs the pass that reports wait for when its second is over', async () => {
    const { loop, looks, timers, idle } = scene();
    loop.trigger('report');
    await idle();
    loop.trigger('report');
    timers[0]!.run();
    await idle();
    expect(looks).toEqual([false, false]);
  });

  it('makes changes of the registry wait for others after a pass, three times as long as it took and a second at most', async () => {
    const { loop, looks, timers, idle, took } = scene();
    took(100);
    loop.trigger('registry');
    await idle();
    for (let change = 0; change < 10; change++) loop.trigger('registry');
    await idle();
    expect([looks.length, timers.map(({ ms }) => ms)]).toEqual([1, [300]]);
    timers[0]!.run();
    await idle();
    expect(looks).toHaveLength(2);
    loop.trigger('registry');
    await loop.idle();
    expect(looks).toHaveLength(3);
    took(60_000);
    loop.trigger('webhook');
    loop.trigger('registry');
    await idle();
    loop.trigger('registry');
    expect(timers.map(({ ms }) => ms)).toEqual([1_000]);
    await loop.close();
    expect(timers).toEqual([]);
  });

  it('tries again after a failure with a backoff, and a webhook overtakes that', async () => {
    const fail = () => {
      throw new SluiceError('SOURCE_UNAVAILABLE', 'no answer');
    };
    const { loop, looks, failures, timers, idle } = scene([fail, fail]);
    loop.trigger('poll');
    await idle();
    expect(timers.map(({ ms }) => ms)).toEqual([1000]);
    timers[0]!.run();
    await idle();
    expect(timers.map(({ ms }) => ms)).toContain(2000);
    loop.trigger('webhook');
    await idle();
    expect(failures).toEqual(['no answer', 'no answer', null]);
    expect(looks).toHaveLength(3);
    expect(timers.filter(({ ms }) => ms === 2000)).toEqual([]);
  });

  it('keeps the retry of an unreadable repository when a report comes in between', async () => {
    const { loop, looks, timers, idle, unchanged } = scene([
      () => ({ ...unchanged(), failure: new SluiceError('SOURCE_UNAVAILABLE', 'no answer') }),
    ]);
    loop.trigger('poll');
    await idle();
    loop.trigger('report');
    await idle();
    expect(looks).toEqual([true, false]);
    expect(timers.map(({ ms }) => ms)).toEqual([1000]);
  });

  it('goes on at once while more commits wait', async () => {
    const { loop, looks, idle, unchanged } = scene([() => ({ ...unchanged(), more: true })]);
    loop.trigger('start');
    await idle();
    await idle();
    expect(looks).toHaveLength(2);
  });

  it('makes a change again when another hub was faster, and wants a pass after it', async () => {
    const { loop, looks, race, idle } = scene();
    race(2);
    const result = await loop.change('label a', 'registry', (state) => ({ changes: {}, result: state.number }));
    await idle();
    expect(result).toBe(20);
    expect(looks).toEqual([false]);
  });

  it('hands the error of a change to its caller and goes on', async () => {
    const { loop, looks, idle } = scene();
    const change = loop.change('x', 'registry', () => {
      throw new SluiceError('EXISTS', 'there is one');
    });
    await expect(change).rejects.toMatchObject({ code: 'EXISTS' });
    loop.trigger('poll');
    await idle();
    expect(looks).toEqual([true]);
  });

  it('tidies some time after a change, once for several, whether passes publish anything or not', async () => {
    const { loop, timers, idle, tidied } = scene();
    const change = (name: string) =>
      loop.change(`label ${name}`, 'registry', () => ({
        changes: { clusters: new Map([[name, enrolledCluster(name)]]) },
        result: name,
      }));
    await change('a');
    await idle();
    await change('b');
    await idle();
    expect([timers.map(({ ms }) => ms), tidied()]).toEqual([[5_000], 0]);
    timers.splice(0).forEach(({ run }) => run());
    await idle();
    expect(tidied()).toBe(1);
    await change('c');
    await idle();
    expect(timers).toHaveLength(1);
  });

  it('does not tidy for a change that ends after close', async () => {
    const { loop, timers, hold } = scene();
    const open = hold();
    loop.trigger('poll');
    const change = loop.change('label a', 'registry', () => ({
      changes: { clusters: new Map([['a', enrolledCluster('a')]]) },
      result: 'done',
    }));
    const closed = loop.close();
    open();
    expect(await change).toBe('done');
    await closed;
    expect(timers).toEqual([]);
  });

  it('starts nothing after close', async () => {
    const { loop, looks } = scene();
    await loop.close();
    loop.trigger('webhook');
    await loop.alone(() => Promise.resolve());
    expect(looks).toEqual([]);
  });
});
