import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { requireReadable } from '../../../../../shared/adapters/git/extensions.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sluice-extensions-'));
  return () => rm(dir, { recursive: true });
});

const judged = async (config: string): Promise<void> => {
  await writeFile(join(dir, 'config'), config);
  await requireReadable(dir);
};

describe('the format of a repository', () => {
  it.each([
    ['without a section', '[core]\n\trepositoryformatversion = 0\n'],
    ['of version 0 with an extension that Git ignores there', '[extensions]\n\tnoop\n\tofTomorrow = yes\n'],
    ['of version 0, said so', '[core]\n\trepositoryformatversion = 0\n[extensions]\n\tofTomorrow = yes\n'],
    ['of a partial clone', '[core]\n\trepositoryformatversion = 1\n[extensions]\n\tpartialClone = origin\n'],
    ['with the names of always', '[extensions]\n\tobjectFormat = sha1\n\trefStorage = "files" # as ever\n'],
    ['with work trees of their own settings', '[extensions]\n\tworktreeConfig\n[remote "origin"]\n\turl = x\n'],
    ['whose other sections have such names', '[core]\n\tbare = true\n[other "extensions"]\n\tobjectFormat = sha256\n'],
  ])('is read %s', async (_, config) => {
    await expect(judged(config)).resolves.toBeUndefined();
  });

  it('is read where there are no settings', async () => {
    await expect(requireReadable(dir)).resolves.toBeUndefined();
  });

  it.each([
    ['[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = sha256\n', /objectformat = sha256/, /sha1/],
    ['[EXTENSIONS] refStorage = RefTable\n', /refstorage = reftable/, /git refs migrate/],
    ['[core]\n\trepositoryformatversion = 1\n[extensions]\n\tnoop\n\tofTomorrow = yes\n', /oftomorrow = yes/, /clone/],
    ['[extensions]\n\tofTomorrow = yes\n[core] repositoryFormatVersion = 1\n', /oftomorrow = yes/, /clone/],
    ['[core]\n\trepositoryformatversion = 0\n[extensions]\n\tobjectformat = sha256\n', /sha256/, /sha1/],
  ])('is refused with its name and what to do: %j', async (config, message, hint) => {
    await expect(judged(config)).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringMatching(message) as string,
      data: { hint: expect.stringMatching(hint) as string },
    });
  });
});
