import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { contentOf } from '../../../../shared/wire/bundle.ts';
import { verify } from '../../../../agent/channel/verify/verify.ts';
import { openKeptStore } from '../../../../agent/inventory/kept-store.ts';
import { filesToKeep, packBase, packHead, unpackKept } from '../../../../agent/inventory/kept.ts';
import { memoryContents } from '../../../../agent/model/contents.ts';
import type { ChannelSnapshot, TrustState } from '../../../../agent/model/bundle.ts';
import type { ServedObject } from '../../../../agent/model/served.ts';
import { digestOf } from '../../../../shared/lib/canonical.ts';
import { payloadTypes } from '../../../../shared/wire/envelope.ts';
import * as made from '../../../fixtures/agent/bundle.ts';
import { fakeKube } from '../../../fakes/kube.ts';

const nothing: TrustState = { mark: null, rootVersion: 0, timeFloor: 0, previous: null };
const accept = (snapshot: ChannelSnapshot, change: Partial<TrustState> = {}) =>
  verify({ snapshot, identity: made.identity, trust: { ...nothing, ...change }, now: made.noon });

const good = made.goodBundle();
const list = made.signed(payloadTypes.freshness, made.freshnessOf(digestOf(good.signed.payload)), made.keys.hub);
const fetched = made.snapshotOf({ revision: good.signed, files: good.files, freshness: list });
const app = good.revision.apps[0]!;
const oldText = '{"old":true}';
const served = new Map<string, ServedObject>([['/Service/shop/old', { app, digest: digestOf(oldText) }]]);
const contents = memoryContents();
contents.put(digestOf(oldText), Buffer.from(oldText));
const signal = new AbortController().signal;

const none = new Map<never, never>();
const filesOf = (of: Parameters<typeof packHead>[0]) => filesToKeep({ ...of, contents });
const packed = async (of: Parameters<typeof packHead>[0]) => packHead(of, filesOf(of));

describe('what is kept of a bundle', () => {
  it.each(['with the head', 'in a base'])(
    'is verified like the bundle itself, and comes to the same: %s',
    async (where) => {
      const bundle = await accept(fetched);
      const all = filesOf({ bundle, served });
      const kept =
        where === 'in a base'
          ? await unpackKept(await packHead({ bundle, served }, none), await packBase(all))
          : await unpackKept(await packHead({ bundle, served }, all), null);
      const again = await accept(kept.snapshot, { mark: bundle.mark, rootVersion: 1 });
      const noContents = { objectText: null, objectBytes: null };
      expect({ ...again, ...noContents }).toEqual({ ...bundle, ...noContents });
      for (const { digest } of app.objects) expect(again.objectText(digest)).toBe(bundle.objectText(digest));
      expect([...kept.served].map(([id, { digest }]) => [id, digest])).toEqual([
        ['/Service/shop/old', digestOf(oldText)],
      ]);
      expect([...kept.files].map(([digest, file]) => [digest, String(file)])).toEqual([[digestOf(oldText), oldText]]);
    },
  );

  it('has the documents of its applications, and what serves until their contents do', async () => {
    const old = made.documentedBundle({ web: [made.service] });
    const from = contentOf(old.revision.apps[0]!);
    const next = made.documentedBundle({ web: [made.service] }, { app: { objects: [], from } });
    const files = new Map([...next.files, [`from/${from.objects[0]!.path}`, old.files.get(from.objects[0]!.path)!]]);
    const bundle = await accept(made.snapshotOf({ revision: next.signed, files }));
    const kept = await unpackKept(await packed({ bundle, served: new Map() }), null);
    const again = await accept(kept.snapshot, { mark: bundle.mark, rootVersion: 1 });
    expect(again.revision).toEqual(bundle.revision);
    expect(again.objectText(from.objects[0]!.digest)).toBe(bundle.objectText(from.objects[0]!.digest));
  });

  it('has of an application that serves only what is needed to repair that', async () => {
    const bundle = await accept(fetched);
    const [first] = app.objects;
    const one = new Map([[first!.id, { app, digest: first!.digest }]]);
    const { app: slice } = (await unpackKept(await packed({ bundle, served: one }), null)).served.get(first!.id)!;
    expect([slice.name, slice.objects, slice.replicas.length, slice.traffic]).toEqual(['web', [first], 1, []]);
  });

  it('is not trusted with the signature of a stranger, nor for another cluster', async () => {
    const bundle = await accept(fetched);
    const { snapshot } = await unpackKept(await packed({ bundle, served }), null);
    const forged = made.signed(payloadTypes.revision, good.revision, made.keys.stranger);
    await expect(accept({ ...snapshot, revision: forged })).rejects.toThrow('no hub key');
    const identity = { ...made.identity, cluster: 'edge-2' };
    const elsewhere = verify({ snapshot, identity, trust: nothing, now: made.noon });
    await expect(elsewhere).rejects.toThrow('for another cluster');
  });

  it('has no text of what serves that has another digest', async () => {
    const bundle = await accept(fetched);
    const wrong = digestOf('other');
    const files = new Map([[wrong, { length: oldText.length, read: () => Buffer.from(oldText) }]]);
    const head = await packHead({ bundle, served: new Map([['/Service/shop/old', { app, digest: wrong }]]) }, files);
    expect((await unpackKept(head, null)).served.size).toBe(0);
  });

  it('is read as agents kept it before, too: one document with all texts', async () => {
    const bundle = await accept(fetched);
    const texts = (files: readonly string[]) =>
      Object.fromEntries([...files, oldText].map((text) => [digestOf(text), text]));
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
    const signedTexts = ({ payload, signatures }: { payload: Uint8Array; signatures: Uint8Array }) => ({
      payload: text(payload),
      signatures: text(signatures),
    });
    const head = {
      format: 1,
      roots: bundle.files.roots.map(signedTexts),
      revision: bundle.envelope,
      freshness: null,
      served: [{ app, objects: [['/Service/shop/old', digestOf(oldText)]] }],
      texts: {},
    };
    const base = { format: 1, texts: texts([...good.files.values()].map(text)) };
    const zipped = (value: unknown) => gzipSync(JSON.stringify(value));
    const kept = await unpackKept(zipped(head), zipped(base));
    const again = await accept(kept.snapshot, { mark: bundle.mark, rootVersion: 1 });
    expect(again.revision).toEqual(bundle.revision);
    expect([...kept.files.values()].map(String)).toEqual([oldText]);
  });

  it('is nothing where nothing runs', async () => {
    const files = new Map<string, Uint8Array>();
    const revision = made.signed(payloadTypes.revision, made.revisionOf([], files), made.keys.hub);
    const empty = await accept(made.snapshotOf({ revision, files }));
    expect([filesOf({ bundle: empty, served: new Map() }).size, filesOf({ bundle: empty, served }).size]).toEqual([
      0, 1,
    ]);
  });

  it.each<[string, Uint8Array]>([
    ['is not compressed', Buffer.from('{}')],
    ['is empty', new Uint8Array()],
  ])('is refused where it %s', async (_, bytes) => {
    await expect(unpackKept(bytes, null)).rejects.toThrow(/./);
  });
});

