import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBundles, bundleFiles } from '../../config/bundle.ts';

const run = promisify(execFile);

describe('the bundles', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-lean-'));
    await buildBundles(folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([bundleFiles.agent, bundleFiles.hub])('%s is ASCII, so that its source is kept once and not twice', async (file) => {
    const text = await readFile(join(folder, file), 'utf8');
    expect([...new Set(text)].filter((character) => character > '\x7f')).toEqual([]);
  });

  it('load one HTTP client and no second one', async () => {
    const said = "process.on('exit', () => process.stderr.write(process.moduleLoadList.join('\\n')));";
    const flags = ['--import', `data:text/javascript,${encodeURIComponent(said)}`];
    const { stderr, stdout } = await run(process.execPath, [...flags, join(folder, bundleFiles.agent), '--help']);
    expect(stdout).toContain('sluice-agent');
    expect(stderr).toContain('NativeModule http');
    expect(stderr.split('\n').filter((name) => name.includes('undici'))).toEqual([]);
  });
});
