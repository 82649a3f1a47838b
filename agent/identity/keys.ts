import { isSluiceError, SluiceError } from '../../shared/errors.ts';
import { canonicalJson } from '../../shared/lib/canonical.ts';
import { agentNames } from '../../shared/model/names.ts';
import type { KubeObject } from '../../shared/model/object.ts';
import { newSeed } from '../../shared/wire/envelope.ts';
import { joinTicket, parseJoinLine, type JoinTicket } from '../../shared/wire/join.ts';
import type { Kube, KubeKey } from '../model/kube.ts';
import type { Identity } from '../model/site.ts';

/** The agent's key as the cluster keeps it: the seed, and whether the hub knows it. */
export interface AgentKey {
  readonly seed: string;
  readonly enrolled: boolean;
  /** The registration that it speaks for; empty where that cannot be read. */
  readonly registration: string;
  /** The id of the token that it enrolled with; null where that was not recorded. */
  readonly token: string | null;
}

/** The identity that the cluster keeps beside the key, so that the join line is not needed again. */
const storedIdentity = joinTicket.omit({ token: true, expires: true, format: true });

/** Where the agent's secrets are. */
export interface SecretPlace {
  readonly kube: Kube;
  readonly namespace: string;
}

/**
 * The agent's key, made and stored in the cluster first where there is none that can be read; two agents that start at once end up
 * with one. A key of another registration is replaced: the caller knows that it may be.
 */
export async function loadKey(place: SecretPlace, identity: Identity, signal: AbortSignal): Promise<AgentKey> {
  const key = await keyOf(place, agentNames.key, signal);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const stored = await read(place, key, signal);
    if (stored !== null && stored.registration === identity.registration && isSeed(stored.seed)) return stored;
    const made = await write(place, { key, identity, live: stored?.live ?? null, signal });
    if (made !== null) return made;
  }
  throw new SluiceError('CONFLICT', 'other agents keep replacing the key of this agent', { subject: agentNames.key });
}

/** The agent's key as it is stored; null where there is none. */
export async function peekKey(place: SecretPlace, signal: AbortSignal): Promise<AgentKey | null> {
  return read(place, await keyOf(place, agentNames.key, signal), signal);
}

/**
 * The seed of a key that enrols with a token in place of the key at hand, stored beside that one: until the hub took it, the key at
 * hand stays. The same again after a restart.
 */
export async function proposeKey(place: SecretPlace, token: string, signal: AbortSignal): Promise<string> {
  const key = await keyOf(place, agentNames.key, signal);
  const live = await place.kube.get(key, signal);
  const known = decoded(live, 'nextSeed');
  if (known !== null && isSeed(known) && decoded(live, 'nextToken') === token) return known;
  const seed = newSeed();
  const data = { ...dataOf(live), nextSeed: encoded(seed), nextToken: encoded(token) };
  await place.kube.put(key.resource, { ...live, data }, signal);
  return seed;
}

/** Remembers in the cluster that the hub took this key, with which token, and who the agent is since. */
export async function markEnrolled(
  place: SecretPlace,
  taken: { readonly seed: string; readonly token: string; readonly identity: Identity },
  signal: AbortSignal,
): Promise<void> {
  const key = await keyOf(place, agentNames.key, signal);
  const live = await place.kube.get(key, signal);
  const old = Object.entries(dataOf(live)).filter(([name]) => !name.startsWith('next'));
  const { seed, token, identity } = taken;
  const texts = { seed, token, identity: canonicalJson(identity), enrolled: 'true' };
  const data = { ...Object.fromEntries(old), ...encodedAll(texts) };
  await place.kube.put(key.resource, { ...live, data }, signal);
}

/** The identity of the agent when it stored its key; null where no key is stored. */
export async function loadIdentity(place: SecretPlace, signal: AbortSignal): Promise<Identity | null> {
  const live = await orNull(place.kube.get(await keyOf(place, agentNames.key, signal), signal));
  const text = live === null ? null : decoded(live, 'identity');
  if (text === null) return null;
  try {
    return storedIdentity.parse(JSON.parse(text));
  } catch (cause) {
    throw new SluiceError(
      'CONFIG_INVALID',
      'the stored identity of the agent cannot be read',
      {
        subject: `Secret ${place.namespace}/${agentNames.key}`,
        hint: 'run `sluice-hub cluster join NAME --rekey` and give the agent the new join file',
      },
      cause,
    );
  }
}

/** The join line that the cluster keeps, as an installation puts it there; null where there is none. */
export async function loadJoinTicket(place: SecretPlace, signal: AbortSignal): Promise<JoinTicket | null> {
  const live = await orNull(place.kube.get(await keyOf(place, agentNames.join, signal), signal));
  const line = live === null ? null : decoded(live, 'join');
  return line === null ? null : parseJoinLine(line);
}

interface Stored extends AgentKey {
  readonly live: KubeObject;
}

async function keyOf({ kube, namespace }: SecretPlace, name: string, signal: AbortSignal): Promise<KubeKey> {
  return { resource: await kube.resource({ group: '', kind: 'Secret' }, signal), namespace, name };
}

async function read({ kube }: SecretPlace, key: KubeKey, signal: AbortSignal): Promise<Stored | null> {
  const live = await orNull(kube.get(key, signal));
  if (live === null) return null;
  const [seed, registration] = [decoded(live, 'seed'), decoded(live, 'registration')];
  const token = decoded(live, 'token');
  if (seed === null || registration === null) return { seed: '', enrolled: false, registration: '', token, live };
  return { seed, registration, enrolled: decoded(live, 'enrolled') === 'true', token, live };
}

async function orNull(asked: Promise<KubeObject>): Promise<KubeObject | null> {
  try {
    return await asked;
  } catch (error) {
    if (isSluiceError(error, 'NOT_FOUND')) return null;
    throw error;
  }
}

/** Stores a new key; null when another agent was faster. */
async function write(
  { kube, namespace }: SecretPlace,
  order: {
    readonly key: KubeKey;
    readonly identity: Identity;
    readonly live: KubeObject | null;
    readonly signal: AbortSignal;
  },
): Promise<AgentKey | null> {
  const { key, identity, live, signal } = order;
  const seed = newSeed();
  const { registration } = identity;
  const data = encodedAll({ seed, registration, identity: canonicalJson(identity), enrolled: 'false' });
  const fresh: KubeObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: agentNames.key, namespace },
    type: 'Opaque',
    data,
  };
  try {
    if (live === null) await kube.post(key.resource, fresh, signal);
    else await kube.put(key.resource, { ...live, data }, signal);
    return { seed, enrolled: false, registration: identity.registration, token: null };
  } catch (error) {
    if (isSluiceError(error, 'OBJECT_EXISTS', 'CONFLICT')) return null;
    throw error;
  }
}

/** True for the text of a seed: 32 bytes in base64url. */
export function isSeed(text: string): boolean {
  return Buffer.from(text, 'base64url').length === 32;
}

function dataOf(secret: KubeObject): Readonly<Record<string, string>> {
  return (secret['data'] ?? {}) as Readonly<Record<string, string>>;
}

function encodedAll(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, encoded(text)]));
}

function encoded(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function decoded(secret: KubeObject, key: string): string | null {
  const value = dataOf(secret)[key];
  return value === undefined ? null : Buffer.from(value, 'base64').toString('utf8');
}
