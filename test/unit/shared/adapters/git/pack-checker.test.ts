import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchLimits, type FetchLimits } from '../../../../../shared/adapters/git/library.ts';
import { createRepos } from '../../../../../shared/adapters/git/repos.ts';
import { createHttp } from '../../../../../shared/adapters/http/client.ts';
import { commitFiles, git } from '../../../../fakes/git.ts';

const mib = 1024 * 1024;
const within = { wireBytes: mib, inflatedBytes: mib, objects: 100 };
const { signal } = new AbortController();

describe('a channel in a folder', () => {
  let folder = '';
  const http = createHttp();
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-packs-'));
    await git(folder, 'init', '--bare', '-q', '.');
    await commitFiles(folder, 'refs/heads/main', { 'small.txt': 'small', 'zeros.bin': Buffer.alloc(4 * mib) });
    await git(folder, 'repack', '-adq');
  });
  afterAll(async () => {
    http.close();
    await rm(folder, { recursive: true, force: true });
  });

  const read = async (limits: FetchLimits): Promise<string> => {
    const source = createRepos(http, limits).source({ url: `file://${folder}` });
    const refs = await source.lookup(['refs/heads/main'], signal);
    const files = await source.files('refs/heads/main', refs.get('refs/heads/main') ?? '', { limits: within, signal });
    return Buffer.from((await files.read('small.txt')) ?? '').toString();
  };
  const codeOf = (limits: FetchLimits) => read(limits).catch((error: unknown) => error);

  it('is read within the limits of a fetch', async () => {
    expect(await read(fetchLimits)).toBe('small');
  });

  it('is refused where a pack would grow too large in memory', async () => {
    const limits = { ...fetchLimits, pack: { ...fetchLimits.pack, inflatedBytes: 4 * mib } };
    expect(await codeOf(limits)).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  it('is refused where a pack is too large, before anything of it is read', async () => {
    const [name = ''] = (await readdir(join(folder, 'objects', 'pack'))).filter((one) => one.endsWith('.pack'));
    const large = join(folder, 'objects', 'pack', 'pack-1.pack');
    await writeFile(large, randomBytes(2 * mib));
    const limits = { ...fetchLimits, http: { ...fetchLimits.http, maxBytes: mib } };
    expect(await codeOf(limits)).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: `a pack of the channel has ${2 * mib} bytes, more than ${mib}`,
      data: { path: large, hint: 'export the channel anew: sluice-hub export' },
    });
    await rm(large);
    expect([name !== '', await read(limits)]).toEqual([true, 'small']);
  });
});
