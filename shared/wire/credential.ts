import { SluiceError } from '../errors.ts';
import { credential, type Credential } from './join.ts';
import { decode, encode } from './codec.ts';
import { countSigners, parseSignatures, payloadTypes, signaturesText, type Signer } from './envelope.ts';

/** The text of a signed credential: base64url payload, a dot, base64url signatures. */
export function credentialText(content: Credential, signer: Signer): string {
  const payload = encode(content);
  const sigs = signaturesText(signer.sign(payloadTypes.credential, payload));
  return `${payload.toString('base64url')}.${Buffer.from(sigs).toString('base64url')}`;
}

/** The credential that a text carries when one of `keys` signed it; throws UNAUTHENTICATED. Expiry is the caller's to check. */
export function verifyCredential(text: string, keys: readonly string[]): Credential {
  const [payloadPart = '', sigPart = '', ...rest] = text.split('.');
  try {
    const payload = Buffer.from(payloadPart, 'base64url');
    const sigs = parseSignatures(Buffer.from(sigPart, 'base64url'));
    if (rest.length === 0 && countSigners(payloadTypes.credential, payload, sigs, keys) > 0) {
      return decode(credential, payload, 'credential');
    }
  } catch {
    // Every way to be wrong has the same answer.
  }
  throw new SluiceError('UNAUTHENTICATED', 'the credential is not signed by a key of this registration');
}
