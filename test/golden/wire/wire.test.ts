import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../shared/lib/canonical.ts';
import { appDigest, bundleDigest, bundleObjects, changeDigest } from '../../../shared/wire/bundle.ts';
import {
  countSigners,
  isSignature,
  parseSignatures,
  payloadTypes,
  signaturesText,
  signerOf,
  type PayloadType,
  type Signer,
} from '../../../shared/wire/envelope.ts';
import { formats } from '../../../shared/wire/formats.ts';
import { freshnessKey, freshnessShard } from '../../../shared/wire/freshness.ts';
import { objectPath } from '../../../shared/wire/layout.ts';
import { encodeMessage, openMessage } from '../../../shared/wire/report-message.ts';
import { parseObjectId } from '../../../shared/model/object.ts';

// A folder for each format, frozen: its files are only ever added to. Programs in the field read what is in them.
const file = (number: number, name: string) => readFileSync(new URL(`./v${number}/${name}`, import.meta.url));
const seed = (byte: number) => Buffer.alloc(32, byte).toString('base64url');
const keys = { root: signerOf(seed(1)), hub: signerOf(seed(2)), agent: signerOf(seed(3)), token: signerOf(seed(4)) };

type Kind = keyof typeof formats;
const signers: Readonly<Record<Kind, readonly [PayloadType, Signer] | null>> = {
  root: [payloadTypes.root, keys.root],
  revision: [payloadTypes.revision, keys.hub],
  freshness: [payloadTypes.freshness, keys.hub],
  report: [payloadTypes.report, keys.agent],
  reportChange: [payloadTypes.report, keys.agent],
  enrolment: [payloadTypes.enrolment, keys.token],
  feedAnswer: null,
  reportAnswer: null,
};
const kinds = Object.keys(signers) as Kind[];
const written = kinds.flatMap((kind) => formats[kind].numbers.map((number) => ({ kind, number })));
const signed = written.flatMap(({ kind, number }) => {
  const signer = signers[kind];
  return signer === null ? [] : [{ kind, number, type: signer[0], signer: signer[1] }];
});
/** Bytes of a document, read and written again in the format that it says. */
const again = (kind: Kind, bytes: Uint8Array): Buffer => {
  if (kind === 'revision') {
    const opened = formats.revision.open(bytes);
    return formats.revision.encode(opened.complete(({ path }) => file(opened.head.format, path)));
  }
  const list = formats[kind] as unknown as { decode: (bytes: Uint8Array) => unknown; encode: (value: unknown) => Buffer };
  return list.encode(list.decode(bytes));
};

it('has a folder for each format of the lists, and no other', () => {
  const folders = readdirSync(new URL('.', import.meta.url)).filter((name) => !name.endsWith('.ts'));
  expect(folders.sort()).toEqual([...new Set(written.map(({ number }) => `v${number}`))].sort());
});

describe.each(written)('$kind of format $number', ({ kind, number }) => {
  it('is read, and written with the very same bytes', () => {
    const bytes = file(number, `${kind}.json`);
    expect(again(kind, bytes).toString()).toBe(bytes.toString());
  });

  it('is refused with a member that the format does not have', () => {
    const value = { ...(JSON.parse(file(number, `${kind}.json`).toString()) as object), later: true };
    expect(() => again(kind, Buffer.from(JSON.stringify(value)))).toThrow(
      expect.objectContaining({ code: 'WIRE_INVALID' }) as Error,
    );
  });
});

describe.each(signed)('the signature of $kind of format $number', ({ kind, number, type, signer }) => {
  const payload = file(number, `${kind}.json`);
  const signatures = file(number, `${kind}.sig`);

  it('is of its key, for its purpose, and for no other', () => {
    const parsed = parseSignatures(signatures);
    expect(countSigners(type, payload, parsed, [signer.publicKey])).toBe(1);
    const others: PayloadType[] = Object.values(payloadTypes).filter((other) => other !== type);
    for (const other of others) expect(countSigners(other, payload, parsed, [signer.publicKey])).toBe(0);
    expect(countSigners(type, payload, parsed, [signerOf(seed(9)).publicKey])).toBe(0);
  });

  it('is the same again', () => {
    expect(signaturesText(signer.sign(type, payload))).toBe(signatures.toString());
  });
});

