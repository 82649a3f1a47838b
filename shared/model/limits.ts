/** Limits of a bundle (safety.md): bytes of all objects, objects, and bytes of one object. */
export const bundleLimits = { bytes: 8 * 1024 * 1024, objects: 5_000, objectBytes: 1024 * 1024 } as const;

/**
 * What an agent fetches of a commit of the channel (safety.md): a bundle with its folders, and the lists beside it (root documents,
 * freshness). They are fetched one after the other: together with what makes of them, that is within the memory of its pod.
 */
export const channelLimits = {
  bundle: { wireBytes: 12 * 1024 * 1024, inflatedBytes: 24 * 1024 * 1024, objects: 30_000 },
  list: { wireBytes: 1024 * 1024, inflatedBytes: 4 * 1024 * 1024, objects: 2_000 },
} as const;

/** The most bytes of a report (safety.md). */
export const reportLimit = 256 * 1024;

/** The most objects that may be deleted without an approval, of a cluster of `objects`: max(10, 20 %) (safety.md). */
export function deletionLimit(objects: number): number {
  return Math.max(10, Math.floor(objects * 0.2));
}

/** How long a deletion counts towards the limit, in milliseconds. */
export const deletionWindowMs = 24 * 3_600_000;
