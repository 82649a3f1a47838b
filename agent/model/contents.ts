import type { Digest } from '../../shared/lib/canonical.ts';

/** Files of bundles by digest, each checked when it came: read again when they are needed, so that no pass holds a whole bundle. */
export interface Contents {
  /** Keeps bytes whose digest was checked. */
  readonly put: (digest: Digest, bytes: Uint8Array) => void;
  /** How many bytes a file has; null where it is not kept. */
  readonly sizeOf: (digest: Digest) => number | null;
  /** The bytes, digest checked; null where they are not kept, or cannot be read any more. */
  readonly read: (digest: Digest) => Uint8Array | null;
  /** Drops every other file. */
  readonly retain: (wanted: ReadonlySet<Digest>) => void;
}

/** Contents in memory. */
export function memoryContents(): Contents {
  const files = new Map<Digest, Uint8Array>();
  return {
    put: (digest, bytes) => void files.set(digest, bytes),
    sizeOf: (digest) => files.get(digest)?.byteLength ?? null,
    read: (digest) => files.get(digest) ?? null,
    retain: (wanted) => {
      for (const digest of [...files.keys()]) if (!wanted.has(digest)) files.delete(digest);
    },
  };
}
