import { describe, expect, it } from 'vitest';
import type { ChannelSnapshot } from '../../../../../agent/model/bundle.ts';
import { memoryContents } from '../../../../../agent/model/contents.ts';
import { verify } from '../../../../../agent/channel/verify/verify.ts';
import { isSluiceError } from '../../../../../shared/errors.ts';
import { formats } from '../../../../../shared/wire/formats.ts';
import { documentPath } from '../../../../../shared/wire/layout.ts';
import type { BundleApp } from '../../../../../shared/wire/revision.ts';
import {
  documentedBundle,
  goodBundle,
  identity,
  noon,
  service,
  signedBytes,
  snapshotOf,
} from '../../../../fixtures/agent/bundle.ts';

const mebibyte = 1024 * 1024;
const nothing = { mark: null, rootVersion: 0, timeFloor: 0, previous: null };
const read = (snapshot: ChannelSnapshot, trust = nothing) => verify({ snapshot, identity, trust, now: noon });
const good = documentedBundle();
const documentOf = (app: BundleApp): string => documentPath(app);
const path = documentOf(good.revision.apps[0]!);

/** What came of reading a bundle, and which files were fetched for it. */
async function outcome(
  { signed, files }: Pick<typeof good, 'signed' | 'files'>,
  more: Readonly<Record<string, Uint8Array | null>> = {},
) {
  const fetched: string[] = [];
  const snapshot = snapshotOf({ revision: signed, files });
  const object: ChannelSnapshot['object'] = (at, digest) => {
    fetched.push(at);
    return at in more ? Promise.resolve(more[at] ?? null) : snapshot.object(at, digest);
  };
  try {
    const bundle = await read({ ...snapshot, object });
    return { code: 'accepted', message: '', bundle, fetched };
  } catch (error) {
    if (!isSluiceError(error)) throw error;
    return { code: error.code as string, message: error.message, bundle: null, fetched };
  }
}

/** The bundle with another envelope, signed by the hub. */
const withEnvelope = (change: (envelope: Record<string, never>) => void) => {
  const envelope = JSON.parse(Buffer.from(good.signed.payload).toString()) as Record<string, never>;
  change(envelope);
  return { ...good, signed: signedBytes(Buffer.from(JSON.stringify(envelope))) };
};

describe('a bundle of format 2', () => {
  it('is read with its documents first, and is what the hub wrote', async () => {
    const { bundle, fetched } = await outcome(good);
    expect(bundle?.revision).toEqual(good.revision);
    expect(fetched[0]).toBe(path);
    expect(bundle?.unfit.size).toBe(0);
  });

  it('fetches no document that the bundle before has, and shares what did not change', async () => {
    const first = documentedBundle({ web: [service], zoo: [] });
    const before = await read(snapshotOf({ revision: first.signed, files: first.files }));
    const next = documentedBundle(
      { web: [service], zoo: [] },
      { revision: { generation: 8, labels: { env: 'test' } } },
    );
    const fetched: string[] = [];
    const object = (at: string) => {
      fetched.push(at);
      return Promise.resolve(null);
    };
    const bundle = await read(
      { ...snapshotOf({ revision: next.signed, files: new Map() }), object },
      { ...nothing, previous: before as never },
    );
    expect(fetched).toEqual([]);
    expect(bundle.revision.apps[0]).toBe(before.revision.apps[0]);
  });

  it('fetches every document after a bundle of format 1, and no object that is at hand', async () => {
    const old = goodBundle();
    const before = await read(snapshotOf({ revision: old.signed, files: old.files }));
    const documents = new Map([...good.files].filter(([at]) => at.startsWith('apps/')));
    const next = documentedBundle(undefined, { revision: { generation: 8 } });
    const bundle = await read(snapshotOf({ revision: next.signed, files: documents }), {
      ...nothing,
      previous: before as never,
    });
    expect(bundle.revision.apps).toEqual(good.revision.apps);
  });

  it.each<[string, Readonly<Record<string, Uint8Array | null>>, string]>([
    ['a document is missing', { [path]: null }, 'a document of the bundle is missing'],
    [
      'a document is another',
      { [path]: Buffer.from('{}') },
      'a document has another digest or size than its envelope states',
    ],
    ['an object is missing', { [good.revision.apps[0]!.objects[0]!.path]: null }, 'an object of the bundle is missing'],
  ])('is refused as a whole when %s', async (_, files, message) => {
    expect(await outcome(good, files)).toMatchObject({ code: 'DIGEST_MISMATCH', message });
  });

  it('is refused when an object has another size than its document says', async () => {
    const [app] = good.revision.apps;
    const wrong = formats.revision.at(2).seal({
      ...app!,
      objects: app!.objects.map((one, at) => (at === 0 ? { ...one, bytes: one.bytes! + 1 } : one)),
    });
    const revision = { ...good.revision, apps: [wrong], bundle: formats.revision.at(2).count([wrong], 0) };
    const files = new Map([...good.files, [path, formats.revision.at(2).document(wrong)!]]);
    const lying = { signed: signedBytes(formats.revision.encode(revision)), files };
    const refusal = {
      code: 'DIGEST_MISMATCH',
      message: 'the object has another size than its application states',
    };
    expect(await outcome(lying)).toMatchObject(refusal);
    // Nor when that object is at hand already.
    const input = { identity, trust: nothing, now: noon, contents: memoryContents() };
    await verify({ ...input, snapshot: snapshotOf({ revision: good.signed, files: good.files }) });
    const again = verify({ ...input, snapshot: snapshotOf({ revision: lying.signed, files }) });
    await expect(again).rejects.toMatchObject(refusal);
  });
});

