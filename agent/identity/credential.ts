import type { Clock } from '../../shared/ports/clock.ts';
import { credentialMs, credentialText } from '../../shared/wire/credential.ts';
import type { Signer } from '../../shared/wire/envelope.ts';
import type { Identity } from '../model/site.ts';

/** Gives the Authorization header of a request to the hub. A secret. */
export type Authorization = () => string;

/**
 * The agent's credential as a Basic header (feed.ts), signed by the key that speaks for this registration now, and made
 * anew before it runs out, and where the clock went back. `signer` answers the join token before enrolment and the agent's own key after it.
 */
export function agentAuthorization(
  identity: Pick<Identity, 'channel' | 'registration'>,
  signer: () => Signer,
  clock: Pick<Clock, 'now'>,
): Authorization {
  let made: { readonly header: string; readonly keyid: string; readonly until: number } | null = null;
  return () => {
    const key = signer();
    const now = clock.now();
    const left = made === null ? 0 : made.until - now;
    if (made?.keyid === key.keyid && left > credentialMs.left && left <= credentialMs.life) return made.header;
    const { channel, registration } = identity;
    const until = now + credentialMs.life;
    const expires = new Date(until).toISOString();
    const text = credentialText({ channel, registration, expires }, key);
    const header = `Basic ${Buffer.from(`${registration}:${text}`).toString('base64')}`;
    made = { header, keyid: key.keyid, until };
    return header;
  };
}
