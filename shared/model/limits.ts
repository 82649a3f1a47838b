import type { Code } from '../errors.ts';

const mebibyte = 1024 * 1024;

/** What a bundle of a format may have at most. */
export interface BundleLimits {
  readonly objects: number;
  readonly bytes: number;
  readonly apps: number;
  /** Of one application, its document and that of what serves meanwhile included. */
  readonly appBytes: number;
}

/** The most bytes of one object, one document, and of revision.json from format 2 on (safety.md). */
export const fileBytes = mebibyte;

/**
 * Limits of a bundle (safety.md) by format: format 1 counts the bytes of objects alone, and has no limit of its own for an application.
 * What an agent holds of a bundle at a time is one application, and of all of them what their documents say.
 */
export const bundleLimits = {
  1: { objects: 5_000, bytes: 8 * mebibyte, apps: Infinity, appBytes: 8 * mebibyte },
  2: { objects: 10_000, bytes: 32 * mebibyte, apps: 1_000, appBytes: 8 * mebibyte },
} as const satisfies Readonly<Record<number, BundleLimits>>;

/**
 * What an agent fetches of a commit of the channel (safety.md): a bundle with its folders, and the lists beside it (root documents,
 * freshness). They are fetched one after the other: together with what makes of them, that is within the memory of its pod.
 */
export const channelLimits = {
  bundle: { wireBytes: 32 * mebibyte, inflatedBytes: 40 * mebibyte, objects: 40_000 },
  list: { wireBytes: mebibyte, inflatedBytes: 4 * mebibyte, objects: 2_000 },
} as const;

/**
 * The files that come with one answer of the feed from format 2 on: their bytes (one file may be more), and how many may be asked for;
 * and the most bytes of any answer, in which those of format 1 have all files of a bundle.
 */
export const feedLimits = { bytes: 4 * mebibyte, files: 500, answerBytes: 24 * mebibyte } as const;

/** The most bytes of a report by format, and of a change (safety.md): 1,000 applications fit into one of format 2. */
export const reportLimits = { 1: 256 * 1024, 2: mebibyte } as const satisfies Readonly<Record<number, number>>;

/** What agents tell of the fields that a hub wants to know: bytes of an object and of a report, and how often an object may change. */
export const observationLimits = { objectBytes: 16 * 1024, reportBytes: 64 * 1024, everyMs: 1_000 } as const;

/** The code of a problem with an object of which nothing is told because it is more than an object may have; its health is Current. */
export const untoldCode = 'LIMIT_EXCEEDED' satisfies Code;

/** The most bytes of a report of a format. */
export function reportLimitOf(format: number): number {
  return format === 1 ? reportLimits[1] : reportLimits[2];
}

/** The most objects that may be deleted without an approval, of a cluster of `objects`: max(10, 20 %) (safety.md). */
export function deletionLimit(objects: number): number {
  return Math.max(10, Math.floor(objects * 0.2));
}

/** How long a deletion counts towards the limit, in milliseconds. */
export const deletionWindowMs = 24 * 3_600_000;
