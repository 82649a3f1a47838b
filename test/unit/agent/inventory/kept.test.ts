import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { contentOf } from '../../../../shared/wire/bundle.ts';
import { verify } from '../../../../agent/channel/verify/verify.ts';
import { openKeptStore } from '../../../../agent/inventory/kept-store.ts';
import { packKept, unpackKept } from '../../../../agent/inventory/kept.ts';
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
const served = new Map<string, ServedObject>([
  ['/Service/shop/old', { app, digest: digestOf(oldText), text: oldText }],
]);
const signal = new AbortController().signal;

describe('what is kept of a bundle', () => {
  it('is verified like the bundle itself, and comes to the same', async () => {
    const bundle = await accept(fetched);
    const kept = await unpackKept((await packKept(bundle, served))!);
    const again = await accept(kept.snapshot, { mark: bundle.mark, rootVersion: 1 });
    expect({ ...again, objectText: null, objectBytes: null }).toEqual({
      ...bundle,
      objectText: null,
      objectBytes: null,
    });
    for (const { digest } of app.objects) expect(again.objectText(digest)).toBe(bundle.objectText(digest));
    expect(kept.served).toEqual(served);
  });

  it('has the documents of its applications, and what serves until their contents do', async () => {
    const old = made.documentedBundle({ web: [made.service] });
    const from = contentOf(old.revision.apps[0]!);
    const next = made.documentedBundle({ web: [made.service] }, { app: { objects: [], from } });
    const files = new Map([...next.files, [`from/${from.objects[0]!.path}`, old.files.get(from.objects[0]!.path)!]]);
    const bundle = await accept(made.snapshotOf({ revision: next.signed, files }));
    const kept = await unpackKept((await packKept(bundle, new Map()))!);
    const again = await accept(kept.snapshot, { mark: bundle.mark, rootVersion: 1 });
    expect(again.revision).toEqual(bundle.revision);
    expect(again.objectText(from.objects[0]!.digest)).toBe(bundle.objectText(from.objects[0]!.digest));
  });

  it('is not trusted with the signature of a stranger, nor for another cluster', async () => {
    const bundle = await accept(fetched);
    const { snapshot } = await unpackKept((await packKept(bundle, served))!);
    const forged = made.signed(payloadTypes.revision, good.revision, made.keys.stranger);
    await expect(accept({ ...snapshot, revision: forged })).rejects.toThrow('no hub key');
    const identity = { ...made.identity, cluster: 'edge-2' };
    const elsewhere = verify({ snapshot, identity, trust: nothing, now: made.noon });
    await expect(elsewhere).rejects.toThrow('for another cluster');
  });

  it('has no text of what serves that has another digest', async () => {
    const bundle = await accept(fetched);
    const forged = new Map([['/Service/shop/old', { app, digest: digestOf('other'), text: oldText }]]);
    expect((await unpackKept((await packKept(bundle, forged))!)).served.size).toBe(0);
  });

  it('is nothing where nothing runs', async () => {
    const files = new Map<string, Uint8Array>();
    const revision = made.signed(payloadTypes.revision, made.revisionOf([], files), made.keys.hub);
    const empty = await accept(made.snapshotOf({ revision, files }));
    expect(await packKept(empty, new Map())).toBeNull();
    expect(await packKept(empty, served)).not.toBeNull();
  });

  it.each<[string, Uint8Array]>([
    ['is not compressed', Buffer.from('{}')],
    ['is empty', new Uint8Array()],
  ])('is refused where it %s', async (_, bytes) => {
    await expect(unpackKept(bytes)).rejects.toThrow(/./);
  });
});

describe('the Secrets that it is kept in', () => {
  const revision = digestOf('revision');
  const save = (kube: ReturnType<typeof fakeKube>, bytes: Uint8Array) =>
    openKeptStore(kube, 'sluice-system').save(undefined, { revision, bytes, served: 0 }, signal);
  const names = (kube: ReturnType<typeof fakeKube>) => [...kube.objects.keys()].filter((id) => id.includes('/Secret/'));

  it('are as many as it takes, and are read in their order', async () => {
    const kube = fakeKube();
    const bundle = await accept(fetched);
    // What cannot be compressed: ten pods' worth of random letters.
    const text = randomBytes(1_200_000).toString('base64');
    const large = new Map([['/ConfigMap/shop/large', { app, digest: digestOf(text), text }]]);
    const bytes = (await packKept(bundle, large))!;
    const seal = await save(kube, bytes);
    expect(seal.parts).toEqual(['sluice-kept-a-0', 'sluice-kept-a-1']);
    const found = await openKeptStore(kube, 'sluice-system').load(seal, signal);
    expect(found?.served.get('/ConfigMap/shop/large')?.text).toBe(text);
    kube.remove('/Secret/sluice-system/sluice-kept-a-1');
    expect(await openKeptStore(kube, 'sluice-system').load(seal, signal)).toBeNull();
  });

  it('are five at most', async () => {
    const kube = fakeKube();
    expect((await save(kube, new Uint8Array(5 * 900 * 1024))).parts).toHaveLength(5);
    await expect(save(fakeKube(), new Uint8Array(5 * 900 * 1024 + 1))).rejects.toThrow('too large to be kept');
  });

  it('that an agent left which ended before its state named them are written over, and the rest of them goes', async () => {
    const kube = fakeKube();
    await save(kube, new Uint8Array(3 * 900 * 1024));
    const store = openKeptStore(kube, 'sluice-system');
    const seal = await store.save(undefined, { revision, bytes: new Uint8Array(10), served: 0 }, signal);
    expect(names(kube)).toHaveLength(3);
    await store.tidy(seal, signal);
    expect(names(kube)).toEqual(['/Secret/sluice-system/sluice-kept-a-0']);
    expect(kube.read('/Secret/sluice-system/sluice-kept-a-0')?.['data']).toEqual({
      part: Buffer.alloc(10).toString('base64'),
    });
  });

  it('of the state before go once the state names others, after a restart, too', async () => {
    const kube = fakeKube();
    const first = await save(kube, new Uint8Array(2 * 900 * 1024));
    const next = { revision, bytes: new Uint8Array(10), served: 0 };
    const second = await openKeptStore(kube, 'sluice-system').save(first, next, signal);
    expect(names(kube)).toHaveLength(3);
    await openKeptStore(kube, 'sluice-system').tidy(second, signal);
    expect(names(kube)).toEqual(['/Secret/sluice-system/sluice-kept-b-0']);
  });
});
