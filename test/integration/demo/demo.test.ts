import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand, type CommandResult } from '../../lab/demo/program.ts';

describe('npm run demo', { timeout: 120_000 }, () => {
  let folder: string;
  let result: CommandResult;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'demo-test-'));
    result = await runCommand(['test/lab/demo/main.ts'], { TMPDIR: folder });
  }, 120_000);

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('ends by itself with exit 0, in plain lines', () => {
    expect(result.stderr).toBe('');
    expect(result.status).toBe(0);
    expect(result.stdout).toMatch(/All as it should be: 4 pushes to 3 clusters in \d+\.\d s\./);
    expect(result.stdout).not.toContain('\u001b');
  });

  it.each([
    ['1 of 4', [100]],
    ['2 of 4', [50, 50]],
    ['3 of 4', [100]],
  ])('shows healthy clusters in the status after step %s', (step, shares) => {
    const table = statusAfter(result.stdout, step);
    const cells = table.filter((line) => line.includes('example-app-v')).map((line) => line.trim().split(/\s{2,}/));
    expect(cells.flat().filter((cell) => cell === 'Healthy')).toHaveLength(3);
    expect(cells.flat().filter((cell) => cell === '5/5')).toHaveLength(2 * shares.length);
    expect(cells.flat().filter((cell) => cell === '3/3')).toHaveLength(shares.length);
    expect(cells.flat().filter((cell) => cell.endsWith('%'))).toEqual([...shares, ...shares].map((one) => `${one}%`));
  });

  it('shows in the final table that version 2 keeps its replicas and traffic, and why', () => {
    const table = statusAfter(result.stdout, '4 of 4');
    const row = (text: RegExp): number => table.filter((line) => text.test(line)).length;
    expect(row(/example-app-v2 +5\/5 +100%>0% +Degraded/)).toBe(2);
    expect(row(/example-app-v3 +0\/5 +0%>100%/)).toBe(2);
    expect(row(/edge-cluster-1 +example-app-v2 +3\/3 +- +Degraded/)).toBe(1);
    expect(row(/example-app-v3 did not become ready in 5 s: Pod\/testsvc-v3-\S+: ImagePullBackOff/)).toBe(3);
    expect(row(/: 3 Degraded$/)).toBe(1);
  });

  it('reads the same from the API servers', () => {
    const facts = result.stdout.slice(result.stdout.indexOf('4 of 4'));
    expect(facts).toMatch(
      /prod-cluster-1 +Deployment +testsvc-v2 5\/5 +testsvc-v3 0\/5\n +VirtualService +\/web → example-app-v2 100\n/,
    );
    expect(facts).toMatch(
      /local +Deployment +testsvc-v2 5\/5 +testsvc-v3 0\/5\n +HTTPRoute +\/web → example-app-v2 100\n/,
    );
    expect(facts).toMatch(
      /edge-cluster-1 +Deployment +testsvc-v2 3\/3 +testsvc-v3 0\/3\n +Ingress +\/web → example-app /,
    );
  });

  it('leaves no file and no server behind', async () => {
    expect(await readdir(folder)).toEqual([]);
    const urls = new Set(result.stdout.match(/http:\/\/127\.0\.0\.1:\d+/g));
    expect(urls.size).toBe(5);
    for (const url of urls) await expect(fetch(url)).rejects.toThrow('fetch failed');
  });
});

/** The lines of the status table after a step. */
function statusAfter(output: string, step: string): string[] {
  const rest = output.slice(output.indexOf(step));
  const table = rest.slice(rest.indexOf('$ sluice-hub status'));
  return table.slice(0, table.indexOf('\n\n')).split('\n').slice(1);
}
