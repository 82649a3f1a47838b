/**
 * Limits of the worker: milliseconds a source, bytes of its memory before it is replaced, the most that it can ever have (a
 * template that needs more crashes it), and MiB of the thread around it. The hub's chart gives 1 GiB for all.
 */
export const workerLimits = {
  sourceMs: 5_000,
  fullBytes: 160 * 1024 * 1024,
  memoryBytes: 256 * 1024 * 1024,
  threadMib: 160,
} as const;
