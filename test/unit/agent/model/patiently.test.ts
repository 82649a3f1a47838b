import { describe, expect, it } from 'vitest';
import { mapPatiently, notTried, type HangingKinds } from '../../../../agent/model/patiently.ts';

/** Runs over objects of which some hang, one after the other; answers what was tried and what was put off. */
async function run(
  ids: readonly string[],
  took: (id: string) => { readonly ms: number; readonly isFailed: boolean },
  hanging: HangingKinds = new Map(),
) {
  let now = 0;
  const [tried, putOff]: [string[], string[]] = [[], []];
  const clock = { monotonic: () => now };
  const patience = { hanging, clock, random: () => 0, limit: 1, at: 0 };
  await mapPatiently(
    patience,
    ids.map((id) => ({ id, app: id.includes('/theirs') ? 'b' : 'a' })),
    {
      run: ({ id }) => {
        tried.push(id);
        now += took(id).ms;
        return Promise.resolve(took(id).isFailed);
      },
      putOff: ({ id }) => putOff.push(id),
    },
  );
  return { tried, putOff, hanging };
}

const [a, b] = ['/ConfigMap/x/a', '/ConfigMap/x/b'];
const others = ['/Secret/x/a', '/ConfigMap/y/a', '/ConfigMap/x/theirs'];

describe('work beside requests that hang', () => {
  it.each([
    ['a failure after long', { ms: 2_000, isFailed: true }, [b]],
    ['a failure at once', { ms: 1_999, isFailed: true }, []],
    ['what takes long and succeeds', { ms: 60_000, isFailed: false }, []],
  ])('is put off for the same application, kind and namespace after %s', async (_, first, expected) => {
    const found = await run([a, b, ...others], (id) => (id === a ? first : { ms: 0, isFailed: false }));
    expect(found.putOff).toEqual(expected);
    expect(found.tried).toEqual([a, b, ...others].filter((id) => !expected.includes(id)));
  });

  it('waits four times as long as it hung', async () => {
    const { hanging } = await run([a], () => ({ ms: 3_000, isFailed: true }));
    expect([...hanging]).toEqual([['a /ConfigMap/x', { attempts: 0, until: 15_000, id: a }]]);
  });

  it('counts requests that were in flight together as one try', async () => {
    const hanging: HangingKinds = new Map();
    let now = 0;
    const patience = { hanging, clock: { monotonic: () => now }, random: () => 1, limit: 8, at: 0 };
    const items = Array.from({ length: 8 }, (_, at) => ({ id: `/ConfigMap/x/${at}` as const, app: 'a' }));
    const { promise: isOver, resolve } = Promise.withResolvers<boolean>();
    const work = mapPatiently(patience, items, { run: () => isOver, putOff: () => undefined });
    now = 3_000;
    resolve(true);
    await work;
    expect([...hanging.values()]).toEqual([{ attempts: 0, until: 15_000, id: '/ConfigMap/x/7' }]);
  });

  it.each([
    ['many hang', 9, 123_000],
    ['very many hang', 99, 303_000],
  ])('waits the longer, the more hang, and five minutes at most: %s', async (_, count, until) => {
    const far = { attempts: 0, until: 1e9, id: a };
    const hanging: HangingKinds = new Map(Array.from({ length: count }, (__, at) => [`x${at} /ConfigMap/x`, far]));
    await run([a], () => ({ ms: 3_000, isFailed: true }), hanging);
    expect(hanging.get('a /ConfigMap/x')?.until).toBe(until);
  });

  it.each([
    ['hangs again', 5_000, [a], [b], 1],
    ['does not', 0, [a, b], [], 0],
  ])(
    'goes on with one when its time has come, and with the rest unless that one %s',
    async (_, ms, tried, put, left) => {
      const hanging: HangingKinds = new Map([['a /ConfigMap/x', { attempts: 3, until: 0, id: b }]]);
      const found = await run([a, b], () => ({ ms, isFailed: ms > 0 }), hanging);
      expect([found.tried, found.putOff, found.hanging.size]).toEqual([tried, put, left]);
    },
  );

  it('says which request hung', () => {
    const said = notTried({ attempts: 0, until: 0, id: a });
    expect(said).toMatch(/^not tried: requests for ConfigMap in x hang \(ConfigMap\/a\); /);
    expect(notTried({ attempts: 0, until: 0, id: '/Namespace//x' })).toMatch(/requests for Namespace hang/);
  });
});
