import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A process whose memory is limited as a pod's is, where this machine lets a test do that. */
export interface LimitedProcess {
  readonly child: ChildProcess;
  /** True where the kernel ends it beyond the limit; else its peak alone is known. */
  readonly isLimited: boolean;
  /** The most bytes that it ever had resident. */
  readonly peakBytes: () => Promise<number>;
  /** Ends it and what was made for it. */
  readonly close: () => Promise<void>;
}

/** Starts a program in a control group of its own with a limit of memory (version 2, else 1). */
export function startLimited(
  line: readonly string[],
  options: { readonly bytes: number; readonly env: Readonly<Record<string, string>>; readonly cwd: string },
): LimitedProcess {
  const group = makeGroup(options.bytes);
  // The shell enters the group before it becomes the program, so that nothing of it is counted elsewhere.
  const enter = group === null ? '' : `echo $$ > ${join(group, 'cgroup.procs')} && `;
  const child = spawn('/bin/sh', ['-c', `${enter}exec "$@"`, 'sh', ...line], {
    cwd: options.cwd,
    env: { ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    child,
    isLimited: group !== null,
    peakBytes: async () => {
      const status = await readFile(`/proc/${child.pid ?? 0}/status`, 'utf8');
      return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
    },
    close: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
      if (group !== null) await removed(group);
    },
  };
}

function makeGroup(bytes: number): string | null {
  const [two, one] = ['/sys/fs/cgroup', '/sys/fs/cgroup/memory'];
  // Files of tests that run side by side are threads of one process: its number would be that of each of them.
  const name = `sluice-test-${randomUUID()}`;
  for (const [root, limit] of [
    [two, 'memory.max'],
    [one, 'memory.limit_in_bytes'],
  ] as const) {
    if (!existsSync(join(root, 'cgroup.procs'))) continue;
    try {
      mkdirSync(join(root, name));
      writeFileSync(join(root, name, limit), String(bytes));
      return join(root, name);
    } catch {
      // Not ours to make, or without control of memory.
      if (existsSync(join(root, name))) rmdirSync(join(root, name));
    }
  }
  return null;
}

/** A group can be removed once the kernel has taken its last process out of it, which is a moment after that ended. */
async function removed(group: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    try {
      rmdirSync(group);
      return;
    } catch {
      await new Promise<void>((resolve) => execFile('true', () => resolve()));
    }
  }
}
