import { SluiceError } from '../errors.ts';
import { encode } from './codec.ts';
import { countSigners, keyIdOf, payloadTypes, type Signer } from './envelope.ts';
import type { Credential } from './join.ts';

/**
 * How long a credential is good for when it is made, how much of that must be left where it is used again, and for how long a hub
 * takes one that it gets, in milliseconds: clocks may differ by five minutes where that of the agent is ahead, and by three where
 * it is behind. Agents before made them for ten minutes.
 */
export const credentialMs = { life: 6 * 60_000, left: 3 * 60_000, longest: 11 * 60_000 } as const;

const form = /^([0-9a-z]{1,9})\.([A-Za-z0-9_-]{86})$/;

/**
 * The text of a signed credential: its expiry (seconds since the epoch, base 36), a dot, and the Ed25519 signature over the
 * whole credential. Both sides have the registration, so that the text is short enough to go with every poll.
 */
export function credentialText(content: Credential, signer: Signer): string {
  const seconds = Math.floor(Date.parse(content.expires) / 1000);
  const [signature] = signer.sign(payloadTypes.credential, payloadOf(content, seconds)).signatures;
  return `${seconds.toString(36)}.${signature?.sig ?? ''}`;
}

/** When a credential expires, in milliseconds since the epoch, when one of `keys` signed it for this registration; throws UNAUTHENTICATED. */
export function verifyCredential(
  text: string,
  addressee: Pick<Credential, 'channel' | 'registration'>,
  keys: readonly string[],
): number {
  const [, expiry = '', sig = ''] = form.exec(text) ?? [];
  const seconds = Number.parseInt(expiry, 36);
  const isSigned = keys.some((key) => {
    const payload = payloadOf(addressee, seconds);
    const signatures = [{ keyid: keyIdOf(key), sig }];
    return (
      countSigners(payloadTypes.credential, payload, { payloadType: payloadTypes.credential, signatures }, [key]) === 1
    );
  });
  if (isSigned) return seconds * 1000;
  throw new SluiceError('UNAUTHENTICATED', 'the credential is not signed by a key of this registration');
}

function payloadOf({ channel, registration }: Pick<Credential, 'channel' | 'registration'>, seconds: number): Buffer {
  return encode({ format: 1, channel, registration, expires: seconds });
}
