import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../shared/lib/canonical.ts';
import { appDigest, bundleDigest, bundleObjects, changeDigest } from '../../../shared/wire/bundle.ts';
import { decode, encode } from '../../../shared/wire/codec.ts';
import {
  countSigners,
  parseSignatures,
  payloadTypes,
  signaturesText,
  signerOf,
  type PayloadType,
} from '../../../shared/wire/envelope.ts';
import { freshness, freshnessKey, freshnessShard } from '../../../shared/wire/freshness.ts';
import { objectPath } from '../../../shared/wire/layout.ts';
import { parseObjectId } from '../../../shared/model/object.ts';
import { agentReport } from '../../../shared/wire/report.ts';
import { revision } from '../../../shared/wire/revision.ts';
import { root } from '../../../shared/wire/root.ts';

// Version 1 of the wire is frozen: these files are only ever added to. Agents in the field read what is in them.
const file = (name: string) => readFileSync(new URL(`./v1/${name}`, import.meta.url));
const seed = (byte: number) => Buffer.alloc(32, byte).toString('base64url');
const keys = { root: signerOf(seed(1)), hub: signerOf(seed(2)), agent: signerOf(seed(3)) };

const documents = [
  ['root', root, payloadTypes.root, keys.root],
  ['revision', revision, payloadTypes.revision, keys.hub],
  ['freshness', freshness, payloadTypes.freshness, keys.hub],
  ['report', agentReport, payloadTypes.report, keys.agent],
] as const;

describe.each(documents)('%s of wire version 1', (name, schema, type, signer) => {
  const payload = file(`${name}.json`);
  const signatures = file(`${name}.sig`);

  it('is read, and written with the very same bytes', () => {
    const value: unknown = decode<unknown>(schema, payload, name);
    expect(encode(value).toString()).toBe(payload.toString());
  });

  it('is signed by its key, for its purpose, and for no other', () => {
    const parsed = parseSignatures(signatures);
    expect(countSigners(type, payload, parsed, [signer.publicKey])).toBe(1);
    const others: PayloadType[] = Object.values(payloadTypes).filter((other) => other !== type);
    for (const other of others) expect(countSigners(other, payload, parsed, [signer.publicKey])).toBe(0);
    expect(countSigners(type, payload, parsed, [signerOf(seed(9)).publicKey])).toBe(0);
  });

  it('gets the same signature again', () => {
    expect(signaturesText(signer.sign(type, payload))).toBe(signatures.toString());
  });

  it('is refused with a member that version 1 does not know', () => {
    const value = { ...(JSON.parse(payload.toString()) as object), later: true };
    expect(() => decode<unknown>(schema, encode(value), name)).toThrow(
      expect.objectContaining({ code: 'WIRE_INVALID' }) as Error,
    );
  });
});

describe('digests of wire version 1', () => {
  const bundle = decode(revision, file('revision.json'), 'revision');
  const [app] = bundle.apps;
  const [approval] = bundle.approvals;

  it.each([
    ['key id', () => keys.hub.keyid, 'sha256:6a3803d5f059902a1c6dafbc9ba4729212f7caac08634cc3ae76b27529f03827'],
    ['revision', () => digestOf(file('revision.json')), 'sha256:3ae74714732847272743e269661413002a4d0d778c0be826f725b1bad924af68'],
    ['application', () => appDigest(app!), 'sha256:95142ee15a472364bb86f17d38d6cde602ab472f2c3a7f9efc7d44d596a51eb9'],
    ['bundle', () => bundleDigest(bundleObjects(bundle)), 'sha256:3f68593256c0a2808fb68408fb4b3a527c93fedab5e5d3d63b097bb0f7fd23a5'],
    ['change', () => changeDigest({ ...bundle, ...approval! }), 'sha256:5ac37f41940aa515976684f7eeb296cecf727692102a9af1a61c5518d7bb3fe7'],
    ['freshness key', () => freshnessKey(bundle.registration, digestOf(file('revision.json'))), 'sha256:b6ffa32a250f537c198f23f1fceb5986a421233817014296d6931c35d54ce1a2'],
    ['freshness shard', () => freshnessShard(bundle.registration), 'c8'],
  ])('%s', (_, compute, expected) => {
    expect(compute()).toBe(expected);
  });

  it('are the ones that the documents carry', () => {
    expect(app!.digest).toBe(appDigest(app!));
    expect(bundle.bundle.digest).toBe(bundleDigest(bundleObjects(bundle)));
    expect(approval!.change).toBe(bundle.retired[1]!.approval);
    expect(decode(freshness, file('freshness.json'), 'freshness').current).toEqual([
      freshnessKey(bundle.registration, digestOf(file('revision.json'))),
    ]);
    for (const { id, path } of app!.objects) expect(objectPath(app!, parseObjectId(id))).toBe(path);
  });
});
