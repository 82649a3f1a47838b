import { describe, expect, it } from 'vitest';
import { bundles } from '../../../../../hub/store/slices/bundles.ts';
import type { SliceReader } from '../../../../../hub/store/slices/slice.ts';
import { atOnce } from '../../../../../shared/lib/slices.ts';
import { decode, encode } from '../../../../../shared/wire/codec.ts';
import { newSeed, payloadTypes, signaturesText, signerOf } from '../../../../../shared/wire/envelope.ts';
import { payloadOf } from '../../../../fixtures/hub/status.ts';

/** The keys that bundles are read as signed by, whose signature files are these. */
function keyidsRead(signatures: readonly string[]): readonly string[] {
  const files = new Map(
    signatures.flatMap((text, at) => [
      [`state ${at}`, encode({ cluster: `site-${at}`, commit: 'c'.repeat(40), parent: null })],
      [`payload ${at}`, payloadOf(`site-${at}`, [])],
      [`signatures ${at}`, Buffer.from(text)],
    ]),
  );
  const bytes = (oid: string) => files.get(oid) ?? new Uint8Array();
  const reader: SliceReader = {
    list: function* () {
      yield 1;
      return signatures.flatMap((_, at) => [
        { path: `bundles/00/site-${at}/state.json`, oid: `state ${at}` },
        { path: `bundles/00/site-${at}/bundle`, oid: `${at}` },
      ]);
    },
    file: () => null,
    json: (schema, { path, oid }) => decode(schema, bytes(oid), path),
    entries: (tree) => [
      { name: 'revision.json', kind: 'file', oid: `payload ${tree}` },
      { name: 'revision.sig', kind: 'file', oid: `signatures ${tree}` },
    ],
    bytes,
  };
  return [...atOnce(bundles.decode(reader)).values()].map(({ keyid }) => keyid);
}

describe('a bundle that is read', () => {
  it('tells the key that signed it, each its own, and none where its signature file cannot be read', () => {
    const [one, other] = [signerOf(newSeed()), signerOf(newSeed())];
    const signed = [one, other, one].map((by) => signaturesText(by.sign(payloadTypes.revision, payloadOf('a', []))));
    expect(keyidsRead([...signed, 'damaged'])).toEqual([one.keyid, other.keyid, one.keyid, '']);
  });
});
