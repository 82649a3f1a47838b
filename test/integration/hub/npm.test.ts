import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { webApp } from '../scenarios/documents.ts';

const checkout = new URL('../../..', import.meta.url).pathname;
const run = promisify(execFile);

/** The environment of a person, not of the `npm test` that this runs in. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_(lifecycle|package|config_local_prefix)|^INIT_CWD$/.test(name)),
);

describe('npm run hub', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-npm-'));
    await mkdir(join(folder, 'config'));
    await writeFile(join(folder, 'config', 'web.yaml'), webApp('web', 'nginx:1'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const hub = (cwd: string, ...args: readonly string[]) =>
    run('npm', ['--prefix', checkout, 'run', '--silent', 'hub', '--', ...args], { cwd, env });

  it('from another folder means paths of that folder', async () => {
    await hub(folder, 'render', 'config', '--out', 'rendered');
    expect(await readdir(join(folder, 'rendered', 'clusters'))).toEqual(['local']);
    const { stdout } = await hub(folder, 'init', '--data', 'data');
    expect(stdout).toContain(`keys are in ${join(folder, 'data')}/keys`);
  });

  it('from a folder below the checkout means paths of that one', async () => {
    const below = (...args: readonly string[]) =>
      run('npm', ['run', '--silent', 'hub', '--', ...args], { cwd: join(checkout, 'docs'), env });
    expect((await below('validate', '../examples/hello', '--local', 'local')).stderr).toContain('no problems');
    await expect(below('validate', 'examples')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`there is no such folder; ${join(checkout, 'docs', 'examples')};`) as string,
    });
  });
});
