import { describe, expect, it } from 'vitest';
import { watchKind } from '../../../../agent/live/kind.ts';
import type { Kube, KubeResource, WatchOptions } from '../../../../agent/model/kube.ts';
import { SluiceError } from '../../../../shared/errors.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';

const resource: KubeResource = {
  group: 'd.example.com',
  version: 'v1',
  kind: 'Box',
  plural: 'boxes',
  namespaced: true,
  verbs: ['list', 'watch'],
  subresources: [],
};
const box: KubeObject = {
  apiVersion: 'd.example.com/v1',
  kind: 'Box',
  metadata: { name: 'box', namespace: 'default', uid: '1' },
};
const settled = () => new Promise(setImmediate);

/** A server of one kind: the watches that are open, and whether discovery still has the kind. */
function open(parts: readonly string[] = ['']) {
  const watches: WatchOptions[] = [];
  const known = new Set<string>();
  const said: string[] = [];
  const state = { isServed: true, lookups: 0, paused: [] as number[], now: 0 };
  const parent = new AbortController();
  const kube = {
    resource: async () => {
      await Promise.resolve();
      state.lookups += 1;
      if (!state.isServed) throw new SluiceError('KIND_UNKNOWN', 'not served');
      return resource;
    },
    forgetResources: () => said.push('forget'),
    watch: async (_: KubeResource, options: WatchOptions) => {
      watches.push(options);
      await new Promise<void>((resolve) => options.signal.addEventListener('abort', () => resolve()));
    },
  } as unknown as Kube;
  let resume = (): void => undefined;
  const watch = watchKind({
    kube,
    kind: 'd.example.com/Box',
    parts,
    parent: parent.signal,
    take: (event) => void known.add(event.object.metadata.name),
    sweep: (part, listed) => {
      said.push(`sweep ${part}`);
      if (listed.size === 0) known.clear();
    },
    onChange: () => said.push('change'),
    now: () => state.now,
    pause: async (attempt) => {
      state.paused.push(attempt);
      await new Promise<void>((resolve) => (resume = resolve));
    },
  });
  const list = (options: WatchOptions | undefined) => {
    options?.onEvent({ type: 'added', object: box });
    options?.onEvent({ type: 'synced' });
  };
  return { watch, watches, known, said, state, list, stop: () => parent.abort(), resume: () => resume() };
}

const gone = () => new SluiceError('KIND_UNKNOWN', '404 page not found');

describe('a kind whose definition goes while it is watched', () => {
  it('is not shown as it was: the server tells of no object that went with it', async () => {
    const world = open();
    await settled();
    world.list(world.watches[0]);
    expect([world.watch.isSynced(), [...world.known]]).toEqual([true, ['box']]);
    world.state.isServed = false;
    world.watches[0]!.onError(gone());
    expect([world.watch.isSynced(), world.watch.trouble()?.code, [...world.known]]).toEqual([
      false,
      'KIND_UNKNOWN',
      [],
    ]);
    expect(world.said.at(-1)).toBe('change');
    world.stop();
  });

  it('is looked up anew, ever more rarely, and watched again once it is served', async () => {
    const world = open();
    await settled();
    world.list(world.watches[0]);
    world.state.isServed = false;
    world.watches[0]!.onError(gone());
    await settled();
    expect(world.said).toContain('forget');
    for (let n = 0; n < 3; n += 1) {
      world.resume();
      await settled();
    }
    expect(world.state.paused).toEqual([0, 1, 2, 3]);
    world.state.isServed = true;
    world.resume();
    await settled();
    world.list(world.watches[1]);
    expect([world.watch.isSynced(), world.watch.trouble(), [...world.known]]).toEqual([true, null, ['box']]);
    world.stop();
  });

  it('is asked for ever more rarely, too, where discovery goes on naming it', async () => {
    const world = open();
    for (let n = 0; n < 4; n += 1) {
      await settled();
      world.watches[n]!.onError(gone());
      await settled();
      world.resume();
    }
    expect(world.state.paused).toEqual([0, 1, 2, 3]);
    world.stop();
  });

  it('is void where it is watched, not in the namespaces in which it is listed anew already', async () => {
    const world = open(['a', 'b']);
    await settled();
    world.list(world.watches[0]);
    world.list(world.watches[1]);
    world.watches[1]!.onError(gone());
    expect([world.watch.isSynced(), world.said.filter((text) => text === 'sweep b')]).toEqual([
      false,
      ['sweep b', 'sweep b'],
    ]);
    world.stop();
  });
});

