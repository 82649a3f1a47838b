import type { Clock } from '../../shared/ports/clock.ts';
import { credentialText } from '../../shared/wire/credential.ts';
import type { Signer } from '../../shared/wire/envelope.ts';
import type { Identity } from '../model/site.ts';

/** Gives the Authorization header of a request to the hub. A secret. */
export type Authorization = () => string;

const lifetime = 10 * 60_000;
const renewBefore = 2 * 60_000;

/**
 * The agent's credential as a Basic header (feed.ts), signed by the key that speaks for this registration now, and made
 * anew before it runs out. `signer` answers the join token before enrolment and the agent's own key after it.
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
    if (
      made !== null &&
      made.keyid === key.keyid &&
      now < made.until - renewBefore &&
      now > made.until - 2 * lifetime
    ) {
      return made.header;
    }
    const { channel, registration } = identity;
    const until = now + lifetime;
    const expires = new Date(until).toISOString();
    const text = credentialText({ channel, registration, expires }, key);
    const header = `Basic ${Buffer.from(`${registration}:${text}`).toString('base64')}`;
    made = { header, keyid: key.keyid, until };
    return header;
  };
}
