import type { AgentState, InventoryEntry, Store } from '../model/inventory.ts';
import type { Kube, KubeResource } from '../model/kube.ts';
import { mapLimited } from '../model/limited.ts';
import { isSluiceError, SluiceError } from '../../shared/errors.ts';
import { canonicalJson } from '../../shared/lib/canonical.ts';
import { agentNames } from '../../shared/model/names.ts';
import type { KubeObject, ObjectId } from '../../shared/model/object.ts';
import { bucketCount, fromShard, toShards, type Shard, type ShardMemo } from './shards.ts';

const configMaps: KubeResource = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
  verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
  subresources: [],
};

/** The store in the ConfigMaps `sluice-state` and `sluice-inventory-HASH` of a namespace. */
export function openStore(kube: Kube, namespace: string): Store {
  const shards = openShards(kube, namespace);
  const made: ShardMemo = new Map();
  return {
    load: async (signal) => {
      const object = await found(kube.get({ resource: configMaps, namespace, name: agentNames.state }, signal));
      if (object === null) return { state: null, resourceVersion: null, inventory: new Map() };
      const state = readState(object);
      const parts = await mapLimited(8, state.shards, (name) => shards.read(name, signal));
      const inventory = new Map<ObjectId, InventoryEntry>(parts.flat().map((entry) => [entry.id, entry]));
      return { state, resourceVersion: object.metadata.resourceVersion ?? null, inventory };
    },
    save: async (from, next, signal) => {
      const parts = from.state?.shards.length ?? 0;
      // Empty buckets make no shard: their number is the power of two above.
      const previous = parts === 0 ? 0 : 2 ** Math.ceil(Math.log2(parts));
      const wanted = toShards(next.inventory, bucketCount(next.inventory.size, previous), made);
      const state: AgentState = { format: 1, ...next.state, shards: wanted.map((shard) => shard.name).sort() };
      if (canonicalJson(state) === canonicalJson(from.state)) return { ...from, inventory: next.inventory };
      await mapLimited(8, wanted, (shard) => shards.write(shard, signal));
      const object = configMap(namespace, agentNames.state, { state: canonicalJson(state) });
      const { resourceVersion } = from;
      const saved =
        resourceVersion === null
          ? await kube.post(configMaps, object, signal).catch(raced)
          : await kube.put(configMaps, { ...object, metadata: { ...object.metadata, resourceVersion } }, signal);
      return { state, resourceVersion: saved.metadata.resourceVersion ?? null, inventory: next.inventory };
    },
    tidy: (stored, signal) => shards.tidy(new Set(stored.state?.shards ?? []), signal),
  };
}

/** The shards of a namespace that this agent wrote or read. */
interface Shards {
  readonly read: (name: string, signal: AbortSignal) => Promise<InventoryEntry[]>;
  /** Writes a shard that is not there yet. */
  readonly write: (shard: Shard, signal: AbortSignal) => Promise<void>;
  /** Deletes all but the wanted ones. */
  readonly tidy: (wanted: ReadonlySet<string>, signal: AbortSignal) => Promise<void>;
}

function openShards(kube: Kube, namespace: string): Shards {
  // Names of shards that are in the cluster, with their UID.
  const present = new Map<string, string>();
  const key = (name: string) => ({ resource: configMaps, namespace, name });
  const read = async (name: string, signal: AbortSignal): Promise<InventoryEntry[]> => {
    const shard = await kube.get(key(name), signal);
    present.set(name, shard.metadata.uid ?? '');
    return fromShard(dataOf(shard)['entries'] ?? '[]');
  };
  return {
    read,
    write: async (shard, signal) => {
      if (present.has(shard.name)) return;
      try {
        const object = configMap(namespace, shard.name, { entries: shard.text });
        const { metadata } = await kube.post(configMaps, object, signal);
        present.set(shard.name, metadata.uid ?? '');
      } catch (error) {
        // Its name is the hash of its content: one that exists already is the same.
        if (!isSluiceError(error, 'OBJECT_EXISTS', 'CONFLICT')) throw error;
        await read(shard.name, signal);
      }
    },
    tidy: async (wanted, signal) => {
      const old = [...present].filter(([name]) => !wanted.has(name));
      await mapLimited(8, old, async ([name, uid]) => {
        await kube.delete(key(name), { uid, propagation: 'Background', signal });
        present.delete(name);
      });
    },
  };
}

function configMap(namespace: string, name: string, data: Readonly<Record<string, string>>): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

/** Reads the state object; throws WIRE_INVALID when it is not one. */
export function readState(object: KubeObject): AgentState {
  try {
    const state = JSON.parse(dataOf(object)['state'] ?? '') as Partial<AgentState>;
    if ((state.format as number) !== 1 || !Array.isArray(state.shards)) throw new Error('another format');
    return state as AgentState;
  } catch (cause) {
    throw new SluiceError('WIRE_INVALID', 'the state object cannot be read', { subject: agentNames.state }, cause);
  }
}

function dataOf(object: KubeObject): Readonly<Record<string, string>> {
  return (object['data'] ?? {}) as Readonly<Record<string, string>>;
}

async function found(object: Promise<KubeObject>): Promise<KubeObject | null> {
  try {
    return await object;
  } catch (error) {
    if (isSluiceError(error, 'NOT_FOUND')) return null;
    throw error;
  }
}

function raced(error: unknown): never {
  if (isSluiceError(error, 'OBJECT_EXISTS')) {
    throw new SluiceError('CONFLICT', 'another agent made the state object', { subject: agentNames.state }, error);
  }
  throw error;
}
