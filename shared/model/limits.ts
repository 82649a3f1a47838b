/** Limits of a bundle (safety.md): bytes of all objects, objects, and bytes of one object. */
export const bundleLimits = { bytes: 8 * 1024 * 1024, objects: 5_000, objectBytes: 1024 * 1024 } as const;

/** The most bytes of a report (safety.md). */
export const reportLimit = 256 * 1024;

/** The most objects that may be deleted without an approval, of a cluster of `objects`: max(10, 20 %) (safety.md). */
export function deletionLimit(objects: number): number {
  return Math.max(10, Math.floor(objects * 0.2));
}

/** How long a deletion counts towards the limit, in milliseconds. */
export const deletionWindowMs = 24 * 3_600_000;
