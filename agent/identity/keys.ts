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
}

/** The identity that the cluster keeps beside the key, so that the join line is not needed again. */
const storedIdentity = joinTicket.omit({ token: true, expires: true, format: true });

/** Where the agent's secrets are. */
export interface SecretPlace {
  readonly kube: Kube;
  readonly namespace: string;
}

/** The agent's key, made and stored in the cluster first where there is none; two agents that start at once end up with one. */
export async function loadKey(place: SecretPlace, identity: Identity, signal: AbortSignal): Promise<AgentKey> {
  const key = await keyOf(place, agentNames.key, signal);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const stored = await read(place, key, signal);
    if (stored !== null && stored.registration === identity.registration) return stored;
    const made = await write(place, { key, identity, live: stored?.live ?? null, signal });
    if (made !== null) return made;
  }
  throw new SluiceError('CONFLICT', 'other agents keep replacing the key of this agent', { subject: agentNames.key });
}

/** The agent's key as it is stored; null where there is none. */
export async function peekKey(place: SecretPlace, signal: AbortSignal): Promise<AgentKey | null> {
  return read(place, await keyOf(place, agentNames.key, signal), signal);
}

/** Remembers in the cluster that the hub took the key. */
export async function markEnrolled(place: SecretPlace, signal: AbortSignal): Promise<void> {
  const key = await keyOf(place, agentNames.key, signal);
  const live = await place.kube.get(key, signal);
  const data = { ...(live['data'] as Record<string, string> | undefined), enrolled: encoded('true') };
  await place.kube.put(key.resource, { ...live, data }, signal);
}

/** The identity of the agent when it stored its key; null where no key is stored. */
export async function loadIdentity(place: SecretPlace, signal: AbortSignal): Promise<Identity | null> {
  const live = await orNull(place.kube.get(await keyOf(place, agentNames.key, signal), signal));
  const text = live === null ? null : decoded(live, 'identity');
  return text === null ? null : storedIdentity.parse(JSON.parse(text));
}

/** The join line that the cluster keeps, as an installation puts it there; null where there is none. */
export async function loadJoinTicket(place: SecretPlace, signal: AbortSignal): Promise<JoinTicket | null> {
  const live = await orNull(place.kube.get(await keyOf(place, agentNames.join, signal), signal));
  const line = live === null ? null : decoded(live, 'join');
  return line === null ? null : parseJoinLine(line);
}

interface Stored extends AgentKey {
  readonly registration: string;
  readonly live: KubeObject;
}

async function keyOf({ kube, namespace }: SecretPlace, name: string, signal: AbortSignal): Promise<KubeKey> {
  return { resource: await kube.resource({ group: '', kind: 'Secret' }, signal), namespace, name };
}

async function read({ kube }: SecretPlace, key: KubeKey, signal: AbortSignal): Promise<Stored | null> {
  const live = await orNull(kube.get(key, signal));
  if (live === null) return null;
  const [seed, registration] = [decoded(live, 'seed'), decoded(live, 'registration')];
  if (seed === null || registration === null) return { seed: '', enrolled: false, registration: '', live };
  return { seed, registration, enrolled: decoded(live, 'enrolled') === 'true', live };
}

async function orNull(asked: Promise<KubeObject>): Promise<KubeObject | null> {
  try {
    return await asked;
  } catch (error) {
    if (isSluiceError(error, 'NOT_FOUND')) return null;
    throw error;
  }
}

/** Stores a new key; null when another agent was faster. A key of another registration (a replaced cluster) is overwritten. */
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
  const data = {
    seed: encoded(seed),
    registration: encoded(identity.registration),
    identity: encoded(canonicalJson(identity)),
    enrolled: encoded('false'),
  };
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
    return { seed, enrolled: false };
  } catch (error) {
    if (isSluiceError(error, 'OBJECT_EXISTS', 'CONFLICT')) return null;
    throw error;
  }
}

function encoded(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function decoded(secret: KubeObject, key: string): string | null {
  const data = secret['data'] as Readonly<Record<string, string>> | undefined;
  const value = data?.[key];
  return value === undefined ? null : Buffer.from(value, 'base64').toString('utf8');
}
