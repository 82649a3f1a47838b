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

const [alone, each] = [1024 * 1024 * 1024, 512 * 1024 * 1024];

/** The workers of a machine with so many cores and bytes of memory: as many as cores, where there is memory for what each may need. */
export function workersFor(cores: number, bytes: number): number {
  return Math.max(1, Math.min(cores, 1 + Math.floor((bytes - alone) / each)));
}
