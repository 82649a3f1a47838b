import { cp, mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRepos } from '../../shared/adapters/git/repos.ts';
import { createHttp } from '../../shared/adapters/http/client.ts';
import { isSluiceError, type Code } from '../../shared/errors.ts';
import type { Repo } from '../../shared/ports/repo.ts';
import { startGitServer, type GitServer } from '../fakes/git-server.ts';
import { commitFiles, git } from '../fakes/git.ts';
import { startMutatingProxy, type Mutation, type MutatingProxy } from '../fakes/mutating-proxy.ts';

const main = 'refs/heads/main';
const http = createHttp();
const signal = new AbortController().signal;
const auth = { username: 'ci', password: 'secret' };
const header = `Basic ${Buffer.from('ci:secret').toString('base64')}`;

let folder: string;
let server: GitServer;
let proxy: MutatingProxy;
let template: string;
let first: string;
let gitdir: string;
let repo: Repo;
let made = 0;

const open = (authorization: () => string | null = () => header) =>
  createRepos(http).open({
    url: `${proxy.url}/config-${made}.git`,
    cache: join(folder, `cache-${made}`),
    authorization,
  });
const push = (text: string, parent: string) =>
  commitFiles(gitdir, main, { 'app.yaml': text, 'more/x': text }, { parent });
const readApp = async (commit: string | null) => {
  const { files } = await repo.tree(commit ?? '');
  return Buffer.from(await repo.blob(files.get('app.yaml') ?? '')).toString();
};
const faultOf = async (run: Promise<unknown>): Promise<Code | 'none'> => {
  try {
    await run;
    return 'none';
  } catch (error) {
    if (isSluiceError(error)) return error.code;
    throw error;
  }
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-repository-'));
  server = await startGitServer({ folder: join(folder, 'repositories'), auth });
  proxy = await startMutatingProxy(server.url);
  template = (await server.create('template')).gitdir;
  first = await commitFiles(template, main, { 'app.yaml': 'one' });
});

afterAll(async () => {
  await proxy.close();
  await server.close();
  http.close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  proxy.mutate = () => 'none';
  made += 1;
  gitdir = join(server.folder, `config-${made}.git`);
  await cp(template, gitdir, { recursive: true });
  repo = await open();
});

describe('a followed repository', () => {
  it('brings history, and afterwards only what is new', async () => {
    expect(await repo.fetch(main, signal)).toBe(first);
    const second = await push('two', first);
    expect(await repo.fetch(main, signal)).toBe(second);
    expect(await readApp(second)).toBe('two');
    expect(await readApp(first)).toBe('one');
    expect(await repo.descends(second, first, signal)).toBe(true);
    expect(await repo.descends(first, second, signal)).toBe(false);
    const requests = server.requests.length;
    expect(await repo.fetch(main, signal)).toBe(second);
    expect(server.requests.length - requests).toBe(1);
  });

  it('goes on with its cache after a restart', async () => {
    await repo.fetch(main, signal);
    repo = await open();
    const second = await push('two', first);
    await repo.fetch(main, signal);
    expect(await repo.descends(second, first, signal)).toBe(true);
  });

  it('answers null for a branch that is not there, and for an emptied repository', async () => {
    await repo.fetch(main, signal);
    expect(await repo.fetch('refs/heads/mai', signal)).toBeNull();
    await git(gitdir, 'update-ref', '-d', main);
    expect(await repo.fetch(main, signal)).toBeNull();
    expect(await readApp(first)).toBe('one');
  });

  it('answers the older commit of a rewound branch, and the other one of a forced push', async () => {
    const second = await push('two', first);
    await repo.fetch(main, signal);
    await git(gitdir, 'update-ref', main, first);
    expect(await repo.fetch(main, signal)).toBe(first);
    const other = await commitFiles(gitdir, main, { 'app.yaml': 'other' });
    expect(await repo.fetch(main, signal)).toBe(other);
    expect(await repo.descends(other, second, signal)).toBe(false);
  });

  it.each([
    ['nobody', null],
    ['a stranger', 'Basic c3RyYW5nZXI6eA=='],
  ])('says so when the host does not know %s', async (_, authorization) => {
    repo = await open(() => authorization);
    expect(await faultOf(repo.fetch(main, signal))).toBe('UNAUTHENTICATED');
  });

  it('says so when there is no such repository', async () => {
    await rm(gitdir, { recursive: true });
    expect(await faultOf(repo.lookup(main, signal))).toBe('NOT_FOUND');
  });
});

