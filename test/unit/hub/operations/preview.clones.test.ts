import { appendFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { problemsExit } from '../../../../hub/cli/preview.ts';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import type { Selection } from '../../../../hub/load/select.ts';
import { previewFolder, type Preview } from '../../../../hub/operations/preview.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';
import { createRepos } from '../../../../shared/adapters/git/repos.ts';
import type { Http } from '../../../../shared/ports/http.ts';
import { git } from '../../../fakes/git.ts';

const fixtures = new URL('../../../fixtures/field/', import.meta.url).pathname;
const offline: Http = {
  request: () => Promise.reject(new Error('a preview needs no network')),
  events: () => Promise.reject(new Error('a preview needs no network')),
};
const { signal } = new AbortController();

let cue: CueEngine;
let root: string;
let origin: string;

beforeAll(() => {
  cue = startCueEngine({ clock: systemClock });
});
afterAll(() => cue.close());
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sluice-clones-'));
  origin = join(root, 'origin');
  await git(root, 'init', '--quiet', '--initial-branch=main', origin);
  await git(origin, 'config', 'uploadpack.allowFilter', 'true');
  return () => rm(root, { recursive: true });
});

const look = (dir: string, selection?: Selection): Promise<Preview> =>
  previewFolder(dir, { signal }, { cue, repos: createRepos(offline), ...(selection && { selection }) });

/** What `validate` prints, and its exit status. */
async function validated(
  dir: string,
  selection?: Selection,
): Promise<{ readonly text: string; readonly exit: number }> {
  let text = '';
  const { problems } = await look(dir, selection);
  const exit = problemsExit(problems, (line) => (text += line));
  return { text, exit };
}

async function commit(): Promise<void> {
  await git(origin, 'add', '--all');
  await git(origin, 'commit', '--quiet', '--message', 'a change');
}

async function copied(folder: string, to = '.'): Promise<void> {
  await mkdir(join(origin, to), { recursive: true });
  await cp(join(fixtures, folder), join(origin, to), { recursive: true });
}

describe('a clone that is not whole', () => {
  /** Two states of an application, and a deployment that names the second. */
  const twoRevisions = async (): Promise<void> => {
    await copied('shallow-clone');
    await commit();
    const shop = await readFile(join(origin, 'shop.yaml'), 'utf8');
    await writeFile(join(origin, 'shop.yaml'), shop.replace('a: "1"', 'a: "2"').replace('shop-v1', 'shop-v2'));
    await commit();
  };
  const clone = async (...options: string[]): Promise<string> => {
    const dir = join(root, 'clone');
    await git(root, 'clone', '--quiet', ...options, `file://${origin}`, dir);
    return dir;
  };

  it('shallow-clone: is told as shallow, and does not say that a revision is missing', async () => {
    await twoRevisions();
    const { text, exit } = await validated(await clone('--depth', '1'));
    expect(text).toMatch(/^warning\[SOURCE_UNAVAILABLE\] this is a shallow clone.*fetch-depth: 0/m);
    expect(text).toMatch(/^error\[SOURCE_UNAVAILABLE\] there is no revision shop-v2.*shop\.yaml:\d+.*fetch-depth: 0/m);
    expect([text.includes('REVISION_NOT_FOUND'), exit]).toEqual([false, 7]);
  });

  it('does not say that a revision is missing where its own format cannot be read', async () => {
    await twoRevisions();
    const dir = await clone();
    await appendFile(join(dir, '.git/config'), '[core]\nrepositoryformatversion = 1\n[extensions]\noftomorrow = yes\n');
    const { text, exit } = await validated(dir);
    expect(text).toMatch(/^warning\[SOURCE_UNAVAILABLE\] .*oftomorrow.*plain folder/m);
    expect(text).toMatch(/^error\[SOURCE_UNAVAILABLE\] there is no revision shop-v2.*commits that are not read here/m);
    expect([text.includes('REVISION_NOT_FOUND'), text.includes('this is a shallow'), exit]).toEqual([false, false, 7]);
  });

  it('is told as shallow with a warning alone where nothing depends on it', async () => {
    await copied('shallow-clone');
    await commit();
    await writeFile(join(origin, 'more.txt'), 'x');
    await commit();
    const { text, exit } = await validated(await clone('--depth', '1'));
    expect([text.split('\n').length, exit]).toEqual([2, 0]);
  });

  it('is read when it borrows its objects, from several, too', async () => {
    await twoRevisions();
    const shared = join(root, 'shared');
    const further = join(root, 'further');
    await git(root, 'clone', '--quiet', '--shared', origin, shared);
    await git(root, 'clone', '--quiet', '--reference', shared, `file://${origin}`, further);
    for (const dir of [shared, further]) expect(await validated(dir)).toEqual({ text: '', exit: 0 });
  });

  it('says what it borrows from when that is gone', async () => {
    await twoRevisions();
    const shared = join(root, 'shared');
    await git(root, 'clone', '--quiet', '--shared', origin, shared);
    await rm(origin, { recursive: true });
    const hint = 'clone it without --shared and --reference';
    await expect(look(shared)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE', exitCode: 7, data: { hint } });
    await mkdir(origin);
  });

  it.each(['blob:none', 'tree:0'])('is told as partial when objects were left out: %s', async (filter) => {
    await twoRevisions();
    await expect(look(await clone(`--filter=${filter}`))).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: 'this is a partial clone, and an object is not here',
      exitCode: 7,
    });
  });

  it('is told as one whose objects have other names', async () => {
    const dir = join(root, 'sha256');
    await git(root, 'init', '--quiet', '--object-format=sha256', dir);
    await expect(look(dir)).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringContaining('extensions.objectformat = sha256') as string,
      exitCode: 7,
    });
  });

  it('is damaged when an object is missing for no reason', async () => {
    await twoRevisions();
    const blob = await git(origin, 'rev-parse', 'HEAD:shop.yaml');
    await rm(join(origin, '.git', 'objects', blob.slice(0, 2), blob.slice(2)));
    await expect(look(origin)).rejects.toMatchObject({ code: 'PACK_INVALID', exitCode: 8 });
  });
});

