import { appendFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readHistory } from '../../../../hub/load/folder.ts';
import { openSource, type ConfigSource } from '../../../../hub/load/source.ts';
import type { Snapshot } from '../../../../hub/model/source.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';
import { createRepos } from '../../../../shared/adapters/git/repos.ts';
import { createHttp } from '../../../../shared/adapters/http/client.ts';
import { createWatch } from '../../../../hub/run/watch.ts';
import { git, gitWith } from '../../../fakes/git.ts';
import { startGitServer, type GitServer } from '../../../fakes/git-server.ts';

const http = createHttp();
const repos = createRepos(http);
const ports = { repos, watch: createWatch(systemClock) };
const { signal } = new AbortController();

let root: string;
let work: string;
let server: GitServer | null = null;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sluice-load-'));
  work = join(root, 'work');
  await mkdir(work);
});

afterEach(async () => {
  await server?.close();
  server = null;
  await rm(root, { recursive: true, force: true });
});

const app = (name: string): string => `kind: Application\nmetadata: {name: ${name}}\nspec: {components: []}\n`;

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(work, path)), { recursive: true });
    await writeFile(join(work, path), text);
  }
}

async function commit(message: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  await write(files);
  await git(work, 'add', '--all');
  await git(work, 'commit', '--quiet', '--allow-empty', '-m', message);
  return git(work, 'rev-parse', 'HEAD');
}

const init = (): Promise<string> => git(work, 'init', '--quiet', '--initial-branch=main');
const open = (location: string, more: { paths?: string[]; exclude?: string[] } = {}): Promise<ConfigSource> =>
  openSource({ location, branch: null, cache: join(root, 'cache'), paths: [], exclude: [], ...more }, ports);
const names = (snapshot: Snapshot | null): string[] =>
  (snapshot?.documents ?? []).map(({ value }) => (value as { metadata: { name: string } }).metadata.name);

async function all(source: ConfigSource, from: string | null = null): Promise<Snapshot[]> {
  const snapshots: Snapshot[] = [];
  let processed = from === null ? null : { repository: source.repository, commit: from };
  for (;;) {
    const snapshot = await source.next(processed, signal);
    if (snapshot === null) return snapshots;
    snapshots.push(snapshot);
    processed = snapshot;
  }
}

describe('a Git work tree', () => {
  it('is read commit by commit, oldest first, and says how many follow', async () => {
    await init();
    await commit('readme', { 'README.md': 'hello' });
    const one = await commit('one', { 'a.yaml': app('a') });
    const two = await commit('two', { 'b/b.yml': app('b') });
    const source = await open(work);
    const snapshots = await all(source);
    expect(snapshots.map((snapshot) => [snapshot.commit, names(snapshot), snapshot.behind])).toEqual([
      [one, ['a'], 1],
      [two, ['a', 'b'], 0],
    ]);
    expect(snapshots.every(({ descends }) => descends)).toBe(true);
    expect(await all(source, one)).toHaveLength(1);
    expect(await all(source, two)).toHaveLength(0);
  });

  it('follows first parents, also when the processed commit came in by a merge', async () => {
    await init();
    await commit('one', { 'a.yaml': app('a') });
    await git(work, 'checkout', '--quiet', '-b', 'side');
    const side = await commit('side', { 'side.yaml': app('side') });
    await git(work, 'checkout', '--quiet', 'main');
    await commit('two', { 'b.yaml': app('b') });
    await git(work, 'merge', '--quiet', '--no-ff', '-m', 'merge', 'side');
    const merge = await git(work, 'rev-parse', 'HEAD');
    const source = await open(work);
    expect((await all(source)).map(names)).toEqual([['a'], ['a', 'b'], ['a', 'b', 'side']]);
    const after = await all(source, side);
    expect(after.map((snapshot) => [snapshot.commit, snapshot.descends])).toEqual([[merge, true]]);
  });

  it('says after a force push that the new commits do not descend, and begins where the histories part', async () => {
    await init();
    const base = await commit('one', { 'a.yaml': app('a') });
    const old = await commit('two', { 'b.yaml': app('b') });
    await git(work, 'reset', '--quiet', '--hard', base);
    const three = await commit('three', { 'c.yaml': app('c') });
    const four = await commit('four', { 'd.yaml': app('d') });
    const after = await all(await open(work), old);
    expect(after.map((snapshot) => [snapshot.commit, snapshot.descends])).toEqual([
      [three, false],
      [four, true],
    ]);
  });

  it('answers a rewound branch once, as something that does not descend', async () => {
    await init();
    const base = await commit('one', { 'a.yaml': app('a') });
    const old = await commit('two', { 'b.yaml': app('b') });
    await git(work, 'reset', '--quiet', '--hard', base);
    const after = await all(await open(work), old);
    expect(after.map((snapshot) => [snapshot.commit, snapshot.descends])).toEqual([[base, false]]);
  });

  it('does not descend from the commit of another repository', async () => {
    await init();
    await commit('one', { 'a.yaml': app('a') });
    const source = await open(work);
    const snapshot = await source.next({ repository: 'https://example.com/other.git', commit: 'f'.repeat(40) }, signal);
    expect(snapshot?.descends).toBe(false);
  });

  it('is an error, never an empty snapshot, when it was emptied or has no commit', async () => {
    await init();
    const source = await open(work);
    await expect(source.next(null, signal)).rejects.toMatchObject({ code: 'SOURCE_EMPTY' });
    const one = await commit('one', { 'a.yaml': app('a') });
    await git(work, 'rm', '--quiet', 'a.yaml');
    await commit('gone');
    await expect(source.next({ repository: work, commit: one }, signal)).rejects.toMatchObject({
      code: 'SOURCE_EMPTY',
    });
  });

  it('is read where .git is a file, and from packed objects', async () => {
    await init();
    await commit('one', { 'a.yaml': app('a') });
    await git(work, 'gc', '--quiet');
    await git(work, 'worktree', 'add', '--quiet', join(root, 'linked'), '-b', 'linked');
    expect((await all(await open(join(root, 'linked')))).map(names)).toEqual([['a']]);
  });
});

