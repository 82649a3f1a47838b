import { createHash, timingSafeEqual } from 'node:crypto';
import { digestOf } from '../../shared/lib/canonical.ts';
import { SluiceError } from '../../shared/errors.ts';
import { credentialMs, verifyCredential } from '../../shared/wire/credential.ts';
import { assertNotRevoked, registeredAs, type ClusterRecord } from '../model/registry.ts';
import type { State } from '../model/state.ts';
import type { NamedToken, TokenRole } from '../model/token.ts';

/** Who has a token: its name and role; null = the admin token of the data folder. */
export interface Person {
  readonly kind: 'person';
  readonly token: string | null;
  readonly role: TokenRole;
}

/** Who sent a request. */
export type Caller = Person | { readonly kind: 'agent'; readonly record: ClusterRecord };

/** Proves who sent a request from its Authorization header; throws UNAUTHENTICATED, REVOKED or CLOCK_SKEW. */
export type Authenticate = (
  header: string | undefined,
  state: Pick<State, 'channel' | 'clusters' | 'tokens'>,
  now: number,
) => Caller;

const rememberedCredentials = 20_000;

/**
 * Authentication of persons (`Bearer TOKEN`, or `Basic admin:TOKEN` for Git clients) and of agents
 * (`Basic REGISTRATION:CREDENTIAL`). A credential is verified once and then remembered until it expires.
 */
export function createAuthenticate(adminToken: string): Authenticate {
  const remembered = new Map<string, { readonly key: string; readonly expires: number }>();
  return (header, state, now) => {
    const [user, password] = parseAuthorization(header);
    if (user === 'admin') {
      const person = personOf(password, adminToken, state.tokens);
      if (person === null) throw refused();
      return person;
    }
    const record = registeredAs(state.clusters, user);
    const keys = record === undefined ? [] : keysOf(record, now);
    if (record === undefined || keys.length === 0) throw refused();
    assertNotRevoked(record);
    const proved = remembered.get(password);
    if (proved === undefined || proved.expires <= now || !keys.includes(proved.key)) {
      const expires = expiryOf(password, state.channel, record, keys, now);
      if (remembered.size >= rememberedCredentials) remembered.clear();
      remembered.set(password, { key: keys[0] ?? '', expires });
    }
    return { kind: 'agent', record };
  };
}

/** Who has a token; every one that there is is compared, so that the time says nothing of which it is. */
function personOf(token: string, adminToken: string, tokens: readonly NamedToken[]): Person | null {
  const digest = digestOf(token);
  const [found] = tokens.filter((one) => isSameSecret(digest, one.digest));
  if (isSameSecret(token, adminToken)) return { kind: 'person', token: null, role: 'admin' };
  return found === undefined ? null : { kind: 'person', token: found.name, role: found.role };
}

/** True when two secrets are equal, in a time that does not depend on where they differ. */
export function isSameSecret(given: string, wanted: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return wanted !== '' && timingSafeEqual(hash(given), hash(wanted));
}

function parseAuthorization(header: string | undefined): readonly [user: string, password: string] {
  const [scheme = '', value = ''] = (header ?? '').split(' ', 2);
  if (scheme.toLowerCase() === 'bearer') return ['admin', value];
  if (scheme.toLowerCase() !== 'basic') throw refused();
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) throw refused();
  return [text.slice(0, colon), text.slice(colon + 1)];
}

/** The agent's key; before it enrolled, the open token's. A revoked registration keeps its key, so that its agent is told REVOKED. */
function keysOf(record: ClusterRecord, now: number): string[] {
  if (record.agentKey !== null) return [record.agentKey];
  return record.token !== null && Date.parse(record.token.expires) > now ? [record.token.publicKey] : [];
}

// eslint-disable-next-line max-params -- the five facts that a credential is checked against
function expiryOf(text: string, channel: string, record: ClusterRecord, keys: readonly string[], now: number): number {
  const expires = verifyCredential(text, { channel, registration: record.registration }, keys);
  const [late, early] = [now - expires, expires - now - credentialMs.longest];
  if (late < 0 && early <= 0) return expires;
  throw skewed(Math.max(late, early), late >= 0 ? 'behind' : 'ahead of');
}

/** Its key is known, and made it at a time that is not now; `ms` = by how much at least. Coarse, so that it stays the same words. */
function skewed(ms: number, how: string): SluiceError {
  const [unit] = [['days', 86_400_000] as const, ['hours', 3_600_000] as const].find(([, least]) => ms >= least) ?? [
    'minutes',
  ];
  return new SluiceError('CLOCK_SKEW', `the clock of this agent is ${unit} ${how} that of the hub`, {
    hint: 'set the clock of the site, or of the hub; its key is known',
  });
}

function refused(): SluiceError {
  return new SluiceError('UNAUTHENTICATED', 'this request needs a valid credential');
}
