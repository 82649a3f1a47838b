import type { AgentState, Inventory, InventoryEntry, NextState, Store, Stored } from '../model/inventory.ts';
import type { Kube, KubeResource } from '../model/kube.ts';
import { mapLimited } from '../model/limited.ts';
import { asSluiceError, isSluiceError, SluiceError } from '../../shared/errors.ts';
import { canonicalJson } from '../../shared/lib/canonical.ts';
import { agentNames } from '../../shared/model/names.ts';
import type { KubeObject, ObjectId } from '../../shared/model/object.ts';
import { openKeptStore } from './kept-store.ts';
import { configMapName, readShard, readState } from './read-state.ts';
import { bucketCount, toShards, type Shard, type ShardMemo } from './shards.ts';

const configMaps: KubeResource = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
  verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
  subresources: [],
};

/** The store in the ConfigMaps `sluice-state` and `sluice-inventory-HASH` of a namespace, and in its Secrets `sluice-kept-*`. */
export function openStore(kube: Kube, namespace: string): Store {
  const shards = openShards(kube, namespace);
  const kept = openKeptStore(kube, namespace);
  const made: ShardMemo = new Map();
  const key = { resource: configMaps, namespace, name: agentNames.state };
  return {
    load: async (signal) => {
      const object = await found(kube.get(key, signal));
      if (object === null) return lost(null, []);
      const resourceVersion = object.metadata.resourceVersion ?? null;
      const state = readable(() => readState(object));
      if (state instanceof SluiceError) return lost(resourceVersion, [wordsOf(state)]);
      const parts = await mapLimited(8, state.shards, (name) => shards.read(name, signal));
      const damage = parts.flatMap((part) => (part instanceof SluiceError ? [wordsOf(part)] : []));
      const whole = parts.flatMap((part) => (part instanceof SluiceError ? [] : part));
      const inventory = new Map<ObjectId, InventoryEntry>(whole.map((entry) => [entry.id, entry]));
      return { state, resourceVersion, inventory, ...(damage.length > 0 && { damage }) };
    },
    save: async (from, next, signal) => {
      const { state, wanted } = stateOf(from, next, made);
      const isSame = canonicalJson(state) === canonicalJson(from.state);
      if (isSame && from.damage === undefined) return { ...from, inventory: next.inventory };
      const object = configMap(namespace, agentNames.state, { state: canonicalJson(state) });
      const write = async (resourceVersion: string | null): Promise<KubeObject> => {
        await mapLimited(8, wanted, (shard) => shards.write(shard, signal));
        if (resourceVersion === null) return kube.post(configMaps, object, signal).catch(raced);
        return kube.put(configMaps, { ...object, metadata: { ...object.metadata, resourceVersion } }, signal);
      };
      const saved = await write(from.resourceVersion).catch((error: unknown) => {
        if (from.resourceVersion === null || !isSluiceError(error, 'NOT_FOUND')) throw error;
        // It was deleted under this agent, perhaps with its namespace: what is known here is written whole again.
        shards.forget();
        return write(null);
      });
      return { state, resourceVersion: saved.metadata.resourceVersion ?? null, inventory: next.inventory };
    },
    kept,
    tidy: async (stored, signal) => {
      await shards.tidy(new Set(stored.state?.shards ?? []), signal);
      await kept.tidy(stored.state?.kept, signal);
    },
  };
}

/** Nothing that can be read; `resourceVersion` is that of what is there in its place. */
function lost(resourceVersion: string | null, damage: readonly string[]): Stored {
  return { state: null, resourceVersion, inventory: new Map(), ...(damage.length > 0 && { damage }) };
}

/** The state object that is to be written, and the shards that it names. */
function stateOf(
  from: Stored,
  next: { readonly state: NextState; readonly inventory: Inventory },
  made: ShardMemo,
): { readonly state: AgentState; readonly wanted: readonly Shard[] } {
  const parts = from.state?.shards.length ?? 0;
  // Empty buckets make no shard: their number is the power of two above.
  const previous = parts === 0 ? 0 : 2 ** Math.ceil(Math.log2(parts));
  const wanted = toShards(next.inventory, bucketCount(next.inventory.size, previous), made);
  return { state: { format: 1, ...next.state, shards: wanted.map((shard) => shard.name).sort() }, wanted };
}

/** The shards of a namespace that this agent wrote or read. */
interface Shards {
  /** The entries of a shard; or why they cannot be had. */
  readonly read: (name: string, signal: AbortSignal) => Promise<InventoryEntry[] | SluiceError>;
  /** Writes a shard that is not there yet, or is not what its name says. */
  readonly write: (shard: Shard, signal: AbortSignal) => Promise<void>;
  /** Takes nothing for written any more. */
  readonly forget: () => void;
  /** Deletes all but the wanted ones. */
  readonly tidy: (wanted: ReadonlySet<string>, signal: AbortSignal) => Promise<void>;
}

function openShards(kube: Kube, namespace: string): Shards {
  // Names of shards that are in the cluster, with their UID; a damaged one is there, and not whole.
  const present = new Map<string, { readonly uid: string; readonly isWhole: boolean }>();
  const key = (name: string) => ({ resource: configMaps, namespace, name });
  const note = ({ metadata }: KubeObject, isWhole: boolean) =>
    void present.set(metadata.name, { uid: metadata.uid ?? '', isWhole });
  const read = async (name: string, signal: AbortSignal) => {
    const shard = await found(kube.get(key(name), signal));
    if (shard === null) return gone(namespace, name);
    const entries = readable(() => readShard(shard));
    note(shard, !(entries instanceof SluiceError));
    return entries;
  };
  const replace = async (object: KubeObject, signal: AbortSignal) => {
    const { resourceVersion } = (await kube.get(key(object.metadata.name), signal)).metadata;
    const metadata = { ...object.metadata, ...(resourceVersion !== undefined && { resourceVersion }) };
    note(await kube.put(configMaps, { ...object, metadata }, signal), true);
  };
  return {
    read,
    write: async (shard, signal) => {
      if (present.get(shard.name)?.isWhole === true) return;
      const object = configMap(namespace, shard.name, { entries: shard.text });
      try {
        note(await kube.post(configMaps, object, signal), true);
      } catch (error) {
        // Its name is the hash of its content: one that exists already is the same, or damaged.
        if (!isSluiceError(error, 'OBJECT_EXISTS', 'CONFLICT')) throw error;
        if ((await read(shard.name, signal)) instanceof SluiceError) await replace(object, signal);
      }
    },
    forget: () => present.clear(),
    tidy: async (wanted, signal) => {
      const old = [...present].filter(([name]) => !wanted.has(name));
      await mapLimited(8, old, async ([name, { uid }]) => {
        await kube.delete(key(name), { uid, propagation: 'Background', signal });
        present.delete(name);
      });
    },
  };
}

function configMap(namespace: string, name: string, data: Readonly<Record<string, string>>): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

function gone(namespace: string, name: string): SluiceError {
  return new SluiceError('NOT_FOUND', "a part of the agent's inventory is gone", {
    subject: configMapName(namespace, name),
  });
}

function wordsOf({ message, data }: SluiceError): string {
  return data.subject === undefined ? message : `${message} (${data.subject})`;
}

function readable<T>(read: () => T): T | SluiceError {
  try {
    return read();
  } catch (error) {
    return asSluiceError(error);
  }
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
