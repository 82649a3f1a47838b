import type { PackEntry } from '../../../shared/lib/git/pack.ts';

/** Bytes of entries that are held in memory for one pack. */
const lotBytes = 32 * 1024 * 1024;

/** Entries in lots of so many bytes, each of which becomes a pack: a lot ends with the entry that reaches them. None is empty. */
export async function* inLots(
  entries: AsyncIterable<PackEntry>,
  limit: number = lotBytes,
): AsyncGenerator<readonly PackEntry[]> {
  let lot: PackEntry[] = [];
  let bytes = 0;
  for await (const entry of entries) {
    lot.push(entry);
    bytes += entry.bytes.length;
    if (bytes < limit) continue;
    yield lot;
    [lot, bytes] = [[], 0];
  }
  if (lot.length > 0) yield lot;
}
