import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import { SluiceError } from '../errors.ts';
import { canonicalPretty, digestOf } from '../lib/canonical.ts';

/** Payload types: what a signature was made for, so that none can be used for something else. */
export const payloadTypes = {
  revision: 'application/vnd.sluice.revision+json',
  root: 'application/vnd.sluice.root+json',
  freshness: 'application/vnd.sluice.freshness+json',
  report: 'application/vnd.sluice.report+json',
  heartbeat: 'application/vnd.sluice.heartbeat',
  enrolment: 'application/vnd.sluice.enrolment+json',
  credential: 'application/vnd.sluice.credential+json',
  approval: 'application/vnd.sluice.approval+json',
  ledger: 'application/vnd.sluice.ledger+json',
} as const;
export type PayloadType = (typeof payloadTypes)[keyof typeof payloadTypes];

/** The signatures of a detached DSSE envelope: the `.sig` file beside the payload's file. */
export const signatures = z.strictObject({
  payloadType: z.string(),
  signatures: z.array(z.strictObject({ keyid: z.string(), sig: z.string() })).max(32),
});
export type Signatures = z.infer<typeof signatures>;

/** A signed document as one JSON body: the payload's text and its signatures' text. */
export const signedBody = z.strictObject({ payload: z.string(), signatures: z.string() });
export type SignedBody = z.infer<typeof signedBody>;

/** A signed file of the channel: the payload's bytes and its signatures' bytes. */
export interface SignedBytes {
  readonly payload: Uint8Array;
  readonly signatures: Uint8Array;
}

/** An Ed25519 private key with its public key (raw, base64url) and its key id. */
export interface Signer {
  readonly publicKey: string;
  readonly keyid: string;
  readonly sign: (type: PayloadType, payload: Uint8Array) => Signatures;
  /** The very same signatures, made by another thread: for many at once. */
  readonly signAside: (type: PayloadType, payload: Uint8Array) => Promise<Signatures>;
}

/** A new random Ed25519 seed (32 bytes, base64url): a secret. */
export function newSeed(): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  const { d } = privateKey.export({ format: 'jwk' });
  if (d === undefined) throw new SluiceError('INTERNAL', 'an Ed25519 key without a private part');
  return d;
}

// PKCS #8 (RFC 8410) of an Ed25519 seed is this prefix and the 32 bytes.
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The signer of a seed (32 bytes, base64url). */
export function signerOf(seed: string): Signer {
  const bytes = Buffer.from(seed, 'base64url');
  if (bytes.length !== 32) throw new SluiceError('CONFIG_INVALID', 'not an Ed25519 seed of 32 bytes');
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, bytes]), format: 'der', type: 'pkcs8' });
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  if (x === undefined) throw new SluiceError('INTERNAL', 'an Ed25519 key without a public part');
  const keyid = keyIdOf(x);
  const signed = (type: PayloadType, signature: Buffer): Signatures => ({
    payloadType: type,
    signatures: [{ keyid, sig: signature.toString('base64url') }],
  });
  return {
    publicKey: x,
    keyid,
    sign: (type, payload) => signed(type, sign(null, preAuthEncoding(type, payload), privateKey)),
    signAside: async (type, payload) =>
      signed(type, await signInThread(null, preAuthEncoding(type, payload), privateKey)),
  };
}

const signInThread = promisify<null, Buffer, KeyObject, Buffer>(sign);

/** The id of a public key: the sha256 digest of its 32 raw bytes. */
export function keyIdOf(publicKey: string): string {
  return digestOf(Buffer.from(publicKey, 'base64url'));
}

/** How many distinct keys of `keys` signed this payload for this purpose. Never throws on bad signatures. */
export function countSigners(
  type: PayloadType,
  payload: Uint8Array,
  sigs: Signatures,
  keys: readonly string[],
): number {
  if (sigs.payloadType !== type) return 0;
  const encoded = preAuthEncoding(type, payload);
  const signed = keys.filter((key) =>
    sigs.signatures.some(({ keyid, sig }) => keyid === keyIdOf(key) && isSignedBy(key, encoded, sig)),
  );
  return new Set(signed).size;
}

/** True when a signature (base64url) over this payload is of this key, for this purpose. Never throws. */
export function isSignature(type: PayloadType, payload: Uint8Array, sig: string, key: string): boolean {
  return isSignedBy(key, preAuthEncoding(type, payload), sig);
}

/** The signature (base64url) of a signer alone, where both sides know whose it is. */
export function bareSignature(signer: Signer, type: PayloadType, payload: Uint8Array): string {
  return signer.sign(type, payload).signatures[0]?.sig ?? '';
}

/** The text of a `.sig` file. */
export function signaturesText(sigs: Signatures): string {
  return canonicalPretty(sigs);
}

/** Parses a `.sig` file; throws SIGNATURE_INVALID. */
export function parseSignatures(bytes: string | Uint8Array): Signatures {
  try {
    return signatures.parse(JSON.parse(typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8')));
  } catch (cause) {
    throw new SluiceError('SIGNATURE_INVALID', 'the signature file cannot be read', {}, cause);
  }
}

function isSignedBy(key: string, encoded: Buffer, sig: string): boolean {
  try {
    return verify(null, encoded, publicKeyObject(key), Buffer.from(sig, 'base64url'));
  } catch {
    return false;
  }
}

// Taking a key in costs a third of what checking a signature does, and the same agents come again and again.
const keyObjects = new Map<string, KeyObject>();
const mostKeyObjects = 20_000;

function publicKeyObject(key: string): KeyObject {
  const known = keyObjects.get(key);
  if (known !== undefined) return known;
  const object = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key }, format: 'jwk' });
  if (keyObjects.size >= mostKeyObjects) keyObjects.clear();
  keyObjects.set(key, object);
  return object;
}

/** The pre-authentication encoding of the DSSE specification, version 1. */
function preAuthEncoding(type: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.byteLength} `;
  return Buffer.concat([Buffer.from(head), payload]);
}