describe('a Git work tree with names and modes that others wrote', () => {
  const notUtf8 = (name: string): Buffer => Buffer.concat([Buffer.from(`${work}/`), Buffer.from(name, 'latin1')]);

  it('is read through a commit with a name that is not UTF-8, which a warning shows', async () => {
    await init();
    const one = await commit('one', { 'a.yaml': app('a') });
    await writeFile(notUtf8('caf\xe9.txt'), 'x');
    const two = await commit('two');
    await rm(notUtf8('caf\xe9.txt'));
    const three = await commit('three', { 'b.yaml': app('b') });
    const snapshots = await all(await open(work), one);
    expect(snapshots.map((snapshot) => [snapshot.commit, names(snapshot)])).toEqual([
      [two, ['a']],
      [three, ['a', 'b']],
    ]);
    expect(snapshots[0]?.problems).toMatchObject([
      {
        code: 'FILE_UNREADABLE',
        severity: 'warning',
        message: 'skipped: its name is not UTF-8 (bytes 63 61 66 e9 2e 74 78 74)',
        place: { path: 'caf\\xe9.txt' },
      },
    ]);
    expect(snapshots[1]?.problems).toEqual([]);
  });

  it('is read without a manifest of such a name, which is an error for that file alone', async () => {
    await init();
    await mkdir(notUtf8('caf\xe9'));
    await writeFile(notUtf8('caf\xe9/b.yaml'), app('b'));
    await commit('one', { 'a.yaml': app('a') });
    const [snapshot] = await all(await open(work));
    expect(names(snapshot ?? null)).toEqual(['a']);
    expect(snapshot?.problems).toMatchObject([{ severity: 'error', place: { path: 'caf\\xe9/b.yaml' } }]);
  });

  it('is previewed with such names in the work tree', async () => {
    await init();
    await commit('one', { 'a.yaml': app('a') });
    await mkdir(notUtf8('caf\xe9'));
    await write({ 'b.yaml': app('b') });
    const snapshots: Snapshot[] = [];
    for await (const snapshot of readHistory(work, { repos }, signal)) snapshots.push(snapshot);
    expect(snapshots.map(names)).toEqual([['a'], ['a', 'b']]);
  });

  it('is read with the modes of old programs, and without what has a mode or name that Git does not allow', async () => {
    await init();
    await commit('one', { 'a.yaml': app('a') });
    const blob = await git(work, 'rev-parse', 'HEAD:a.yaml');
    const line = (mode: string, name: string) =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(blob, 'hex')]);
    const bytes = Buffer.concat([
      line('100644', '.git'),
      line('100600', 'a.yaml'),
      line('100666', 'b.yaml'),
      line('010644', 'c.yaml'),
      line('100644', 'd.yaml'),
      line('100755', 'd.yaml'),
    ]);
    const tree = await gitWith(work, bytes, 'hash-object', '-w', '-t', 'tree', '--literally', '--stdin');
    await git(work, 'reset', '--quiet', '--soft', await git(work, 'commit-tree', tree, '-m', 'odd'));
    const [snapshot] = await all(await open(work));
    expect(snapshot?.documents.map(({ place }) => place.path)).toEqual(['a.yaml', 'b.yaml']);
    expect(snapshot?.problems.map(({ severity, message, place }) => `${severity} ${place?.path}: ${message}`)).toEqual([
      'error c.yaml: this file cannot be read: its mode is 010644',
      'error d.yaml: this file cannot be read: its folder has the name twice',
      'error d.yaml: this file cannot be read: its folder has the name twice',
      'warning .git: skipped: its name is not one that Git allows',
    ]);
  });
});

