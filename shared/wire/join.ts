import { z } from 'zod';
import { SluiceError } from '../errors.ts';
import { canonicalJson } from '../lib/canonical.ts';
import { clusterName, counter, instant, uuid } from './schema.ts';

/** The content of the join line: the keys to trust, where to pull, and a single-use token. It is a secret for as long as it is open. */
export const joinTicket = z.strictObject({
  format: z.literal(1),
  channel: uuid,
  /** Where the bundles are: a Git URL, `sluice+http(s)://` feed, or `file://`. */
  url: z.string(),
  /** The hub's own address for enrolment, reports and wake-ups; null where no hub can be reached. */
  hub: z.string().nullable(),
  registration: uuid,
  cluster: clusterName,
  /** sha256 digest of the bytes of root/1.json. */
  rootFingerprint: z.string(),
  /** Bundles below this generation are refused. */
  minimumGeneration: counter,
  /** An Ed25519 seed, and until when the hub takes it. */
  token: z.string(),
  expires: instant,
});
export type JoinTicket = z.infer<typeof joinTicket>;

/** The payload of POST /v1/enrol, by which an agent makes its own key known: signed with the token. */
export interface Enrolment {
  readonly format: number;
  readonly channel: string;
  readonly registration: string;
  readonly publicKey: string;
}

/** An agent's proof of identity for a request: valid until `expires`, at most ten minutes ahead. Signed with its key, or the token before. */
export interface Credential {
  readonly channel: string;
  readonly registration: string;
  readonly expires: string;
}

const prefix = 'sluice1.';

/** The one-line text of a join ticket. */
export function joinLine(ticket: Omit<JoinTicket, 'format'>): string {
  const content: JoinTicket = { ...ticket, format: 1 };
  return prefix + Buffer.from(canonicalJson(content)).toString('base64url');
}

/** Reads a join line; throws CONFIG_INVALID without repeating any of it. */
export function parseJoinLine(line: string): JoinTicket {
  try {
    const text = line.trim();
    if (!text.startsWith(prefix)) throw new Error('no such prefix');
    return joinTicket.parse(JSON.parse(Buffer.from(text.slice(prefix.length), 'base64url').toString('utf8')));
  } catch {
    throw new SluiceError('CONFIG_INVALID', 'this is not a join line', {
      hint: 'use the line that `sluice-hub cluster join` printed, whole',
    });
  }
}
