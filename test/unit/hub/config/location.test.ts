import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { assertNoCredentials, assertSource, assertTransport, isUrl } from '../../../../hub/config/location.ts';

describe('the place of a repository', () => {
  it.each([
    ['https://git.example.com/a.git', true],
    ['ssh://git@example.com/a.git', true],
    ['file:///srv/a', true],
    ['config', false],
    ['/srv/config', false],
    ['./https://x', false],
    ['C:/config', false],
  ])('%s is a URL: %s', (text, expected) => expect(isUrl(text)).toBe(expected));

  it.each(['https://user@git.example.com/a', 'https://:secret@git.example.com/a'])('%s carries credentials', (url) => {
    expect(() => assertNoCredentials(url)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        data: expect.objectContaining({ subject: 'https://git.example.com' }) as unknown,
      }),
    );
  });

  it.each([
    ['git@github.com:a/b.git', 'SSH to Git hosts is not supported', 'github.com:a/b.git'],
    ['ssh://git@github.com/a/b.git', 'SSH to Git hosts is not supported', 'ssh://github.com/a/b.git'],
    ['git+ssh://me:secret@h/a', 'SSH to Git hosts is not supported', 'git+ssh://h/a'],
    ['git://git.example.com/a', 'git:// is not supported', 'git://git.example.com/a'],
    ['s3://bucket/a', 's3:// is not supported', 's3://bucket/a'],
  ])('%s is refused with what to use', (location, message, subject) => {
    expect(() => assertTransport(location, 'USAGE')).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message,
        data: { subject, hint: expect.stringContaining('https://') as unknown },
      }),
    );
  });

  it.each(['https://git.example.com/a@b:c', 'http://127.0.0.1/a', 'file:///srv/a', 'config', '/srv/me@work:config'])(
    '%s may be read',
    (location) => expect(() => assertTransport(location, 'USAGE')).not.toThrow(),
  );

  it('is a folder that is there, or an address that is asked later', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'location-'));
    const file = join(folder, 'file');
    await writeFile(file, '');
    const refused = (code: string, path: string) => ({ code, data: { path } });
    await assertSource(folder, 'USAGE');
    await assertSource(pathToFileURL(folder).href, 'USAGE');
    await assertSource('http://127.0.0.1:1/nothing', 'USAGE');
    await expect(assertSource(file, 'USAGE')).rejects.toMatchObject(refused('USAGE', file));
    const missing = join(folder, 'missing');
    await expect(assertSource(missing, 'CONFIG_INVALID')).rejects.toMatchObject(refused('CONFIG_INVALID', missing));
    await rm(folder, { recursive: true });
  });

  it('has none in most URLs', () => expect(() => assertNoCredentials('https://git.example.com/a@b:c')).not.toThrow());
});
