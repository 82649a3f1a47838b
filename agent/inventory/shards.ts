import { createHash } from 'node:crypto';
import type { Inventory, InventoryEntry } from '../model/inventory.ts';
import { digestOf, canonicalJson } from '../../shared/lib/canonical.ts';
import { by } from '../../shared/lib/order.ts';
import { agentNames } from '../../shared/model/names.ts';
import type { ObjectId } from '../../shared/model/object.ts';

/** One part of the inventory: its ConfigMap's name says its content. */
export interface Shard {
  readonly name: string;
  readonly text: string;
}

/** Entries that a bucket should hold: below a quarter of it or above four times it, all is dealt out anew. */
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

/** Deals an inventory out into shards, named by the hash of their text; empty buckets make none. */
export function toShards(inventory: Inventory, buckets: number): Shard[] {
  const parts = new Map<number, InventoryEntry[]>();
  for (const entry of inventory.values()) {
    const bucket = pieceOf(entry).hash % buckets;
    const part = parts.get(bucket);
    if (part === undefined) parts.set(bucket, [entry]);
    else part.push(entry);
  }
  return [...parts.values()].map((part) => {
    const text = `[${part
      .sort(by((entry) => entry.id))
      .map((entry) => pieceOf(entry).text)
      .join(',')}]`;
    const hash = digestOf(text).slice('sha256:'.length, 'sha256:'.length + 20);
    return { name: `${agentNames.inventoryPrefix}${hash}`, text };
  });
}

/** Reads the entries of a shard's text. */
export function fromShard(text: string): InventoryEntry[] {
  return JSON.parse(text) as InventoryEntry[];
}

/** An entry's part in its shard: entries never change, so that a change of one of 1,000 costs one. */
interface Piece {
  readonly hash: number;
  readonly text: string;
}

const pieces = new WeakMap<InventoryEntry, Piece>();

function pieceOf(entry: InventoryEntry): Piece {
  const known = pieces.get(entry);
  if (known !== undefined) return known;
  const piece = { hash: hashOf(entry.id), text: canonicalJson(entry) };
  pieces.set(entry, piece);
  return piece;
}

function hashOf(id: ObjectId): number {
  return createHash('sha256').update(id).digest().readUInt32BE(0);
}
