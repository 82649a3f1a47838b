import { z } from 'zod';
import type { AgentState, InventoryEntry } from '../model/inventory.ts';
import { SluiceError } from '../../shared/errors.ts';
import { agentNames } from '../../shared/model/names.ts';
import type { KubeObject } from '../../shared/model/object.ts';
import { shardName } from './shards.ts';

const digest = z.string() as z.ZodType<`sha256:${string}`>;
const count = z.number().int().nonnegative();
const sealed = z.object({ names: z.array(z.string()), digest });

// Members that this version does not know stay: a newer agent wrote them.
const entries = z.array(
  z.looseObject({
    id: z.string().min(1),
    apiVersion: z.string(),
    app: z.string().min(1),
    revision: z.string().nullable(),
    uid: z.string().nullable(),
    nonce: z.string(),
    applied: digest.nullable(),
    fieldsHash: z.string().nullable(),
    adopted: z.literal(true).optional(),
    delivery: z.string().optional(),
    expires: z.literal(true).optional(),
    rewritten: z
      .array(z.object({ pointer: z.string(), field: z.string(), ours: z.string(), theirs: z.string() }))
      .optional(),
    finished: z.object({ digest, how: z.enum(['completed', 'failed', 'unseen']) }).optional(),
    handover: z.object({ from: z.string(), refused: digest.optional() }).optional(),
  }),
);

const agentState = z.looseObject({
  format: z.literal(1),
  channel: z.string(),
  registration: z.string(),
  cluster: z.string(),
  clusterUid: z.string(),
  mark: z.object({ epoch: count, generation: count, revisionDigest: digest }).nullable(),
  phase: z.enum(['settled', 'applying']),
  timeFloor: z.number(),
  rootVersion: count,
  shards: z.array(z.string()),
  deletions: z.array(z.object({ at: z.number(), count })),
  reportSequence: z.number(),
  restoredAt: count.optional(),
  rebuiltAt: count.optional(),
  left: z.enum(['orphan', 'delete']).optional(),
  // What cannot be read of it is not kept: nothing else depends on it.
  kept: z
    .object({ revision: digest, served: count, head: sealed.nullable(), base: sealed.nullable() })
    .optional()
    .catch(undefined),
  // Without them a delivery that went back would begin anew: what cannot be read is damage.
  deliveries: z
    .record(
      z.string(),
      z.looseObject({
        number: count,
        attempt: count,
        step: count,
        waitedMs: z.number().nonnegative(),
        totals: z.record(z.string(), count),
        isFirst: z.literal(true).optional(),
        isAlone: z.literal(true).optional(),
        returned: z.string().optional(),
        isDone: z.literal(true).optional(),
      }),
    )
    .optional(),
});

/** Reads the state object; throws WIRE_INVALID, with its name, when it is not one. */
export function readState(object: KubeObject): AgentState {
  try {
    return agentState.parse(JSON.parse(textOf(object, 'state'))) as AgentState;
  } catch (cause) {
    throw damaged(object, 'its state cannot be read', cause);
  }
}

/** Reads a shard of the inventory; throws WIRE_INVALID, with its name, when it is not what its name says. */
export function readShard(object: KubeObject): InventoryEntry[] {
  const text = textOf(object, 'entries');
  if (shardName(text) !== object.metadata.name) throw damaged(object, 'its name is not the hash of its entries');
  try {
    return entries.parse(JSON.parse(text)) as InventoryEntry[];
  } catch (cause) {
    throw damaged(object, 'its entries cannot be read', cause);
  }
}

/** `ConfigMap NAMESPACE/NAME`. */
export function configMapName(namespace: string, name: string): string {
  return `ConfigMap ${namespace}/${name}`;
}

function textOf(object: KubeObject, key: string): string {
  const data = (object['data'] ?? {}) as Readonly<Record<string, unknown>>;
  const text = data[key];
  return typeof text === 'string' ? text : '';
}

function damaged({ metadata }: KubeObject, why: string, cause?: unknown): SluiceError {
  const subject = configMapName(metadata.namespace ?? agentNames.namespace, metadata.name);
  return new SluiceError('WIRE_INVALID', `the agent's own state is damaged: ${why}`, { subject }, cause);
}