describe('a followed repository behind a lying network', () => {
  it.each<Mutation>(['cut', 'shorten', 'corrupt', 'reset', 'fail', 'greet'])(
    'is an error under "%s", keeps what was fetched, and heals',
    async (mutation) => {
      await repo.fetch(main, signal);
      const second = await push('two', first);
      proxy.mutate = ({ body }) => (body.includes('want ') ? mutation : 'none');
      expect(['UNAVAILABLE', 'PACK_INVALID']).toContain(await faultOf(repo.fetch(main, signal)));
      proxy.mutate = () => 'none';
      expect(await repo.fetch(main, signal)).toBe(second);
      expect(await readApp(second)).toBe('two');
      expect(await repo.descends(second, first, signal)).toBe(true);
    },
  );

  it('fetches everything again when its cache is damaged', async () => {
    await repo.fetch(main, signal);
    const packs = join(folder, `cache-${made}`, 'objects', 'pack');
    for (const name of await readdir(packs)) await truncate(join(packs, name), 40);
    repo = await open();
    const second = await push('two', first);
    expect(await repo.fetch(main, signal)).toBe(second);
    expect(await readApp(second)).toBe('two');
    expect(await readApp(first)).toBe('one');
  });

  describe('whose clone is damaged while a process has it open', () => {
    let wants = 0;
    const loseAll = async (): Promise<void> => {
      const packs = join(folder, `cache-${made}`, 'objects', 'pack');
      for (const name of await readdir(packs)) await rm(join(packs, name));
    };
    beforeEach(async () => {
      wants = 0;
      await repo.fetch(main, signal);
      proxy.mutate = ({ body }) => {
        if (body.includes('want ')) wants += 1;
        return 'none';
      };
    });

    it.each<[string, (blob: string) => Promise<unknown>]>([
      ['a file', (blob) => repo.blob(blob)],
      ['the tree of the newest commit', () => repo.tree(first)],
    ])('fetches everything again after a read that failed, and once for each object: %s', async (_, read) => {
      const blob = (await repo.tree(first)).files.get('app.yaml') ?? '';
      await loseAll();
      expect(await faultOf(read(blob))).toBe('PACK_INVALID');
      expect(await repo.fetch(main, signal)).toBe(first);
      expect(await readApp(first)).toBe('one');
      expect(wants).toBe(1);
      // Damaged once more at the same commit, it is not fetched over and over; the next commit mends it.
      await loseAll();
      expect(await faultOf(read(blob))).toBe('PACK_INVALID');
      expect(await repo.fetch(main, signal)).toBe(first);
      expect(wants).toBe(1);
      const second = await push('two', first);
      expect(await repo.fetch(main, signal)).toBe(second);
      expect([await readApp(second), await readApp(first)]).toEqual(['two', 'one']);
    });

    it('fetches everything again where a commit of the history is lost', async () => {
      const second = await push('two', first);
      const history = async (): Promise<number> => {
        let count = 0;
        for await (const commit of repo.firstParents(second, signal)) count += commit.oid === '' ? 0 : 1;
        return count;
      };
      await loseAll();
      // What comes is a pack of its own; the one that it builds on is gone.
      expect(await repo.fetch(main, signal)).toBe(second);
      expect(await faultOf(history())).toBe('PACK_INVALID');
      expect(await repo.fetch(main, signal)).toBe(second);
      expect(await history()).toBe(2);
    });

    it('fetches nothing again for an object that was never here', async () => {
      expect(await faultOf(repo.tree('1'.repeat(40)))).toBe('PACK_INVALID');
      expect(await faultOf(repo.commit('2'.repeat(40)))).toBe('PACK_INVALID');
      expect(await repo.fetch(main, signal)).toBe(first);
      expect(wants).toBe(0);
    });
  });
});

describe('a repository on disk', () => {
  it('is read as it is: loose and packed objects, HEAD, ignored files', async () => {
    const work = join(folder, `work-${made}`);
    await git(folder, 'clone', '--quiet', gitdir, work);
    await commitFiles(join(work, '.git'), main, { 'app.yaml': 'local', '.gitignore': 'out/\n' }, { parent: first });
    await git(work, 'gc', '--quiet');
    await git(work, 'checkout', '--quiet', '--force', 'main');
    const local = await createRepos(http).openLocal(work);
    const { ref, commit } = (await local?.head()) ?? { ref: null, commit: null };
    expect([ref, local?.workTree]).toEqual([main, work]);
    const messages: string[] = [];
    for await (const { oid } of local!.firstParents(commit!, signal)) messages.push(oid);
    expect(messages).toEqual([commit, first]);
    expect([...(await local!.tree(commit!)).files.keys()].sort()).toEqual(['.gitignore', 'app.yaml']);
    expect(await local!.isIgnored('out/x')).toBe(true);
    expect(await local!.isIgnored('app.yaml')).toBe(false);
  });

  it('is followed by its path without a copy', async () => {
    const followed = await createRepos(http).open({ url: gitdir, cache: '/nowhere' });
    expect(await followed.fetch(main, signal)).toBe(first);
    expect(await followed.fetch('refs/heads/none', signal)).toBeNull();
  });

  it('is null for a folder that is none', async () => {
    expect(await createRepos(http).openLocal(folder)).toBeNull();
  });
});