describe('a kind that may not be watched any more', () => {
  it.each(['FORBIDDEN', 'UNAUTHENTICATED'] as const)('is not shown as it was: %s', async (code) => {
    const world = open();
    await settled();
    world.list(world.watches[0]);
    world.watches[0]!.onError(new SluiceError(code, 'not any more'));
    expect([world.watch.isSynced(), world.watch.trouble()?.code, [...world.known]]).toEqual([false, code, []]);
    expect(world.said.at(-1)).toBe('change');
    world.stop();
  });

  it('is not shown as it was where the refusal comes to a list anew', async () => {
    const world = open();
    await settled();
    world.list(world.watches[0]);
    world.watches[0]!.onEvent({ type: 'relist' });
    world.watches[0]!.onError(new SluiceError('FORBIDDEN', 'not any more'));
    expect([world.watch.trouble()?.code, [...world.known]]).toEqual(['FORBIDDEN', []]);
    world.stop();
  });

  it('is listed anew once it may be again, and is not asked for at once', async () => {
    const world = open();
    await settled();
    world.list(world.watches[0]);
    world.watches[0]!.onError(new SluiceError('FORBIDDEN', 'not any more'));
    await settled();
    expect([world.state.paused, world.watches.length, world.watch.isOver()]).toEqual([[0], 1, false]);
    world.resume();
    await settled();
    world.watches[1]!.onError(new SluiceError('FORBIDDEN', 'not yet'));
    expect(world.watch.trouble()?.message).toBe('not yet');
    world.list(world.watches[1]);
    expect([world.watch.isSynced(), world.watch.trouble(), [...world.known]]).toEqual([true, null, ['box']]);
    world.stop();
  });

  it('is void in the namespace alone where the right is missing', async () => {
    const world = open(['a', 'b']);
    await settled();
    world.list(world.watches[0]);
    world.list(world.watches[1]);
    world.watches[1]!.onError(new SluiceError('FORBIDDEN', 'not any more'));
    expect(world.said.filter((text) => text.startsWith('sweep'))).toEqual(['sweep a', 'sweep b', 'sweep b']);
    world.stop();
  });
});

describe('a watch that fails otherwise', () => {
  it('keeps what it showed for a while, and goes on', async () => {
    const world = open();
    await settled();
    world.list(world.watches[0]);
    world.watches[0]!.onError(new SluiceError('UNAVAILABLE', 'for now'));
    world.state.now += 59_999;
    world.watches[0]!.onError(new SluiceError('UNAVAILABLE', 'for now'));
    await settled();
    expect([world.watch.isSynced(), [...world.known], world.watches.length]).toEqual([true, ['box'], 1]);
    world.stop();
  });

  it('shows nothing any more once it failed for a minute', async () => {
    const world = open();
    await settled();
    world.list(world.watches[0]);
    for (let n = 0; n < 3; n += 1) {
      world.watches[0]!.onError(new SluiceError('UNAVAILABLE', 'for long'));
      world.state.now += 30_000;
    }
    expect([world.watch.isSynced(), world.watch.trouble()?.code, [...world.known]]).toEqual([false, 'UNAVAILABLE', []]);
    world.stop();
  });

  it('begins anew to count whenever the server lets it go on', async () => {
    const world = open();
    await settled();
    world.list(world.watches[0]);
    for (let n = 0; n < 5; n += 1) {
      world.watches[0]!.onError(new SluiceError('UNAVAILABLE', 'cut'));
      world.state.now += 50_000;
      world.watches[0]!.onOpen?.();
    }
    expect([world.watch.isSynced(), [...world.known]]).toEqual([true, ['box']]);
    world.stop();
  });
});
