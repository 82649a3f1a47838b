import { isSeed, loadIdentity, peekKey, type AgentKey, type SecretPlace } from '../identity/keys.ts';
import { readState } from '../inventory/read-state.ts';
import type { AgentDeps } from '../model/deps.ts';
import type { AgentState } from '../model/inventory.ts';
import type { Identity } from '../model/site.ts';
import { parseSite } from '../site/site.ts';
import { isSluiceError, SluiceError } from '../../shared/errors.ts';
import { agentNames } from '../../shared/model/names.ts';
import type { KubeObject } from '../../shared/model/object.ts';

/**
 * Throws WRONG_ADDRESSEE where this cluster belongs to another registration than that of the agent: its key or its state is there, and
 * neither has it left by a decommission, nor does the site give it up (`takeOverFrom`). A key that never enrolled, and never had a
 * bundle, holds nothing. Resolves to the key where it is enrolled under this registration: then one request was enough, because a state
 * of another one is refused by `recall`. Null where the key is still to be made.
 */
export async function assertOurs(
  place: SecretPlace,
  identity: Pick<Identity, 'registration'>,
  cron: AgentDeps['cron'],
  signal: AbortSignal,
): Promise<AgentKey | null> {
  const key = await peekKey(place, signal);
  if (key !== null && isOurs(key, identity)) return key;
  const [state, site] = await Promise.all([
    readConfigMap(place, agentNames.state, signal),
    readConfigMap(place, agentNames.site, signal),
  ]);
  const known = stateOf(state);
  const { takeOverFrom = [] } = parseSite((site?.['data'] ?? {}) as Record<string, string>, cron);
  const isFree = (registration: string) =>
    registration === '' ||
    registration === identity.registration ||
    takeOverFrom.includes(registration) ||
    (known?.registration === registration && known.left !== undefined);
  const inUse = key !== null && (key.enrolled || state !== null) ? key.registration : '';
  const other = [inUse, known?.registration ?? ''].find((one) => !isFree(one));
  if (other === undefined) return null;
  throw belongsTo(place, other, await hubOf(place, other, signal));
}

function belongsTo(place: SecretPlace, other: string, hub: string): SluiceError {
  return new SluiceError('WRONG_ADDRESSEE', `this cluster belongs to registration ${other}${hub}`, {
    subject: `Secret ${place.namespace}/${agentNames.key}, ConfigMap ${place.namespace}/${agentNames.state}`,
    hint:
      `to join it anew, stop its agent and put takeOverFrom: ${other} into the ConfigMap ${place.namespace}/${agentNames.site}; ` +
      'to let the same cluster in again, use `sluice-hub cluster join NAME --rekey` at its own hub',
  });
}

/** True for a key that can be read and that the hub knows as this registration's. */
function isOurs({ enrolled, registration, seed }: AgentKey, identity: Pick<Identity, 'registration'>): boolean {
  return enrolled && registration === identity.registration && isSeed(seed);
}

/** ` of hub URL` where the key of the registration is there and names its hub; empty otherwise. */
async function hubOf(place: SecretPlace, registration: string, signal: AbortSignal): Promise<string> {
  const identity = await loadIdentity(place, signal).catch(() => null);
  return identity?.registration === registration ? ` of hub ${identity.hub ?? identity.url}` : '';
}

function stateOf(object: KubeObject | null): AgentState | null {
  if (object === null) return null;
  try {
    return readState(object);
  } catch {
    // A damaged one is made anew: it says nothing of whose it was.
    return null;
  }
}

async function readConfigMap({ kube, namespace }: SecretPlace, name: string, signal: AbortSignal) {
  try {
    const resource = await kube.resource({ group: '', kind: 'ConfigMap' }, signal);
    return await kube.get({ resource, namespace, name }, signal);
  } catch (error) {
    if (isSluiceError(error, 'NOT_FOUND')) return null;
    throw error;
  }
}
