import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ChannelView } from '../../../../../hub/model/channel.ts';
import { createFeed } from '../../../../../hub/server/feed/feed.ts';
import { digestOf, type Digest } from '../../../../../shared/lib/canonical.ts';
import { formats } from '../../../../../shared/wire/formats.ts';
import { bundleApp, enrolledCluster, published, stateOf } from '../../../../fixtures/hub/status.ts';

const texts = { one: 'the first object', two: 'the second object', big: 'x'.repeat(20_000) };
const objectOf = (name: keyof typeof texts) => ({
  id: `/ConfigMap/default/${name}`,
  path: `objects/default.web/ConfigMap/default/${name}.json`,
  digest: digestOf(texts[name]),
});
const bundleOf = (generation: number, ...names: (keyof typeof texts)[]) =>
  published('prod', [bundleApp('web', { objects: names.map(objectOf) })], { generation });
const stateWith = (bundle: ReturnType<typeof bundleOf>) => stateOf([enrolledCluster('prod')], [bundle]);

/** A channel that has every text above, but for those that are lost. */
function channel(lost: readonly (keyof typeof texts)[] = []): ChannelView & { sign: (text: string) => void } {
  let freshness: { payload: string; signatures: string } | null = null;
  const byDigest = new Map(
    Object.entries(texts)
      .filter(([name]) => !(lost as readonly string[]).includes(name))
      .map(([, text]) => [digestOf(text), text]),
  );
  return {
    roots: () => [{ payload: '{}', signatures: '{}' }],
    revision: () => ({ payload: '{}', signatures: '{}' }),
    freshness: () => freshness,
    objects: (_, digests) =>
      new Map(digests.flatMap((digest) => (byDigest.has(digest) ? [[digest, byDigest.get(digest) ?? '']] : []))),
    sign: (text) => (freshness = { payload: text, signatures: '{}' }),
  };
}

const objectsIn = (body: Uint8Array) => Object.values(formats.feedAnswer.decode(body).objects);

