import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { SluiceError } from '../../shared/errors.ts';

/**
 * SSH signatures (PROTOCOL.sshsig of OpenSSH) with Ed25519 in the namespace `git`: what `git verify-commit` checks with
 * an allowed_signers file, so that a ledger can be audited with stock tools.
 */
const namespace = 'git';
const algorithm = 'ssh-ed25519';
const begin = '-----BEGIN SSH SIGNATURE-----';
const end = '-----END SSH SIGNATURE-----';
// PKCS #8 (RFC 8410) of an Ed25519 seed is this prefix and the 32 bytes.
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Signs bytes as a commit is signed: returns the armoured signature. */
export type SshSigner = (payload: Uint8Array) => string;

/** The SSH signer of an Ed25519 seed (32 bytes, base64url). */
export function sshSigner(seed: string): SshSigner {
  const bytes = Buffer.from(seed, 'base64url');
  if (bytes.length !== 32) throw new SluiceError('CONFIG_INVALID', 'not an Ed25519 seed of 32 bytes');
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, bytes]), format: 'der', type: 'pkcs8' });
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  return (payload) => armour(signatureBlob(x, sign(null, signedData(payload), key)));
}

/** Which of `keys` (raw, base64url) made this armoured signature over these bytes; null when none did. Never throws. */
export function sshSignedBy(payload: Uint8Array, armoured: string, keys: readonly string[]): string | null {
  const blob = Buffer.from(armoured.replace(begin, '').replace(end, ''), 'base64');
  const signature = blob.subarray(-64);
  const signer = keys.find((key) => {
    // The whole blob is rebuilt: every field must be exactly what a signer of ours writes.
    if (!signatureBlob(key, signature).equals(blob)) return false;
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key }, format: 'jwk' });
    return verify(null, signedData(payload), publicKey, signature);
  });
  return signer ?? null;
}

/** The allowed_signers file that makes stock Git accept signatures of these keys. */
export function allowedSigners(keys: readonly string[]): string {
  return keys
    .map((key) => `hub@sluice.invalid namespaces="${namespace}" ${algorithm} ${publicBlob(key).toString('base64')}\n`)
    .join('');
}

function signedData(payload: Uint8Array): Buffer {
  const hash = createHash('sha512').update(payload).digest();
  return Buffer.concat([Buffer.from('SSHSIG'), text(namespace), text(''), text('sha512'), text(hash)]);
}

function signatureBlob(key: string, signature: Uint8Array): Buffer {
  const version = Buffer.from([0, 0, 0, 1]);
  const wrapped = Buffer.concat([text(algorithm), text(signature)]);
  return Buffer.concat([
    Buffer.from('SSHSIG'),
    version,
    text(publicBlob(key)),
    text(namespace),
    text(''),
    text('sha512'),
    text(wrapped),
  ]);
}

function publicBlob(key: string): Buffer {
  return Buffer.concat([text(algorithm), text(Buffer.from(key, 'base64url'))]);
}

// A string of the SSH wire encoding: four bytes of length, then the bytes.
function text(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function armour(blob: Buffer): string {
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? [];
  return [begin, ...lines, end, ''].join('\n');
}
