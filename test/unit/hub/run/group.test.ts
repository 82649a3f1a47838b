import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Changed } from '../../../../hub/model/changes.ts';
import type { State } from '../../../../hub/model/state.ts';
import type { StoreCommit, View } from '../../../../hub/model/store.ts';
import { createTurns } from '../../../../hub/model/turns.ts';
import { join } from '../../../../hub/registry/join.ts';
import { remove, setLabels } from '../../../../hub/registry/change.ts';
import { createGroup } from '../../../../hub/run/group.ts';
import { asSluiceError, SluiceError } from '../../../../shared/errors.ts';
import { memoryStore } from '../../../fakes/memory-store.ts';
import { enrolledCluster, stateOf } from '../../../fixtures/hub/status.ts';

/** A group over a store in memory: `fail` is asked before each commit, `release` lets what waits go on. */
function scene(fail: (commit: StoreCommit, attempt: number) => Error | null = () => null) {
  const store = memoryStore(stateOf([enrolledCluster('a'), enrolledCluster('b')]));
  const commits: StoreCommit[] = [];
  const views: View[] = [];
  let attempts = 0;
  const turns = createTurns();
  const { promise: released, resolve: release } = Promise.withResolvers<undefined>();
  void turns.take(() => released);
  const { change } = createGroup({
    clock: { now: () => 0 },
    store: {
      read: store.read,
      commit: (commit) => {
        const error = fail(commit, ++attempts);
        if (error !== null) return Promise.reject(error);
        commits.push(commit);
        return store.commit(commit);
      },
    },
    onState: (view) => views.push(view),
    take: turns.take,
  });
  return { store, commits, views, change, ended: turns.ended, release: () => release(undefined) };
}

const mint = (registration: string) => ({ registration, token: { publicKey: 'k', expires: 'later' }, now: 'now' });
const request = { labels: null, capabilities: null, reports: true, replace: false, rekey: false };
const joining = (name: string) => (state: State) => join(state, { ...request, name }, mint(`registration of ${name}`));
const labelling =
  (name: string, tier: string) =>
  (state: State): Changed<string> => ({ ...setLabels(state, name, { tier }), result: tier });
const leaving = (name: string) => (state: State) => remove(state, name, { mode: 'orphan', forget: true });

const outcome = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (result) => result,
    (error: unknown) => asSluiceError(error).code,
  );