interface Envelope {
  apps: Record<string, unknown>[];
  total: { objects: number; bytes: number };
}

describe('the limits of format 2', () => {
  const app = (more: object) => ({ bytes: 100, objects: { count: 1, bytes: 100 }, ...more });
  const sized = (apps: readonly object[]) =>
    withEnvelope((value) => {
      const envelope = value as unknown as Envelope;
      const [first] = envelope.apps;
      envelope.apps = apps.map((one, at) => ({ ...first, name: `app-${String(at).padStart(5, '0')}`, ...one }));
      const all = envelope.apps.flatMap((one) => [one, ...(one['from'] === undefined ? [] : [one['from']])]) as {
        bytes: number;
        objects: { count: number; bytes: number };
      }[];
      envelope.total = {
        objects: all.reduce((sum, { objects }) => sum + objects.count, 0),
        bytes: all.reduce((sum, { bytes, objects }) => sum + bytes + objects.bytes, 0),
      };
    });
  const refusals: [string, object[], object[]][] = [
    ['applications', Array.from({ length: 1_000 }, () => app({})), [app({})]],
    ['objects', [app({ objects: { count: 9_999, bytes: 0 } }), app({})], [app({})]],
    [
      'bytes',
      Array.from({ length: 4 }, () => app({ bytes: 0, objects: { count: 1, bytes: 8 * mebibyte } })),
      [app({})],
    ],
    [
      'bytes, what serves meanwhile included',
      Array.from({ length: 4 }, () =>
        app({
          bytes: 0,
          objects: { count: 1, bytes: 4 * mebibyte },
          from: { digest: `sha256:${'0'.repeat(64)}`, bytes: 0, objects: { count: 1, bytes: 4 * mebibyte } },
        }),
      ),
      [app({})],
    ],
  ];

  it.each(refusals)('are met by the envelope alone: %s', async (_, most, one) => {
    // Within the limit something is fetched, which is not there; beyond it nothing is.
    expect(await outcome(sized(most))).toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(await outcome(sized([...most, ...one]))).toMatchObject({ code: 'LIMIT_EXCEEDED', fetched: [] });
  });

  const meanwhile = (bytes: number) => ({
    bytes: 0,
    objects: { count: 1, bytes: 4 * mebibyte },
    from: { digest: `sha256:${'0'.repeat(64)}`, bytes: 0, objects: { count: 1, bytes } },
  });

  it.each<[string, object, object]>([
    [
      'an application',
      { bytes: 0, objects: { count: 1, bytes: 8 * mebibyte } },
      { bytes: 1, objects: { count: 1, bytes: 8 * mebibyte } },
    ],
    ['an application with what serves meanwhile', meanwhile(4 * mebibyte), meanwhile(4 * mebibyte + 1)],
    ['a document', { bytes: mebibyte }, { bytes: mebibyte + 1 }],
  ])('hold for %s', async (_, most, more) => {
    expect(await outcome(sized([app(most)]))).toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(await outcome(sized([app(more)]))).toMatchObject({ code: 'LIMIT_EXCEEDED', fetched: [] });
  });

  it('hold for the envelope itself', async () => {
    const large = (length: number) =>
      withEnvelope((value) => {
        Object.assign(value, { source: { repository: 'x'.repeat(length), commit: '' } });
      });
    const rest = large(0).signed.payload.byteLength;
    expect(await outcome(large(mebibyte - rest))).toMatchObject({ code: 'accepted' });
    expect(await outcome(large(mebibyte - rest + 1))).toMatchObject({ code: 'LIMIT_EXCEEDED', fetched: [] });
  });

  it('are those of the sums that the envelope states, which must be right', async () => {
    const wrong = withEnvelope((value) => {
      Object.assign(value, { total: { objects: 0, bytes: 0 } });
    });
    expect(await outcome(wrong)).toMatchObject({ code: 'DIGEST_MISMATCH', fetched: [] });
  });
});
