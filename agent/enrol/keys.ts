import { isSluiceError, SluiceError } from '../../shared/errors.ts';
import { agentNames } from '../../shared/model/names.ts';
import type { KubeObject } from '../../shared/model/object.ts';
import { newSeed } from '../../shared/wire/envelope.ts';
import { parseJoinLine, type JoinTicket } from '../../shared/wire/join.ts';
import type { Kube, KubeKey } from '../model/kube.ts';

/** The agent's key as the cluster keeps it: the seed, and whether the hub knows it. */
export interface AgentKey {
  readonly seed: string;
  readonly enrolled: boolean;
}

/** Where the agent's secrets are. */
export interface SecretPlace {
  readonly kube: Kube;
  readonly namespace: string;
}

/** The agent's key, made and stored in the cluster first where there is none; two agents that start at once end up with one. */
export async function loadKey(place: SecretPlace, registration: string, signal: AbortSignal): Promise<AgentKey> {
  const key = await keyOf(place, agentNames.key, signal);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const stored = await read(place, key, signal);
    if (stored !== null && stored.registration === registration) return stored;
    const made = await write(place, { key, registration, live: stored?.live ?? null, signal });
    if (made !== null) return made;
  }
  throw new SluiceError('CONFLICT', 'the key of the agent changes under its feet', { subject: agentNames.key });
}

/** Remembers in the cluster that the hub took the key. */
export async function markEnrolled(place: SecretPlace, signal: AbortSignal): Promise<void> {
  const key = await keyOf(place, agentNames.key, signal);
  const live = await place.kube.get(key, signal);
  const data = { ...(live['data'] as Record<string, string> | undefined), enrolled: encoded('true') };
  await place.kube.put(key.resource, { ...live, data }, signal);
}

/** The join line that the cluster keeps, as an installation puts it there; null where there is none. */
export async function loadJoinTicket(place: SecretPlace, signal: AbortSignal): Promise<JoinTicket | null> {
  try {
    const live = await place.kube.get(await keyOf(place, agentNames.join, signal), signal);
    const line = decoded(live, 'join');
    return line === null ? null : parseJoinLine(line);
  } catch (error) {
    if (isSluiceError(error, 'NOT_FOUND')) return null;
    throw error;
  }
}

interface Stored extends AgentKey {
  readonly registration: string;
  readonly live: KubeObject;
}

async function keyOf({ kube, namespace }: SecretPlace, name: string, signal: AbortSignal): Promise<KubeKey> {
  return { resource: await kube.resource({ group: '', kind: 'Secret' }, signal), namespace, name };
}

async function read({ kube }: SecretPlace, key: KubeKey, signal: AbortSignal): Promise<Stored | null> {
  try {
    const live = await kube.get(key, signal);
    const [seed, registration] = [decoded(live, 'seed'), decoded(live, 'registration')];
    if (seed === null || registration === null) return { seed: '', enrolled: false, registration: '', live };
    return { seed, registration, enrolled: decoded(live, 'enrolled') === 'true', live };
  } catch (error) {
    if (isSluiceError(error, 'NOT_FOUND')) return null;
    throw error;
  }
}

/** Stores a new key; null when somebody else was faster. A key of another registration (a replaced cluster) is overwritten. */
async function write(
  { kube, namespace }: SecretPlace,
  order: {
    readonly key: KubeKey;
    readonly registration: string;
    readonly live: KubeObject | null;
    readonly signal: AbortSignal;
  },
): Promise<AgentKey | null> {
  const { key, registration, live, signal } = order;
  const seed = newSeed();
  const data = { seed: encoded(seed), registration: encoded(registration), enrolled: encoded('false') };
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