describe('changes that wait', () => {
  it('become one commit, each with its own answer, and each sees those before it', async () => {
    const { change, commits, views, store, release } = scene();
    const seen: number[] = [];
    const counting = (name: string) => (state: State) => {
      seen.push(state.clusters.size);
      return joining(name)(state);
    };
    const answers = ['x', 'y', 'z'].map((name) => change(`join ${name}`, counting(name)));
    release();
    const names = (await Promise.all(answers)).map(({ record }) => record.name);
    expect([names, seen]).toEqual([
      ['x', 'y', 'z'],
      [2, 3, 4],
    ]);
    expect(commits.map(({ message }) => message)).toEqual([
      'join x, and 2 more changes\n\n- join x\n- join y\n- join z',
    ]);
    expect([...(await store.read()).clusters.keys()]).toEqual(['a', 'b', 'x', 'y', 'z']);
    expect(views).toEqual([await store.read()]);
  });

  it('have the message of the only one that counts', async () => {
    const { change, commits, release } = scene();
    const answers = [
      change('join x', joining('x')),
      change('join a', joining('a')),
      change('nothing', () => ({ changes: {}, result: null })),
    ];
    release();
    await Promise.allSettled(answers);
    expect(commits.map(({ message }) => message)).toEqual(['join x']);
  });

  it('are refused one by one: a refusal changes nothing, and stops no other', async () => {
    const { change, store, release } = scene();
    const answers = [
      change('join x', joining('x')),
      change('join a', joining('a')),
      change('label nobody', labelling('none', 'edge')),
      change('label x', labelling('x', 'edge')),
    ].map(outcome);
    release();
    expect(await Promise.all(answers)).toEqual([expect.objectContaining({}), 'EXISTS', 'REFERENCE_NOT_FOUND', 'edge']);
    expect((await store.read()).clusters.get('x')?.labels).toEqual({ tier: 'edge' });
  });

  it('are all judged again when another hub was first, by what that one did', async () => {
    const { change, store, release } = scene((_, attempt) => {
      if (attempt > 1) return null;
      void rival();
      return new SluiceError('LEDGER_RACED', 'raced');
    });
    const rival = async () => {
      const view = await store.read();
      const { changes } = joining('x')(view);
      const mine = new Map([['x', { ...(changes.clusters?.get('x') ?? expect.fail()), agentKey: 'key' }]]);
      await store.commit({ base: view.base, changes: { clusters: mine }, message: 'rival', at: 0 });
    };
    const answers = [change('join x', joining('x')), change('join y', joining('y'))].map(outcome);
    release();
    const [x, y] = await Promise.all(answers);
    expect(x).toBe('EXISTS');
    expect(y).toMatchObject({ record: { name: 'y' } });
    expect((await store.read()).clusters.get('x')?.agentKey).toBe('key');
  });

  it('give up after some races, and each caller is told', async () => {
    const { change, commits, release } = scene(() => new SluiceError('LEDGER_RACED', 'raced'));
    const answers = [change('join x', joining('x')), change('join y', joining('y'))].map(outcome);
    release();
    expect(await Promise.all(answers)).toEqual(['LEDGER_RACED', 'LEDGER_RACED']);
    expect(commits).toEqual([]);
  });

  it('do without one that cannot be written', async () => {
    const { change, commits, release } = scene(({ changes }) =>
      changes.clusters?.has('x') === true ? new SluiceError('NAME_INVALID', 'not in Git') : null,
    );
    const answers = ['w', 'x', 'y'].map((name) => outcome(change(`join ${name}`, joining(name))));
    release();
    expect(await Promise.all(answers)).toMatchObject([
      { record: { name: 'w' } },
      'NAME_INVALID',
      { record: { name: 'y' } },
    ]);
    expect(commits.map(({ message }) => message)).toEqual(['join w', 'join y']);
  });

  it('are told of a host that is down after it was asked once', async () => {
    let asked = 0;
    const { change, release } = scene(() => {
      asked++;
      return new SluiceError('UNAVAILABLE', 'no answer');
    });
    const answers = ['x', 'y', 'z'].map((name) => outcome(change(`join ${name}`, joining(name))));
    release();
    expect(await Promise.all(answers)).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE']);
    expect(asked).toBe(1);
  });

  it('are several commits where they are many, in their order', async () => {
    const { change, commits, release } = scene();
    const names = Array.from({ length: 600 }, (_, i) => `c${i}`);
    const answers = names.map((name) => change(`join ${name}`, joining(name)));
    release();
    await Promise.all(answers);
    expect(commits.map(({ changes }) => changes.clusters?.size)).toEqual([250, 250, 100]);
    expect(commits.flatMap(({ changes }) => [...(changes.clusters?.keys() ?? [])])).toEqual(names);
  });

  it('that come while a group is committed are the next one', async () => {
    const { change, commits, release, ended } = scene();
    let second: Promise<unknown> = Promise.resolve();
    const first = change('join x', (state) => {
      second = change('join y', joining('y'));
      return joining('x')(state);
    });
    release();
    await first;
    await second;
    await ended();
    expect(commits.map(({ message }) => message)).toEqual(['join x', 'join y']);
  });

  it('end as they do one by one, whatever they are and however they are grouped', async () => {
    const names = ['a', 'b', 'x', 'y'];
    const acts = names.flatMap((name) => [
      joining(name),
      labelling(name, 'edge'),
      labelling(name, 'shop'),
      leaving(name),
    ]);
    const some = fc.array(fc.constantFrom<(state: State) => Changed<unknown>>(...acts), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.array(some, { maxLength: 4 }), async (groups) => {
        const [grouped, single] = [scene(), scene()];
        for (const { release } of [grouped, single]) release();
        const results: unknown[] = [];
        const wanted: unknown[] = [];
        for (const group of groups) {
          results.push(...(await Promise.all(group.map((act) => outcome(grouped.change('act', act))))));
          for (const act of group) wanted.push(await outcome(single.change('act', act)));
        }
        expect(results).toEqual(wanted);
        expect((await grouped.store.read()).clusters).toEqual((await single.store.read()).clusters);
      }),
    );
  });
});
