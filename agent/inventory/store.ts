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
  // Names of shards that are in the cluster, with their uid: what `tidy` may delete.
  const present = new Map<string, string>();
  const made: ShardMemo = new Map();
  const configMap = (name: string, data: Record<string, string>, resourceVersion?: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
    data,
  });
  const key = (name: string) => ({ resource: configMaps, namespace, name });

  const readShard = async (name: string, signal: AbortSignal): Promise<InventoryEntry[]> => {
    const shard = await kube.get(key(name), signal);
    present.set(name, shard.metadata.uid ?? '');
    return fromShard(dataOf(shard)['entries'] ?? '[]');
  };
  const writeShard = async (shard: Shard, signal: AbortSignal): Promise<void> => {
    if (present.has(shard.name)) return;
    try {
      const made = await kube.post(configMaps, configMap(shard.name, { entries: shard.text }), signal);
      present.set(shard.name, made.metadata.uid ?? '');
    } catch (error) {
      // Its name is its content: one that is there already is the very same.
      if (!isSluiceError(error, 'OBJECT_EXISTS', 'CONFLICT')) throw error;
      await readShard(shard.name, signal);
    }
  };

  return {
    load: async (signal) => {
      const object = await found(kube.get(key(agentNames.state), signal));
      if (object === null) return { state: null, resourceVersion: null, inventory: new Map() };
      const state = readState(object);
      const parts = await mapLimited(8, state.shards, (name) => readShard(name, signal));
      const inventory = new Map<ObjectId, InventoryEntry>(parts.flat().map((entry) => [entry.id, entry]));
      return { state, resourceVersion: object.metadata.resourceVersion ?? null, inventory };
    },
    save: async (from, next, signal) => {
      const parts = from.state?.shards.length ?? 0;
      // Empty buckets make no shard: their number is the power of two above.
      const previous = parts === 0 ? 0 : 2 ** Math.ceil(Math.log2(parts));
      const shards = toShards(next.inventory, bucketCount(next.inventory.size, previous), made);
      const state: AgentState = { format: 1, ...next.state, shards: shards.map((shard) => shard.name).sort() };
      const isSame = canonicalJson(state) === canonicalJson(from.state);
      if (isSame) return { ...from, inventory: next.inventory };
      await mapLimited(8, shards, (shard) => writeShard(shard, signal));
      const data = { state: canonicalJson(state) };
      const saved =
        from.resourceVersion === null
          ? await kube.post(configMaps, configMap(agentNames.state, data), signal).catch(raced)
          : await kube.put(configMaps, configMap(agentNames.state, data, from.resourceVersion), signal);
      return { state, resourceVersion: saved.metadata.resourceVersion ?? null, inventory: next.inventory };
    },
    tidy: async (stored, signal) => {
      const wanted = new Set(stored.state?.shards ?? []);
      const old = [...present].filter(([name]) => !wanted.has(name));
      await mapLimited(8, old, async ([name, uid]) => {
        await kube.delete({ ...key(name) }, { uid, propagation: 'Background', signal });
        present.delete(name);
      });
    },
  };
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
