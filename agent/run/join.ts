import { enrolUntilDone } from '../identity/enrol.ts';
import { loadKey, markEnrolled, proposeKey, type AgentKey, type SecretPlace } from '../identity/keys.ts';
import type { AgentDeps } from '../model/deps.ts';
import type { Identity } from '../model/site.ts';
import { SluiceError, type Code } from '../../shared/errors.ts';
import type { Http } from '../../shared/ports/http.ts';
import { signerOf, type Signer } from '../../shared/wire/envelope.ts';
import type { JoinTicket } from '../../shared/wire/join.ts';
import { assertOurs } from './claim.ts';

/** What joining needs. */
export interface JoinPorts extends Pick<AgentDeps, 'clock' | 'random' | 'log' | 'cron'> {
  readonly place: SecretPlace;
  readonly http: Http;
  /** The hub's address; null where there is none to enrol with. */
  readonly hub: string | null;
  readonly identity: Identity;
  readonly ticket: JoinTicket | null;
}

/** Who speaks for the agent now. */
export interface Speaker {
  readonly signer: () => Signer;
  /** Takes the key, made first where there is none, and enrols it in the background. Only with the Lease held: the key is one. */
  readonly join: (signal: AbortSignal) => Promise<void>;
}

/** After these answers a second key is not tried again: the token is not for it, and the key at hand goes on. */
const final: ReadonlySet<Code> = new Set(['UNAUTHENTICATED', 'FORBIDDEN', 'TOKEN_EXPIRED', 'REVOKED']);

/** A speaker that has no key yet. */
export function openSpeaker(ports: JoinPorts): Speaker {
  const { place, identity, ticket, hub, clock } = ports;
  let speaker: Signer | null = null;
  const enrol = (seed: string, token: Signer, signal: AbortSignal, isSecond: boolean) => {
    if (hub === null) return;
    const own = signerOf(seed);
    const deps = { ...ports, hub, token, publicKey: own.publicKey };
    const giveUp = ({ code }: SluiceError) => isSecond && final.has(code);
    void enrolUntilDone({ ...deps, giveUp }, signal, async () => {
      speaker = own;
      await markEnrolled(place, { seed, token: token.keyid, identity }, signal);
    });
  };
  return {
    signer: () => {
      if (speaker === null) throw new SluiceError('INTERNAL', 'the agent has no key yet');
      return speaker;
    },
    join: async (signal) => {
      const known = await assertOurs(place, identity, ports.cron, signal);
      const key = known ?? (await loadKey(place, identity, signal));
      const own = signerOf(key.seed);
      const token = ticket === null ? null : signerOf(ticket.token);
      speaker = key.enrolled ? own : (token ?? own);
      if (token === null || ticket === null) return;
      if (!key.enrolled) enrol(key.seed, token, signal, false);
      else if (isNewToken(key, token, Date.parse(ticket.expires) > clock.now())) {
        // The key at hand stays until the hub took the new one: the join line may be an old one.
        enrol(await proposeKey(place, token.keyid, signal), token, signal, true);
      }
    },
  };
}

/** True for the token of another join line than the key enrolled with; where that was not recorded, while it can still be used. */
function isNewToken(key: AgentKey, token: Signer, isOpen: boolean): boolean {
  return key.token === null ? isOpen : key.token !== token.keyid;
}