describe('the Secrets that it is kept in', () => {
  const revision = digestOf('revision');
  const facts = { revision, served: 0 };
  const open = (kube: ReturnType<typeof fakeKube>) => openKeptStore(kube, 'sluice-system');
  const names = (kube: ReturnType<typeof fakeKube>) =>
    [...kube.objects.keys()]
      .flatMap((id) => (id.includes('/sluice-kept-') ? [id.replace(/.*sluice-kept-/, '')] : []))
      .sort();
  const bytes = (length: number, fill = 1) => new Uint8Array(length).fill(fill);
  const part = 900 * 1024;

  it('are as many as it takes, and are read in their order', async () => {
    const kube = fakeKube();
    const bundle = await accept(fetched);
    // What cannot be compressed: letters at random.
    const text = randomBytes(1_200_000).toString('base64');
    const large = new Map([['/ConfigMap/shop/large', { app, digest: digestOf(text) }]]);
    contents.put(digestOf(text), Buffer.from(text));
    const all = filesOf({ bundle, served: large });
    const packs = { head: await packHead({ bundle, served: large }, none), base: await packBase(all) };
    const seal = await open(kube).save(undefined, { ...facts, ...packs }, signal);
    expect(names(kube)).toEqual(['base-a-0', 'base-a-1', 'head-a-0']);
    expect((await open(kube).load(seal, signal))?.files.get(digestOf(text))?.toString()).toBe(text);
    kube.remove('/Secret/sluice-system/sluice-kept-base-a-1');
    expect(await open(kube).load(seal, signal)).toBeNull();
  });

  it('are three of a head and five of a base at most', async () => {
    const save = (head: number, base: number) =>
      open(fakeKube()).save(undefined, { ...facts, head: bytes(head), base: bytes(base) }, signal);
    expect((await save(3 * part, 5 * part)).base?.names).toHaveLength(5);
    await expect(save(3 * part + 1, 1)).rejects.toThrow('too large to be kept');
    await expect(save(1, 5 * part + 1)).rejects.toThrow('too large to be kept');
  });

  it('of a head take turns, one request each time; a base that stays costs none', async () => {
    const kube = fakeKube();
    const store = open(kube);
    const first = await store.save(undefined, { ...facts, head: bytes(9), base: bytes(9) }, signal);
    let seal = first;
    const from = kube.writesLog.length;
    for (let n = 2; n < 6; n += 1) {
      seal = await store.save(seal, { ...facts, head: bytes(9, n), base: seal.base }, signal);
      await store.tidy(seal, signal);
    }
    expect(kube.writesLog.slice(from)).toEqual([
      'post Secret/sluice-kept-head-b-0',
      'put Secret/sluice-kept-head-a-0',
      'put Secret/sluice-kept-head-b-0',
      'put Secret/sluice-kept-head-a-0',
    ]);
    expect(seal.base).toEqual(first.base);
  });

  it('that an agent left which ended before its state named them are written over', async () => {
    const kube = fakeKube();
    await open(kube).save(undefined, { ...facts, head: bytes(9), base: null }, signal);
    const seal = await open(kube).save(undefined, { ...facts, head: bytes(10, 2), base: null }, signal);
    expect(names(kube)).toEqual(['head-a-0']);
    expect(seal.head?.digest).toBe(digestOf(bytes(10, 2)));
    expect(kube.read('/Secret/sluice-system/sluice-kept-head-a-0')?.['data']).toEqual({
      part: Buffer.from(bytes(10, 2)).toString('base64'),
    });
  });

  it('of the base before go once the state names another, after a restart, too; all go where nothing is kept', async () => {
    const kube = fakeKube();
    const first = await open(kube).save(undefined, { ...facts, head: bytes(9), base: bytes(2 * part) }, signal);
    const second = await open(kube).save(first, { ...facts, head: bytes(9), base: bytes(9) }, signal);
    expect(names(kube)).toEqual(['base-a-0', 'base-a-1', 'base-b-0', 'head-a-0', 'head-b-0']);
    await open(kube).tidy(second, signal);
    expect(names(kube)).toEqual(['base-b-0', 'head-a-0', 'head-b-0']);
    const last = await open(kube).save(second, { ...facts, head: null, base: null }, signal);
    await open(kube).tidy({ ...last, base: second.base }, signal);
    expect(names(kube)).toEqual(['base-b-0']);
  });
});
