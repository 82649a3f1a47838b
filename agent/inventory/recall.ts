import type { VerifiedBundle } from '../model/bundle.ts';
import type { AgentDeps } from '../model/deps.ts';
import type { AgentState, Store, Stored } from '../model/inventory.ts';
import type { Kube, KubeResource } from '../model/kube.ts';
import type { AppWriter, Site } from '../model/site.ts';
import { isSluiceError, SluiceError } from '../../shared/errors.ts';
import { agentNames } from '../../shared/model/names.ts';
import { withoutUids } from './entries.ts';
import { refusalNow, type InventoryMemory } from './memory.ts';

const namespaces: KubeResource = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
  verbs: ['get', 'create'],
  subresources: [],
};

/** What recalling needs of the agent. */
export interface RecallPorts {
  readonly memory: {
    readonly inventory: InventoryMemory;
    readonly site: { readonly current: Pick<Site, 'takeOverFrom'> };
  };
  readonly store: Store;
  readonly kube: Kube;
  readonly deps: Pick<AgentDeps, 'identity' | 'log'>;
  readonly signal: AbortSignal;
}

/**
 * The state object and the inventory of this cluster, read once and then kept: later calls request nothing. In a cluster with
 * another kube-system UID than the recorded one (restored or copied), the recorded UIDs are void. Throws WRONG_ADDRESSEE when
 * the state object belongs to another registration.
 */
export async function recall(ports: RecallPorts): Promise<Stored> {
  const { inventory: memory } = ports.memory;
  if (memory.stored !== null) return memory.stored;
  const [clusterUid, stored] = await Promise.all([
    memory.clusterUid ?? readClusterUid(ports),
    ports.store.load(ports.signal),
  ]);
  memory.clusterUid = clusterUid;
  if (stored.state !== null && stored.state.registration !== ports.deps.identity.registration) {
    if (isGivenUp(ports, stored.state)) return (memory.stored = replaced(ports, stored));
    throw new SluiceError('WRONG_ADDRESSEE', 'the state object belongs to another registration', {
      subject: agentNames.state,
      hint: `uninstall the other agent, or put takeOverFrom: ${stored.state.registration} into the ConfigMap ${agentNames.site}`,
    });
  }
  const isElsewhere = isOfAnotherCluster(stored, clusterUid);
  memory.stored = isElsewhere ? { ...stored, inventory: withoutUids(stored.inventory) } : stored;
  return memory.stored;
}

/** True in a restored or copied cluster, until the hub publishes a newer generation than the one that was restored. */
export function isRestoredCluster(stored: Stored, bundle: VerifiedBundle, clusterUid: string | null): boolean {
  if (isOfAnotherCluster(stored, clusterUid)) return true;
  const since = stored.state?.restoredAt ?? null;
  return since !== null && bundle.mark.generation <= since;
}

/** True when the registration of a state left this cluster, or the site gives it up. */
function isGivenUp({ memory }: RecallPorts, state: AgentState): boolean {
  return state.left !== undefined || memory.site.current.takeOverFrom?.includes(state.registration) === true;
}

/** The state object of another registration, to be written over; what its inventory has stays in the cluster. */
function replaced({ deps }: RecallPorts, { state, resourceVersion, inventory }: Stored): Stored {
  const words = 'the state of a former registration is replaced: what the new one does not want stays as it is';
  deps.log.warn(words, {
    registration: state?.registration,
    objects: inventory.size,
    some: [...inventory.keys()].slice(0, 20),
  });
  return { state: null, resourceVersion, inventory: new Map() };
}

/** What keeps the cluster's memory from being acted on in full; facts that change nothing are false and null. */
export interface Doubts {
  /** The cluster was restored or copied. */
  readonly isRestored: boolean;
  /** The inventory was lost, and made anew from live objects. */
  readonly isRebuilt: boolean;
  /** Why nothing that begins could be recorded now. */
  readonly refusal: string | null;
}

/** What is in doubt when a pass decides about a bundle; `at` = its moment, by the monotonic clock. */
export function doubtsOf(memory: InventoryMemory, stored: Stored, bundle: VerifiedBundle, at: number): Doubts {
  return {
    isRestored: isRestoredCluster(stored, bundle, memory.clusterUid),
    isRebuilt: isRebuiltInventory(stored, bundle),
    refusal: refusalNow(memory, at),
  };
}

/** True once a lost inventory was made anew, until the hub publishes a newer generation: what it retires now may be an old list. */
function isRebuiltInventory({ state, isRebuilt }: Stored, bundle: VerifiedBundle): boolean {
  return isRebuilt === true || (state?.rebuiltAt !== undefined && bundle.mark.generation <= state.rebuiltAt);
}

function isOfAnotherCluster({ state }: Stored, clusterUid: string | null): boolean {
  return state !== null && state.clusterUid !== clusterUid;
}

async function readClusterUid({ kube, signal }: RecallPorts): Promise<string> {
  const meta = await kube.getMetadata({ resource: namespaces, namespace: '', name: 'kube-system' }, signal);
  return meta.metadata.uid ?? '';
}

/** What creating a namespace needs of the agent. */
export interface NamespacePorts {
  readonly memory: { readonly inventory: InventoryMemory };
  readonly writerFor: (app: string) => AppWriter;
  readonly signal: AbortSignal;
}

/**
 * Creates a missing namespace for an application, as the account that writes it. It stays outside the inventory and is never
 * deleted. At most one request at a time for each namespace and account.
 */
export function ensureNamespace(ports: NamespacePorts, name: string, app: string): Promise<void> {
  const { creations } = ports.memory.inventory;
  const { user, kube } = ports.writerFor(app);
  const key = user === null ? name : `${name} ${user}`;
  const running = creations.get(key);
  if (running !== undefined) return running;
  const created = kube
    .post(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, ports.signal)
    .then(() => undefined)
    .catch((error: unknown) => {
      if (!isSluiceError(error, 'OBJECT_EXISTS', 'CONFLICT')) throw error;
    })
    .finally(() => creations.delete(key));
  creations.set(key, created);
  return created;
}