describe('the documents of a bundle of format 2', () => {
  const { documents, complete } = formats.revision.open(file(2, 'revision.json'));
  const bundle = complete(({ path }) => file(2, path));
  const contents = new Map(bundle.apps.flatMap((app) => [app, ...(app.from === undefined ? [] : [app.from])]).map((one) => [one.digest, one]));

  it.each(documents.map(({ path, digest }) => [path, digest] as const))('%s', (path, digest) => {
    const bytes = file(2, path);
    expect(digestOf(bytes)).toBe(digest);
    expect(formats.revision.at(2).document(contents.get(digest)!)!.toString()).toBe(bytes.toString());
    const more = Buffer.from(JSON.stringify({ ...(JSON.parse(bytes.toString()) as object), later: true }));
    expect(() => complete(() => more)).toThrow(expect.objectContaining({ code: 'DIGEST_MISMATCH' }) as Error);
  });

  it('have the digests that gates compare', () => {
    expect([digestOf(file(2, 'revision.json')), ...bundle.apps.map(({ digest }) => digest)]).toEqual([
      'sha256:cebd6ec44df50a093d8fc1e6f83fe0d6f6e608023b15eabfdfef90e297274364',
      'sha256:26e1afd2cb7a3c3b5849bfaf1530210b2e293bd3993bd693d69ae2fb1adeaeff',
      'sha256:15d69621392d19fc82c3a159b96f72a4244ae76895d25af12c43c2f881ff1b58',
    ]);
  });
});

describe('how a report of format 2 travels', () => {
  const { channel, registration } = formats.report.decode(file(2, 'report.json'));
  const opened = (name: string) => openMessage(file(2, name), channel)!;

  it.each([
    ['report.txt', payloadTypes.report, 'whole'],
    ['reportChange.txt', payloadTypes.report, 'change'],
    ['heartbeat.txt', payloadTypes.heartbeat, 'heartbeat'],
  ] as const)('%s is read, signed by its key, and written with the very same bytes', (name, type, kind) => {
    const head = opened(name);
    expect([head.registration, head.type]).toEqual([registration, type]);
    expect(isSignature(head.type, head.payload, head.signature, keys.agent.publicKey)).toBe(true);
    for (const other of Object.values(payloadTypes).filter((one) => one !== type))
      expect(isSignature(other, head.payload, head.signature, keys.agent.publicKey)).toBe(false);
    expect(isSignature(head.type, head.payload, head.signature, keys.hub.publicKey)).toBe(false);
    const message = head.read();
    expect(message.kind).toBe(kind);
    expect(encodeMessage(message, keys.agent).toString()).toBe(file(2, name).toString());
  });

  it('has documents that are the ones of the lists', () => {
    expect(opened('report.txt').payload.toString()).toBe(file(2, 'report.json').toString());
    expect(opened('reportChange.txt').payload.toString()).toBe(file(2, 'reportChange.json').toString());
  });

  it('has a heartbeat for one channel alone', () => {
    const other = openMessage(file(2, 'heartbeat.txt'), registration)!;
    expect(isSignature(other.type, other.payload, other.signature, keys.agent.publicKey)).toBe(false);
  });
});

describe('digests of format 1', () => {
  const bundle = formats.revision.decode(file(1, 'revision.json'));
  const [app] = bundle.apps;
  const [approval] = bundle.approvals;

  it.each([
    ['key id', () => keys.hub.keyid, 'sha256:6a3803d5f059902a1c6dafbc9ba4729212f7caac08634cc3ae76b27529f03827'],
    ['revision', () => digestOf(file(1, 'revision.json')), 'sha256:3ae74714732847272743e269661413002a4d0d778c0be826f725b1bad924af68'],
    ['application', () => appDigest(app!), 'sha256:95142ee15a472364bb86f17d38d6cde602ab472f2c3a7f9efc7d44d596a51eb9'],
    ['bundle', () => bundleDigest(bundleObjects(bundle)), 'sha256:3f68593256c0a2808fb68408fb4b3a527c93fedab5e5d3d63b097bb0f7fd23a5'],
    ['change', () => changeDigest({ ...bundle, ...approval! }), 'sha256:5ac37f41940aa515976684f7eeb296cecf727692102a9af1a61c5518d7bb3fe7'],
    ['freshness key', () => freshnessKey(bundle.registration, digestOf(file(1, 'revision.json'))), 'sha256:b6ffa32a250f537c198f23f1fceb5986a421233817014296d6931c35d54ce1a2'],
    ['freshness shard', () => freshnessShard(bundle.registration), 'c8'],
  ])('%s', (_, compute, expected) => {
    expect(compute()).toBe(expected);
  });

  it('are the ones that the documents carry', () => {
    expect(app!.digest).toBe(appDigest(app!));
    expect(bundle.bundle.digest).toBe(bundleDigest(bundleObjects(bundle)));
    expect(approval!.change).toBe(bundle.retired[1]!.approval);
    expect(formats.freshness.decode(file(1, 'freshness.json')).current).toEqual([
      freshnessKey(bundle.registration, digestOf(file(1, 'revision.json'))),
    ]);
    for (const { id, path } of app!.objects) expect(objectPath(app!, parseObjectId(id))).toBe(path);
  });
});