describe('what changed since the commit that was processed last', () => {
  it('is the same after a restart, and after a pass that failed', async () => {
    await init();
    const one = await commit('one', { 'a.yaml': app('a'), 'long.yaml': 'text' });
    await commit('two', { 'b.yaml': app('b'), 'new.yaml': 'text' });
    const source = await open(work);
    const [, walked] = await all(source);
    const failed = await source.next({ repository: source.repository, commit: one }, signal);
    const [restarted] = await all(await open(work), one);
    for (const snapshot of [walked, failed, restarted]) {
      expect([...(snapshot?.changed ?? [])].sort()).toEqual(['b.yaml', 'new.yaml']);
      expect(snapshot?.unread?.map(({ path, isNew }) => [path, isNew])).toEqual([
        ['long.yaml', false],
        ['new.yaml', true],
      ]);
    }
  });
});

describe('what a preview looks at', () => {
  async function history(dir: string): Promise<Snapshot[]> {
    const snapshots: Snapshot[] = [];
    for await (const snapshot of readHistory(dir, { repos }, signal)) snapshots.push(snapshot);
    return snapshots;
  }

  const ownFormat = (extension: string) =>
    appendFile(join(work, '.git/config'), `[core]\nrepositoryformatversion = 1\n[extensions]\n${extension}\n`);

  it.each(['refstorage = reftable', 'oftomorrow = yes'])('is the files alone of a clone with %s', async (extension) => {
    await init();
    await commit('one', { 'a.yaml': app('a') });
    await ownFormat(extension);
    const [snapshot, ...more] = await history(work);
    expect([more, snapshot?.commit, names(snapshot ?? null)]).toEqual([[], '', ['a']]);
    expect(snapshot?.problems).toMatchObject([
      {
        code: 'SOURCE_UNAVAILABLE',
        severity: 'warning',
        message: expect.stringMatching(/cannot be read here: .*plain folder/) as string,
        hint: expect.any(String) as string,
      },
    ]);
    // A hub follows commits.
    await expect(open(work)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  });

  it('is refused where it has no files beside commits that cannot be read', async () => {
    await init();
    await commit('one', { 'a.yaml': app('a') });
    await ownFormat('oftomorrow = yes');
    await expect(history(join(work, '.git'))).rejects.toThrow(/oftomorrow/);
  });

  it('is refused where its objects have names that the remote has, too', async () => {
    await init();
    await commit('one', { 'a.yaml': app('a') });
    await ownFormat('objectformat = sha256');
    await expect(history(work)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  });

  it('is every commit and then the uncommitted state, without what Git ignores', async () => {
    await init();
    const one = await commit('one', { 'a.yaml': app('a'), '.gitignore': 'ignored/\n' });
    expect((await history(work)).map(({ commit: id }) => id)).toEqual([one]);
    await write({ 'b.yaml': app('b'), 'ignored/c.yaml': app('c') });
    const dirty = await history(work);
    expect(dirty.map((snapshot) => [snapshot.commit, names(snapshot)])).toEqual([
      [one, ['a']],
      ['', ['a', 'b']],
    ]);
  });

  it('is the content of a plain folder', async () => {
    await write({ 'a.yaml': app('a'), 'b.json': '{"kind": "Application", "metadata": {"name": "b"}}' });
    expect((await history(work)).map(names)).toEqual([['a', 'b']]);
  });

  it('is an error for an empty folder and for none', async () => {
    await expect(history(work)).rejects.toMatchObject({ code: 'SOURCE_EMPTY' });
    await expect(history(join(root, 'nowhere'))).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  });
});

describe('a plain folder', () => {
  it('answers its content once, and again when it changed', async () => {
    await write({ 'a.yaml': app('a') });
    const source = await open(work);
    const first = await source.next(null, signal);
    expect([first?.commit, first?.descends, names(first)]).toEqual(['', false, ['a']]);
    expect(await source.next(first, signal)).toBeNull();
    await write({ 'a.yaml': app('z') });
    expect(names(await source.next(first, signal))).toEqual(['z']);
  });

  it('never follows symbolic links, and says so', async () => {
    await write({ 'a.yaml': app('a') });
    await writeFile(join(root, 'secret.yaml'), app('secret'));
    await symlink(join(root, 'secret.yaml'), join(work, 'link.yaml'));
    const snapshot = await (await open(work)).next(null, signal);
    expect(names(snapshot)).toEqual(['a']);
    expect(snapshot?.problems.map(({ code, place }) => `${code} ${place?.path}`)).toEqual([
      'FILE_UNREADABLE link.yaml',
    ]);
  });

  it('counts documents of others, keeps unknown kinds of ours, and freezes what does not parse', async () => {
    await write({
      'mixed.yaml': `${app('a')}---\napiVersion: v1\nkind: ConfigMap\n---\n# nothing\n---\n- a list\n`,
      'unknown.yaml': 'apiVersion: core.oam.dev/v1beta1\nkind: Aplication\nmetadata: {name: b}\n',
      'argo.yaml': 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: c}\n',
      'broken.yaml': 'a: [\n',
    });
    const snapshot = await (await open(work)).next(null, signal);
    expect(names(snapshot)).toEqual(['a', 'b']);
    expect(snapshot?.ignored).toBe(3);
    expect(snapshot?.broken.map(({ path, problem }) => [path, problem.code])).toEqual([['broken.yaml', 'YAML_SYNTAX']]);
  });

  it('reads what paths say and exclude does not, and the files that components name', async () => {
    await write({
      'apps/a.yaml':
        'kind: Application\nmetadata: {name: a}\nspec:\n  components:\n    - {name: x, type: k8s-objects, properties: {glob: "raw/*.yaml"}}\n',
      'apps/skip/b.yaml': app('b'),
      'raw/one.yaml': 'kind: ConfigMap\n',
      'raw/deep/two.yaml': 'kind: ConfigMap\n',
      'charts/t.yaml': '{{ broken }}\n',
    });
    const source = await open(work, { paths: ['apps'], exclude: ['**/skip'] });
    const snapshot = await source.next(null, signal);
    expect(names(snapshot)).toEqual(['a']);
    expect(snapshot?.broken).toEqual([]);
    expect([...(snapshot?.files.keys() ?? [])]).toEqual(['raw/one.yaml']);
  });

  it('wakes when a file changes, until it is told to stop', async () => {
    await write({ 'a.yaml': app('a') });
    const source = await open(work);
    const stop = new AbortController();
    let woken: () => void = () => undefined;
    const wake = (): Promise<void> => new Promise((resolve) => (woken = resolve));
    const ready = wake();
    const running = source.watch(() => woken(), stop.signal);
    await ready;
    const changed = wake();
    await write({ 'b/c.yaml': app('c') });
    await changed;
    stop.abort();
    await running;
  });
});

describe('a Git URL', () => {
  it('is fetched with its history; a lost branch or host is an error that deletes nothing', async () => {
    server = await startGitServer({ folder: join(root, 'host') });
    const { url } = await server.create('config');
    const source = await open(url);
    await expect(source.next(null, signal)).rejects.toMatchObject({ code: 'SOURCE_EMPTY' });
    await init();
    await commit('one', { 'a.yaml': app('a') });
    await commit('two', { 'b.yaml': app('b') });
    await git(work, 'push', '--quiet', url, 'main');
    const snapshots = await all(source);
    expect(snapshots.map(names)).toEqual([['a'], ['a', 'b']]);
    const three = await commit('three', { 'c.yaml': app('c') });
    await git(work, 'push', '--quiet', url, 'main');
    expect((await all(source, snapshots[1]!.commit)).map(({ commit: id }) => id)).toEqual([three]);
    await server.close();
    await expect(source.next({ repository: url, commit: three }, signal)).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
    });
    server = null;
  });
});