describe('what a preview says of files that cannot be read', () => {
  it('vanish-bom: nothing', async () => {
    await copied('vanish-bom/after');
    await commit();
    expect(await validated(origin)).toEqual({ text: '', exit: 0 });
    expect((await look(origin)).clusters.map(({ name, objects }) => [name, objects.length])).toEqual([['c1', 1]]);
  });

  it('vanish-lfs: which file it is, and that what was in it stays', async () => {
    await copied('vanish-lfs/before');
    await commit();
    await copied('vanish-lfs/after');
    await commit();
    const { text, exit } = await validated(origin);
    expect(text).toMatch(/^error\[FILE_UNREADABLE\] this is a Git LFS pointer, not a manifest; shop\.yaml:1:1/m);
    expect(text).toMatch(/^warning\[SOURCE_REWOUND\] Application default\/shop stays as it was last seen/m);
    expect([text.includes('approve sha'), exit]).toEqual([false, 3]);
    expect((await look(origin)).clusters.map(({ objects }) => objects.length)).toEqual([1]);
  });

  it('vanish-submodule-symlink: an error for each, also in a clone that has not checked it out', async () => {
    await copied('vanish-submodule-symlink', 'apps');
    await commit();
    await git(origin, 'mv', 'apps/clusters.yaml', 'clusters.yaml');
    await git(origin, 'rm', '--quiet', '-r', 'apps');
    await git(origin, 'update-index', '--add', '--cacheinfo', `160000,${await git(origin, 'rev-parse', 'HEAD')},apps`);
    await git(origin, 'commit', '--quiet', '--message', 'a submodule');
    for (const change of ['clean', 'edited']) {
      if (change === 'edited') await writeFile(join(origin, 'more.yaml'), 'apiVersion: v1\nkind: ConfigMap\n');
      const { text, exit } = await validated(origin);
      expect(text).toMatch(/^error\[FILE_UNREADABLE\] apps is a submodule/m);
      expect(exit).toBe(3);
    }
  });

  it('vanish-submodule-symlink: an error for a folder that is a link', async () => {
    await copied('vanish-submodule-symlink', 'apps');
    await commit();
    await git(origin, 'mv', 'apps/clusters.yaml', 'clusters.yaml');
    await rm(join(origin, 'apps'), { recursive: true });
    await symlink('/srv', join(origin, 'apps'));
    const before = await validated(origin);
    await commit();
    for (const { text, exit } of [before, await validated(origin)]) {
      expect(text).toMatch(/^error\[FILE_UNREADABLE\] apps is a symbolic link/m);
      expect(exit).toBe(3);
    }
  });

  it('monorepo: nothing of what the selection leaves out', async () => {
    await copied('monorepo');
    await commit();
    expect((await validated(origin)).exit).toBe(3);
    expect(await validated(origin, { paths: ['apps'], exclude: [] })).toEqual({ text: '', exit: 0 });
    expect(await validated(origin, { paths: [], exclude: ['charts', '**/tsconfig.json'] })).toEqual({
      text: '',
      exit: 0,
    });
  });

  it('a work tree in which Git LFS put the files: what the commit has', async () => {
    await copied('vanish-lfs/after');
    await commit();
    await cp(join(fixtures, 'vanish-lfs', 'before', 'shop.yaml'), join(origin, 'shop.yaml'));
    const { text, exit } = await validated(origin);
    expect(text).toMatch(/^error\[FILE_UNREADABLE\] this is a Git LFS pointer, not a manifest; shop\.yaml:1:1/m);
    expect(exit).toBe(3);
  });
});
