import { describe, expect, it } from 'vitest';
import { newServingMemory } from '../../../../agent/rollout/serving.ts';
import { memoryContents } from '../../../../agent/model/contents.ts';
import {
  bundleToApply,
  newChannelMemory,
  objectText,
  requestPull,
  startedBundle,
} from '../../../../agent/channel/memory.ts';
import { pullBundle, type PullPorts } from '../../../../agent/channel/update.ts';
import type { TrustState, VerifiedBundle } from '../../../../agent/model/bundle.ts';
import type { AgentState } from '../../../../agent/model/inventory.ts';
import { digestOf } from '../../../../shared/lib/canonical.ts';
import { SluiceError, type Code } from '../../../../shared/errors.ts';
import { silentLog } from '../../../fakes/agent.ts';
import { configMap, plainApp, testBundle } from '../../../fixtures/agent/apps.ts';

const bundle = (generation: number) =>
  testBundle({ generation, apps: [plainApp('one', [configMap('a', `${generation}`)])] });
const [first, second, third] = [bundle(1), bundle(2), bundle(3)];
const stateOf = (started: VerifiedBundle): AgentState =>
  ({ mark: started.mark, rootVersion: 4, timeFloor: 5 }) as unknown as AgentState;

function world() {
  const channel = newChannelMemory();
  const contents = memoryContents();
  const stop = new AbortController();
  const seen = { pulls: 0, resets: 0, trust: [] as TrustState[], said: [] as string[] };
  let next: VerifiedBundle | Code | null = null;
  const ports: PullPorts = {
    memory: { channel, serving: newServingMemory() },
    contents,
    deps: {
      transport: {
        pull: () => {
          seen.pulls += 1;
          if (typeof next === 'string') return Promise.reject(new SluiceError(next, 'refused'));
          return Promise.resolve(next === null ? { kind: 'unchanged' } : { kind: 'changed', snapshot: {} as never });
        },
        listen: () => Promise.resolve(),
        reset: () => (seen.resets += 1),
      },
      verify: (_, trust) => {
        seen.trust.push(trust);
        return next as VerifiedBundle;
      },
      log: { ...silentLog, warn: () => seen.said.push('fault'), info: (text) => seen.said.push(text) },
    },
    store: { kept: { load: () => Promise.resolve(null) } },
    stop: stop.signal,
  };
  const pull = (offer: VerifiedBundle | Code | null, state: AgentState | null = null) => {
    next = offer;
    requestPull(channel);
    return pullBundle(ports, state);
  };
  return { channel, contents, ports, seen, stop, pull };
}

