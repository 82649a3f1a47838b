import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketCount, toShards, type ShardMemo } from '../../../../agent/inventory/shards.ts';
import { pending } from '../../../../agent/inventory/entries.ts';
import { shareOut } from '../../../../agent/rollout/weights.ts';

const inventory = (count: number) =>
  new Map(
    Array.from({ length: count }, (_, n) => `/ConfigMap/default/m${n}`).map(
      (id) => [id, pending(id, 'default/a', null, 'n')] as const,
    ),
  );

describe('inventory shards', () => {
  it('hold everything, and a change touches one of them', () => {
    const before = inventory(1_000);
    const buckets = bucketCount(before.size, 0);
    const shards = toShards(before, buckets);
    expect(shards.flatMap((shard) => JSON.parse(shard.text) as unknown[]).length).toBe(1_000);
    expect(shards.length).toBe(16);
    const after = new Map(before).set('/ConfigMap/default/m7', { ...before.get('/ConfigMap/default/m7')!, uid: 'u' });
    const names = new Set(shards.map((shard) => shard.name));
    expect(toShards(after, buckets).filter((shard) => !names.has(shard.name))).toHaveLength(1);
  });

  it('are the same whether they are made anew or after others', () => {
    const steps = fc.array(fc.record({ n: fc.integer({ min: 0, max: 40 }), uid: fc.constantFrom('u', 'v', null) }), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(steps, fc.array(fc.constantFrom(1, 2, 4)), (changes, buckets) => {
        const known: ShardMemo = new Map();
        let now = inventory(30);
        changes.forEach(({ n, uid }, step) => {
          const id = `/ConfigMap/default/m${n}`;
          now = new Map(now);
          if (uid === null) now.delete(id);
          else now.set(id, { ...pending(id, 'default/a', null, 'n'), uid });
          const count = buckets[step] ?? 4;
          expect(toShards(now, count, known)).toEqual(toShards(now, count));
          expect(known.size).toBeLessThanOrEqual(count);
        });
      }),
    );
  });

  it('keep their number while it does', () => {
    expect(bucketCount(1_100, 16)).toBe(16);
    expect(bucketCount(5, 1)).toBe(1);
    expect(bucketCount(5_000, 16)).toBe(128);
  });
});

describe('weights among what is ready', () => {
  it('add up to the whole, and give nothing to what is not ready', () => {
    const targets = fc.array(fc.record({ weight: fc.integer({ min: 0, max: 100 }), ready: fc.boolean() }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(targets, (list) => {
        const weights = shareOut(
          list.map(({ weight }) => ({ rule: 0, weight })),
          list.map(({ ready }) => ready),
        );
        const total = list.reduce((sum, one) => sum + one.weight, 0);
        const isPossible = total === 0 || list.some((one) => one.ready && one.weight > 0);
        expect(weights !== null).toBe(isPossible);
        expect(weights?.reduce((sum, one) => sum + one, 0) ?? total).toBe(total);
        list.forEach((one, index) => {
          if (!one.ready || one.weight === 0) expect(weights?.[index] ?? 0).toBe(0);
        });
      }),
    );
  });
});
