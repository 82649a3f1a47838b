import type { PackEntry } from '../../../shared/lib/git/pack.ts';
import { packedIn } from './pack-folder.ts';
import type { PackFile } from './packfile.ts';

/**
 * The packs to merge into one when there are more than `maxPacks`: the smallest ones, such that each pack that stays is at
 * least twice as large as all smaller ones together. Less than two are none.
 */
export function packsToMerge<T extends Pick<PackFile, 'count'>>(packs: readonly T[], maxPacks: number): readonly T[] {
  if (packs.length <= maxPacks) return [];
  const sorted = [...packs].sort((a, b) => a.count - b.count);
  let sum = 0;
  let take = 0;
  sorted.forEach((pack, i) => {
    if (pack.count < 2 * sum) take = i + 1;
    sum += pack.count;
  });
  const merged = sorted.slice(0, Math.max(take, 2));
  return merged.length < 2 ? [] : merged;
}

/** Everything in some packs, each object once. */
export function mergedEntries(packs: readonly PackFile[]): PackEntry[] {
  const names = [...new Set(packs.flatMap((pack) => pack.names()))];
  return names.flatMap((oid) => {
    const found = packedIn(packs, oid);
    return found === null ? [] : [{ oid, bytes: found.entry }];
  });
}
