import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeControlPlane } from './suite.ts';
import { waitFor } from './wait.ts';

const processes = new URL('./processes.ts', import.meta.url).href;

describeControlPlane('the programs of a control plane', () => {
  it.each(['SIGKILL', 'SIGTERM'] as const)('end with the process that started them, even by %s', async (signal) => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-orphans-'));
    const script = join(folder, 'parent.mjs');
    const data = join(folder, 'data');
    await mkdir(data);
    await writeFile(
      script,
      `import { processGroup } from ${JSON.stringify(processes)};
       const group = processGroup(${JSON.stringify(data)});
       group.start('child', 'sleep', ['600']);
       console.log(group.pids().child);
       setInterval(() => undefined, 1_000);`,
    );
    const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = await new Promise<number>((resolve) => {
      parent.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString())));
    });
    expect(isRunning(pid)).toBe(true);
    parent.kill(signal);
    await waitFor('the child to end', () => (isRunning(pid) ? undefined : true));
    await waitFor('the folder to be removed', () => (existsSync(data) ? undefined : true));
    await rm(folder, { recursive: true });
  });
});

/** A zombie that nobody has waited for counts as ended. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return existsSync(`/proc/${pid}/exe`) || process.platform !== 'linux';
  } catch {
    return false;
  }
}