describe('a pull', () => {
  it('happens only when the channel may have something new', async () => {
    const { ports, seen, pull } = world();
    expect(await pull(first)).toBe(first);
    expect(await pullBundle(ports, null)).toBe(first);
    expect(seen.pulls).toBe(1);
  });

  it('answers the last good bundle when there is nothing new, and null when there never was one', async () => {
    const { pull } = world();
    expect(await pull(null)).toBeNull();
    await pull(first);
    expect(await pull(null)).toBe(first);
  });

  it('that fails is remembered until one works, and leaves the last good bundle', async () => {
    const { channel, pull } = world();
    await pull(first);
    expect([await pull('UNAVAILABLE'), await pull('UNAVAILABLE')]).toEqual([first, first]);
    expect([channel.pullFailures, channel.fault]).toEqual([2, { code: 'UNAVAILABLE', message: 'refused' }]);
    await pull(null);
    expect([channel.pullFailures, channel.fault]).toEqual([0, null]);
  });

  it('that fails is logged once, a refusal of the credential when it comes again', async () => {
    const { seen, pull } = world();
    const codes: (Code | null)[] = ['UNAVAILABLE', 'UNAVAILABLE', null, 'UNAUTHENTICATED', null];
    for (const code of codes) await pull(code);
    const again = 'the channel can be read again';
    expect(seen.said).toEqual(['fault', again]);
    for (let time = 0; time < 4; time += 1) await pull('UNAUTHENTICATED');
    await pull(null);
    expect(seen.said).toEqual(['fault', again, 'fault', again]);
  });

  it.each<[code: Code, resets: number]>([
    ['SIGNATURE_INVALID', 1],
    ['ROLLED_BACK', 1],
    ['LIMIT_EXCEEDED', 1],
    ['UNAVAILABLE', 0],
  ])('that ends with %s is fetched again from the beginning: %i times', async (code, resets) => {
    const { seen, pull } = world();
    await pull(code);
    expect(seen.resets).toBe(resets);
  });

  it('leaves the files of a bundle that was not accepted nowhere, and those of the one before in place', async () => {
    const { contents, ports, pull } = world();
    const put = (one: VerifiedBundle) => {
      for (const { digest } of one.revision.apps.flatMap(({ objects }) => objects)) {
        contents.put(digest, one.objectBytes(digest)!);
      }
    };
    const areThere = (...bundles: readonly VerifiedBundle[]) =>
      bundles.map((one) => contents.sizeOf(one.revision.apps[0]!.objects[0]!.digest) !== null);
    put(first);
    await pull(first);
    const verify = ports.deps.verify;
    Object.assign(ports.deps, { verify: () => (put(second), Promise.reject(new SluiceError('WIRE_INVALID', 'no'))) });
    await pull(second);
    expect(areThere(first, second)).toEqual([true, false]);
    Object.assign(ports.deps, { verify });
    put(second);
    await pull(second, stateOf(first));
    put(third);
    await pull(third, stateOf(second));
    // The started one and the one before stay, in case that not all of it is applied.
    expect(areThere(first, second, third)).toEqual([false, true, true]);
  });

  it('that is cut by the end of the agent is no fault of the channel', async () => {
    const { channel, stop, pull } = world();
    stop.abort();
    await pull('ABORTED');
    expect(channel.fault).toBeNull();
  });

  it('verifies against the state object, and against what was accepted since', async () => {
    const { seen, pull } = world();
    await pull({ ...first, rootVersion: 9, issuedAt: 3 });
    await pull(second, stateOf(first));
    expect(seen.trust[0]).toEqual({ mark: null, rootVersion: 0, timeFloor: 0, previous: null });
    expect(seen.trust[1]).toMatchObject({ mark: first.mark, rootVersion: 9, timeFloor: 5 });
    expect(seen.trust[1]?.previous?.mark).toEqual(first.mark);
  });
});

describe('the started bundle', () => {
  it('stays at hand while newer ones are accepted and have not started', async () => {
    const { channel, pull } = world();
    await pull(first);
    await pull(second, stateOf(first));
    await pull(third, stateOf(first));
    expect([channel.bundle, channel.started]).toEqual([third, first]);
    expect(startedBundle(channel, stateOf(first))).toBe(first);
  });

  it('is given up once the accepted one has started', async () => {
    const { channel, ports, pull } = world();
    await pull(first);
    await pull(second, stateOf(first));
    await pullBundle(ports, stateOf(second));
    expect([channel.bundle, channel.started]).toEqual([second, null]);
  });

  it('is at hand no more after a restart', () => {
    expect(startedBundle({ bundle: second, started: null }, stateOf(first))).toBeNull();
    expect(startedBundle({ bundle: second, started: first }, null)).toBeNull();
  });

  it('is the one to apply while the accepted one may not start', () => {
    const channel = { bundle: second, started: first };
    const facts = { channel, bundle: second, state: stateOf(first) };
    expect(bundleToApply({ ...facts, mode: { mayChange: false } })).toBe(first);
    expect(bundleToApply({ ...facts, mode: { mayChange: true } })).toBe(second);
    expect(bundleToApply({ ...facts, channel: { bundle: second, started: null }, mode: { mayChange: false } })).toBe(
      second,
    );
  });

  it('still gives the texts of its objects', () => {
    const digestIn = (one: VerifiedBundle) => one.revision.apps[0]!.objects[0]!.digest;
    const channel = { bundle: second, started: first };
    const contents = memoryContents();
    contents.put(digestIn(third), Buffer.from(third.objectText(digestIn(third))!));
    const textOf = (one: VerifiedBundle) => objectText(channel, contents, digestIn(one));
    expect([textOf(first), textOf(second), textOf(third)]).toEqual([
      expect.stringContaining('"value": "1"'),
      expect.stringContaining('"value": "2"'),
      // What else serves is of neither.
      expect.stringContaining('"value": "3"'),
    ]);
    expect(objectText(channel, contents, digestOf('unknown'))).toBeNull();
  });
});