describe('an answer of the feed', () => {
  it('has every object for an agent that has none', async () => {
    const feed = createFeed(channel());
    expect(objectsIn((await feed.answer(stateWith(bundleOf(1, 'one', 'two')), 'prod', null)).body)).toEqual([
      texts.one,
      texts.two,
    ]);
  });

  it('leaves out the objects of the bundle that the agent names, by digest or by ETag', async () => {
    const feed = createFeed(channel());
    const first = bundleOf(1, 'one');
    const { etag } = await feed.answer(stateWith(first), 'prod', null);
    const state = stateWith(bundleOf(2, 'one', 'two'));
    for (const have of [first.revisionDigest, etag]) {
      expect(objectsIn((await feed.answer(state, 'prod', have)).body)).toEqual([texts.two]);
    }
    expect(objectsIn((await feed.answer(state, 'prod', digestOf('a bundle from elsewhere'))).body)).toHaveLength(2);
  });

  it('is made once, in whatever words the agents name the bundle that they have, and however many ask at once', async () => {
    let made = 0;
    const view = channel();
    const feed = createFeed({ ...view, objects: (...asked) => (made++, view.objects(...asked)) });
    const first = bundleOf(1, 'one');
    const { etag } = await feed.answer(stateWith(first), 'prod', null);
    const state = stateWith(bundleOf(2, 'one', 'two'));
    const words = Array.from({ length: 50 }, (_, number) => `${etag.slice(0, -1)}${'x'.repeat(number)}"`);
    const unknown = Array.from({ length: 50 }, (_, number) => 'y'.repeat(number));
    const answers = await Promise.all([...words, ...unknown].map((have) => feed.answer(state, 'prod', have)));
    expect(new Set(answers).size).toBe(2);
    expect(made).toBe(3);
  });

  it('is complete for an agent whose bundle is older than the last four', async () => {
    const feed = createFeed(channel());
    const first = bundleOf(1, 'one');
    for (let generation = 1; generation <= 5; generation++) feed.etag(stateWith(bundleOf(generation, 'one')), 'prod');
    const state = stateWith(bundleOf(5, 'one'));
    expect(objectsIn((await feed.answer(state, 'prod', bundleOf(4, 'one').revisionDigest)).body)).toEqual([]);
    expect(objectsIn((await feed.answer(state, 'prod', first.revisionDigest)).body)).toEqual([texts.one]);
  });

  it.each<[string, (view: ReturnType<typeof channel>) => ReturnType<typeof stateWith>]>([
    ['a new bundle', () => stateWith(bundleOf(2, 'one'))],
    [
      'a new freshness list',
      (view) => {
        view.sign('signed again');
        return stateWith(bundleOf(1, 'one'));
      },
    ],
  ])('has another ETag with %s', (_, change) => {
    const view = channel();
    const feed = createFeed(view);
    const before = feed.etag(stateWith(bundleOf(1, 'one')), 'prod');
    expect(feed.etag(stateWith(bundleOf(1, 'one')), 'prod')).toBe(before);
    expect(feed.etag(change(view), 'prod')).not.toBe(before);
  });

  it('has at most 4 MiB of files from format 2 on, and the rest is asked for by digest, in that order', async () => {
    const large = Array.from({ length: 6 }, (_, at) => `${at}`.repeat(1024 * 1024));
    const digests = large.map((one) => digestOf(one));
    const objects = digests.map((digest, at) => ({ id: `/ConfigMap/default/${at}`, path: `objects/${at}`, digest }));
    const plain = published('prod', [bundleApp('web', { objects })]);
    const view = {
      ...channel(),
      objects: (_: string, wanted: readonly Digest[]) =>
        new Map(wanted.map((one) => [one, large[digests.indexOf(one)]!])),
    };
    const whole = createFeed(view);
    expect(objectsIn((await whole.answer(stateWith(plain), 'prod', null)).body)).toHaveLength(6);
    const state = stateWith({ ...plain, revision: { ...plain.revision, format: 2 } });
    const feed = createFeed(view);
    expect(objectsIn((await feed.answer(state, 'prod', null)).body)).toEqual(large.slice(0, 4));
    const asked = [digests[5]!, digests[4]!, digestOf('of another bundle'), digests[5]!];
    expect(objectsIn((await feed.files(state, 'prod', asked)).body)).toEqual([large[5], large[4]]);
    expect(objectsIn((await feed.files(state, 'prod', digests)).body)).toEqual(large.slice(0, 4));
    expect(objectsIn((await feed.files(state, 'prod', [])).body)).toEqual([]);
  });

  it('leaves out what came with the ETag that the agent has, from format 2 on', async () => {
    const view = channel();
    const feed = createFeed(view);
    const at = (format: number, generation = 1) => {
      const bundle = bundleOf(generation, 'one');
      return stateWith({ ...bundle, revision: { ...bundle.revision, format } });
    };
    const { etag } = await feed.answer(at(2), 'prod', null);
    const partsOf = async (state: ReturnType<typeof at>, have: string | null) => {
      const { roots, revision, freshness } = formats.feedAnswer.decode((await feed.answer(state, 'prod', have)).body);
      return [roots !== undefined, revision !== undefined, freshness !== undefined];
    };
    expect(await partsOf(at(2), null)).toEqual([true, true, true]);
    expect(await partsOf(at(2), bundleOf(1, 'one').revisionDigest)).toEqual([true, true, true]);
    expect(await partsOf(at(2, 2), etag)).toEqual([false, true, false]);
    view.sign('signed again');
    expect(await partsOf(at(2), etag)).toEqual([false, false, true]);
    expect(await partsOf(at(1), etag)).toEqual([true, true, true]);
  });

  it('is compressed where that pays', async () => {
    const feed = createFeed(channel());
    expect((await feed.answer(stateWith(bundleOf(1, 'one')), 'prod', null)).gzip).toBeNull();
    const { body, gzip } = await feed.answer(stateWith(bundleOf(2, 'big')), 'prod', null);
    expect(gunzipSync(gzip ?? new Uint8Array())).toEqual(body);
    expect(gzip?.length).toBeLessThan(body.length / 10);
  });

  it.each([
    ['NOT_FOUND', 'before the first bundle', stateOf([enrolledCluster('prod')]), channel()],
    [
      'NOT_FOUND',
      'where the bundle is of another registration',
      stateOf([enrolledCluster('prod', { registration: enrolledCluster('new').registration })], [bundleOf(1, 'one')]),
      channel(),
    ],
    ['UNAVAILABLE', 'where the channel lost an object', stateWith(bundleOf(1, 'one')), channel(['one'])],
    [
      'UNAVAILABLE',
      'where the channel lost the envelope',
      stateWith(bundleOf(1, 'one')),
      { ...channel(), revision: () => null },
    ],
  ])('is %s %s', async (code, _, state, view) => {
    await expect(createFeed(view).answer(state, 'prod', null)).rejects.toMatchObject({ code });
  });
});
