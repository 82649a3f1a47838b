import { hash } from 'node:crypto';
import type { Inventory, InventoryEntry } from '../model/inventory.ts';
import { digestOf, canonicalJson } from '../../shared/lib/canonical.ts';
import { by } from '../../shared/lib/order.ts';
import { agentNames } from '../../shared/model/names.ts';

/** One part of the inventory: the name of its ConfigMap is the hash of its content. */
export interface Shard {
  readonly name: string;
  readonly text: string;
}

/** Entries that a bucket should hold: below a quarter of it or above four times it, everything is divided anew. */
const wantedFill = 64;

/**
 * The buckets for `count` entries: a power of two that stays what it is while buckets are neither nearly empty nor overfull,
 * so that a change costs the buckets that it touches.
 */
export function bucketCount(count: number, previous: number): number {
  if (previous > 0) {
    const fill = count / previous;
    if (fill <= wantedFill * 4 && (fill >= wantedFill / 4 || previous === 1)) return previous;
  }
  return 2 ** Math.max(0, Math.ceil(Math.log2(Math.max(1, count) / wantedFill)));
}

/** Shards by bucket with the entries that they were made from: unchanged ones are not encoded again. */
export type ShardMemo = Map<number, { readonly entries: readonly InventoryEntry[]; readonly shard: Shard }>;

/** Divides an inventory into shards, named by the hash of their text; empty buckets make none. `memo` has the shards of the last call. */
export function toShards(inventory: Inventory, buckets: number, memo: ShardMemo = new Map()): Shard[] {
  const parts = new Map<number, InventoryEntry[]>();
  for (const entry of inventory.values()) {
    const bucket = hashOf(entry) % buckets;
    const part = parts.get(bucket);
    if (part === undefined) parts.set(bucket, [entry]);
    else part.push(entry);
  }
  const shards = [...parts].map(([bucket, entries]) => {
    const before = memo.get(bucket);
    const shard = before !== undefined && hasSameEntries(before.entries, entries) ? before.shard : shardOf(entries);
    return { bucket, entries, shard };
  });
  memo.clear();
  for (const { bucket, ...rest } of shards) memo.set(bucket, rest);
  return shards.map(({ shard }) => shard);
}

function shardOf(entries: readonly InventoryEntry[]): Shard {
  const text = canonicalJson([...entries].sort(by((entry) => entry.id)));
  return { name: shardName(text), text };
}

/** The name of the shard with this text. */
export function shardName(text: string): string {
  const hash = digestOf(text).slice('sha256:'.length, 'sha256:'.length + 20);
  return `${agentNames.inventoryPrefix}${hash}`;
}

// Entries never change: the same ones in the same order make the same text.
function hasSameEntries(a: readonly InventoryEntry[], b: readonly InventoryEntry[]): boolean {
  return a.length === b.length && a.every((entry, at) => entry === b[at]);
}

const hashes = new WeakMap<InventoryEntry, number>();

function hashOf(entry: InventoryEntry): number {
  const known = hashes.get(entry);
  if (known !== undefined) return known;
  const made = hash('sha256', entry.id, 'buffer').readUInt32BE(0);
  hashes.set(entry, made);
  return made;
}
