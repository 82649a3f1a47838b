import { describe, expect, it } from 'vitest';
import {
  countSigners,
  keyIdOf,
  newSeed,
  parseSignatures,
  payloadTypes,
  signaturesText,
  signerOf,
} from '../../../../shared/wire/envelope.ts';

// RFC 8032, section 7.1, test 1.
const rfcSeed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex').toString(
  'base64url',
);
const rfcPublic = Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex').toString(
  'base64url',
);

describe('signing', () => {
  it('derives the public key of RFC 8032', () => {
    expect(signerOf(rfcSeed).publicKey).toBe(rfcPublic);
    expect(signerOf(rfcSeed).keyid).toBe(keyIdOf(rfcPublic));
  });

  const payload = Buffer.from('{"a":1}');
  const signer = signerOf(newSeed());
  const other = signerOf(newSeed());
  const sigs = signer.sign(payloadTypes.revision, payload);

  it.each([
    ['the signer itself', payloadTypes.revision, payload, sigs, [signer.publicKey], 1],
    ['the same key named twice', payloadTypes.revision, payload, sigs, [signer.publicKey, signer.publicKey], 1],
    ['another key', payloadTypes.revision, payload, sigs, [other.publicKey], 0],
    ['another payload', payloadTypes.revision, Buffer.from('{"a":2}'), sigs, [signer.publicKey], 0],
    ['another purpose', payloadTypes.report, payload, sigs, [signer.publicKey], 0],
    [
      'a relabelled purpose',
      payloadTypes.report,
      payload,
      { ...sigs, payloadType: payloadTypes.report },
      [signer.publicKey],
      0,
    ],
    ['a key that is none', payloadTypes.revision, payload, sigs, ['AAAA'], 0],
    ['no signature', payloadTypes.revision, payload, { ...sigs, signatures: [] }, [signer.publicKey], 0],
  ])('counts %s', (_, type, bytes, signatures, keys, count) => {
    expect(countSigners(type, bytes, signatures, keys)).toBe(count);
  });

  it('signs aside as it signs at once', async () => {
    expect(await signer.signAside(payloadTypes.revision, payload)).toEqual(sigs);
    expect(await signer.signAside(payloadTypes.report, payload)).toEqual(signer.sign(payloadTypes.report, payload));
  });

  it('counts two signers once each', () => {
    const both = {
      ...sigs,
      signatures: [...sigs.signatures, ...other.sign(payloadTypes.revision, payload).signatures],
    };
    expect(countSigners(payloadTypes.revision, payload, both, [signer.publicKey, other.publicKey])).toBe(2);
    expect(parseSignatures(signaturesText(both))).toEqual(both);
  });

  it.each(['', '{}', '{"payloadType":"x","signatures":[],"more":1}', '[1'])(
    'refuses %j as a signature file',
    (text) => {
      expect(() => parseSignatures(text)).toThrow('signature file');
    },
  );

  it('refuses a seed that is no seed', () => {
    expect(() => signerOf('AAAA')).toThrow('32 bytes');
  });
});
