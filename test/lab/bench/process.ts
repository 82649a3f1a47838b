import { readFile, readdir } from 'node:fs/promises';

/** Flags of the agent's Node in the chart (findings: memory of an agent). */
export const agentFlags = ['--max-semi-space-size=1', '--max-old-space-size=64'];

/** The agent's environment in the chart, as far as memory goes. */
export const agentEnv = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '32768',
  MALLOC_TRIM_THRESHOLD_: '65536',
} as const;

/** Flags and environment of the hub's Node in its chart. */
export const hubFlags = ['--max-semi-space-size=32'];
export const hubEnv = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072' } as const;

/** Resident memory of a process, in MiB. */
export async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}

/** CPU time that a process used so far, all its threads together, in milliseconds; to the nanosecond, not to a tick of the clock. */
export async function cpuMs(pid: number): Promise<number> {
  let nanoseconds = 0;
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0');
    nanoseconds += Number(text.split(' ')[0]);
  }
  return nanoseconds / 1e6;
}
