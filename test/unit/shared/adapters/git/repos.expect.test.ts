import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRepos } from '../../../../../shared/adapters/git/repos.ts';
import { createHttp } from '../../../../../shared/adapters/http/client.ts';
import type { Repo } from '../../../../../shared/ports/repo.ts';
import { commitFiles } from '../../../../fakes/git.ts';
import { startGitServer, type GitServer } from '../../../../fakes/git-server.ts';

const { signal } = new AbortController();
const main = 'refs/heads/main';

describe('a hint about a push', () => {
  let folder: string;
  let server: GitServer;
  let gitdir: string;
  let repo: Repo;
  let first: string;
  const http = createHttp();

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-expect-'));
    server = await startGitServer({ folder: join(folder, 'server') });
    const made = await server.create('config');
    gitdir = made.gitdir;
    first = await commitFiles(gitdir, main, { 'a.yaml': 'kind: One\n' });
    repo = await createRepos(http).open({ url: made.url, cache: join(folder, 'cache') });
    await repo.fetch(main, signal);
  });

  afterEach(async () => {
    http.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('brings the commit that the ref names with no more requests than without it', async () => {
    const second = await commitFiles(gitdir, main, { 'a.yaml': 'kind: Two\n' }, { parent: first });
    const before = server.requests.length;
    repo.expect({ before: first, after: second });
    expect(await repo.fetch(main, signal)).toBe(second);
    expect(server.requests.length - before).toBe(2);
    expect(await repo.resolve('refs/sluice/heads/main')).toBe(second);
    expect([...(await repo.tree(second)).files.keys()]).toEqual(['a.yaml']);
  });

  it('is never believed: the ref decides', async () => {
    const stray = await commitFiles(gitdir, 'refs/heads/stray', { 'a.yaml': 'kind: Stray\n' }, { parent: first });
    const second = await commitFiles(gitdir, main, { 'a.yaml': 'kind: Two\n' }, { parent: first });
    repo.expect({ before: first, after: stray });
    expect(await repo.fetch(main, signal)).toBe(second);
    repo.expect({ before: second, after: first });
    expect(await repo.fetch(main, signal)).toBe(second);
    expect(await repo.resolve('refs/sluice/heads/main')).toBe(second);
  });

  it('does no harm when it names what is not there', async () => {
    repo.expect({ before: first, after: 'f'.repeat(40) });
    expect(await repo.fetch(main, signal)).toBe(first);
    const second = await commitFiles(gitdir, main, { 'a.yaml': 'kind: Two\n' }, { parent: first });
    repo.expect({ before: first, after: 'f'.repeat(40) });
    expect(await repo.fetch(main, signal)).toBe(second);
  });

  it('asks for nothing when it goes on from another commit than the one at hand, and counts once', async () => {
    repo.expect({ before: 'e'.repeat(40), after: 'f'.repeat(40) });
    const before = server.requests.length;
    expect(await repo.fetch(main, signal)).toBe(first);
    expect(await repo.fetch(main, signal)).toBe(first);
    expect(server.requests.length - before).toBe(2);
  });
});
