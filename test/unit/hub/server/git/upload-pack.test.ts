import { execFile } from 'node:child_process';
import fs, { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import git from 'isomorphic-git';
import http from 'isomorphic-git/http/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPackStore } from '../../../../../hub/store/packs/store.ts';
import { makeCommit, parseCommit } from '../../../../../hub/model/commit.ts';
import { makeBlob } from '../../../../../shared/lib/git/object.ts';
import { folderTrees, newFolder, place } from '../../../../../hub/model/git-tree.ts';
import type { ObjectStore } from '../../../../../hub/model/objects.ts';
import { openUploadPack } from '../../../../../hub/server/git/upload-pack.ts';
import { flush, packet } from '../../../../../shared/lib/git/pkt-line.ts';
import { requestPackets } from '../../../../../hub/server/git/packets.ts';
import { serveUploadPack, type GitServer } from './server.ts';

const run = promisify(execFile);
let dir: string;
let store: ObjectStore;
let server: GitServer;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'door-'));
  store = openPackStore(join(dir, 'channel.git'));
  await commit('main', { 'root/1.json': '{}', 'README.md': 'a channel' });
  await commit('clusters/a', { 'revision.json': 'a1', 'objects/x/y.json': 'x'.repeat(5000) });
  await commit('clusters/a', { 'revision.json': 'a2', 'objects/x/y.json': 'x'.repeat(5000) });
  await commit('clusters/b', { 'revision.json': 'b1' });
  server = await serveUploadPack(openUploadPack(store, 'sluice/0.1.0'));
});
afterEach(async () => {
  await server.close();
  store.close();
  rmSync(dir, { recursive: true, force: true });
});

async function commit(branch: string, files: Record<string, string>): Promise<string> {
  const folder = newFolder();
  const blobs = Object.entries(files).map(([path, text]) => {
    const blob = makeBlob(Buffer.from(text));
    place(folder, path.split('/'), blob.oid);
    return blob;
  });
  const { root, trees } = folderTrees(folder);
  const ref = `refs/heads/${branch}`;
  const parent = store.refs().get(ref) ?? null;
  const made = makeCommit({
    tree: root,
    parent,
    time: 1_700_000_000,
    message: `${branch} ${files['revision.json'] ?? ''}`,
  });
  await store.write([made, ...trees, ...blobs]);
  await store.moveRefs([{ ref, from: parent, to: made.oid }]);
  return made.oid;
}

const stock = async (...args: string[]): Promise<string> => {
  const env = { ...process.env, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' };
  return (await run('git', args, { env })).stdout.trim();
};

describe.each([0, 1, 2])('the real git with protocol %i', (version) => {
  const protocol = ['-c', `protocol.version=${version}`];
  const clone = (to: string, ...args: string[]) =>
    stock(...protocol, 'clone', '-q', ...args, server.url, join(dir, to));
  const inClone = (name: string, ...args: string[]) => stock('-C', join(dir, name), ...protocol, ...args);

  it('clones every branch, and fsck is silent', async () => {
    await clone('one');
    expect(await inClone('one', 'fsck', '--strict', '--full')).toBe('');
    expect(await inClone('one', 'log', '--format=%s', 'origin/clusters/a')).toBe('clusters/a a2\nclusters/a a1');
    expect(await inClone('one', 'rev-parse', '--abbrev-ref', 'HEAD')).toBe('main');
    expect(readFileSync(join(dir, 'one', 'README.md'), 'utf8')).toBe('a channel');
    expect(new Set(server.requests.map((request) => request.protocol))).toEqual(
      new Set([version === 0 ? '' : `version=${version}`]),
    );
  });

  it('fetches what is new, again and again, and nothing when nothing is', async () => {
    await clone('one');
    for (let i = 3; i < 30; i += 1) {
      const made = await commit('clusters/a', { 'revision.json': `a${i}`, 'objects/x/y.json': 'x'.repeat(5000) });
      if (i % 9 !== 0) continue;
      await inClone('one', 'fetch', '-q');
      expect(await inClone('one', 'rev-parse', 'origin/clusters/a')).toBe(made);
    }
    await inClone('one', 'fetch', '-q');
    expect(await inClone('one', 'fsck', '--strict', '--full')).toBe('');
    const before = server.requests.length;
    await inClone('one', 'fetch', '-q');
    expect(
      server.requests.slice(before).filter(({ url }) => url.endsWith('/git-upload-pack')).length,
    ).toBeLessThanOrEqual(version === 2 ? 1 : 0);
  });

  it('fetches into a clone that has many commits of its own', async () => {
    await clone('one');
    await inClone('one', 'config', 'user.email', 'a@example.com');
    await inClone('one', 'config', 'user.name', 'a');
    for (let i = 0; i < 40; i += 1) await inClone('one', 'commit', '-q', '--allow-empty', '-m', `own ${i}`);
    const made = await commit('main', { 'README.md': 'more' });
    await inClone('one', 'fetch', '-q');
    expect(await inClone('one', 'rev-parse', 'origin/main')).toBe(made);
    // Git compresses what is longer than a kilobyte; the smaller rounds of protocols 0 and 1 never are.
    expect(server.requests.some(({ gzip }) => gzip)).toBe(version === 2);
  }, 60_000);

  it('clones shallow, fetches into it, deepens it and makes it whole', async () => {
    await clone('one', '--depth', '1', '--branch', 'clusters/a');
    expect(await inClone('one', 'rev-list', '--count', 'HEAD')).toBe('1');
    const made = await commit('clusters/a', { 'revision.json': 'a3', 'objects/x/y.json': 'other' });
    await inClone('one', 'fetch', '-q');
    expect(await inClone('one', 'rev-parse', 'origin/clusters/a')).toBe(made);
    expect(await inClone('one', 'rev-list', '--count', 'origin/clusters/a')).toBe('2');
    await commit('clusters/a', { 'revision.json': 'a4' });
    await inClone('one', 'fetch', '-q', '--depth', '2');
    expect(await inClone('one', 'rev-list', '--count', 'origin/clusters/a')).toBe('2');
    await inClone('one', 'fetch', '-q', '--unshallow');
    expect(await inClone('one', 'rev-list', '--count', 'origin/clusters/a')).toBe('4');
    expect(await inClone('one', 'fsck', '--strict', '--full')).toBe('');
  });

  it('sees only what is visible to it', async () => {
    const hidden = store.refs().get('refs/heads/clusters/b')!;
    server.visible = (ref) => ref !== 'refs/heads/clusters/b';
    await clone('one');
    expect(await inClone('one', 'branch', '-r', '--format=%(refname)')).not.toContain('clusters/b');
    await expect(inClone('one', 'fetch', '-q', 'origin', hidden)).rejects.toThrow(/not our ref|unadvertised/);
    await expect(inClone('one', 'cat-file', '-e', hidden)).rejects.toThrow();
  });

  it('clones an empty channel', async () => {
    server.visible = () => false;
    await clone('one');
    expect(await inClone('one', 'symbolic-ref', 'HEAD')).toMatch(/^refs\/heads\/(main|master)$/);
  });

  it('sends a history that was written anew', async () => {
    await clone('one', '--branch', 'clusters/b');
    const folder = newFolder();
    const blob = makeBlob(Buffer.from('recreated'));
    place(folder, ['revision.json'], blob.oid);
    const { root, trees } = folderTrees(folder);
    const made = makeCommit({ tree: root, parent: null, time: 5, message: 'recreated' });
    await store.write([made, ...trees, blob]);
    const from = store.refs().get('refs/heads/clusters/b')!;
    await store.moveRefs([{ ref: 'refs/heads/clusters/b', from, to: made.oid }]);
    await inClone('one', 'fetch', '-q');
    expect(await inClone('one', 'rev-parse', 'origin/clusters/b')).toBe(made.oid);
  });
});

describe.each([0, 2])('an agent with the real git and protocol %i', (version) => {
  const inClone = (...args: string[]) => stock('-C', join(dir, 'one'), '-c', `protocol.version=${version}`, ...args);
  const branch = 'clusters/a';

  beforeEach(async () => {
    server.reads = 'tips';
    const args = ['-c', `protocol.version=${version}`, 'clone', '-q', '--depth', '1', '--branch', branch];
    await stock(...args, server.url, join(dir, 'one'));
  });

  it('gets the tip alone, and each new one', async () => {
    expect(await inClone('log', '--format=%s', `origin/${branch}`)).toBe('clusters/a a2');
    for (const number of [3, 4, 5]) await commit(branch, { 'revision.json': `a${number}` });
    await inClone('fetch', '-q', '--depth', '1');
    expect(await inClone('log', '--format=%s', `origin/${branch}`)).toBe('clusters/a a5');
    expect(await inClone('fsck', '--strict', '--full')).toBe('');
  });

  it.each([['--unshallow'], ['--deepen=1'], ['--depth=50']])('gets no history with %s', async (flag) => {
    await inClone('fetch', '-q', flag).catch(() => '');
    expect(await inClone('log', '--format=%s', `origin/${branch}`)).toBe('clusters/a a2');
    const parent = await inClone('log', '--format=%P', '-1', `origin/${branch}`);
    await expect(inClone('cat-file', '-e', `${parent}^{tree}`)).rejects.toThrow();
  });

  it('gets no commit that was a tip before', async () => {
    const old = store.refs().get(`refs/heads/${branch}`)!;
    await commit(branch, { 'revision.json': 'a3' });
    await expect(inClone('fetch', '-q', '--depth', '1', 'origin', old)).rejects.toThrow(/not our ref|unadvertised/);
  });

  it('is told what to do where it asks for all', async () => {
    await commit(branch, { 'revision.json': 'a3' });
    await expect(inClone('fetch', '-q')).rejects.toThrow(/fetch with --depth 1/);
  });
});

describe('isomorphic-git', () => {
  it('clones, and fetches one ref, shallow and deep', async () => {
    const gitdir = join(dir, 'iso.git');
    await git.clone({ fs, http, dir: join(dir, 'iso'), gitdir, url: server.url, noCheckout: true });
    expect(await git.resolveRef({ fs, gitdir, ref: 'refs/remotes/origin/main' })).toBe(
      store.refs().get('refs/heads/main'),
    );
    const made = await commit('clusters/a', { 'revision.json': 'a3' });
    const fetched = await git.fetch({
      fs,
      http,
      gitdir,
      url: server.url,
      ref: 'clusters/a',
      singleBranch: true,
      tags: false,
    });
    expect(fetched.fetchHead).toBe(made);
    expect(await git.log({ fs, gitdir, ref: made })).toHaveLength(3);
    const shallow = join(dir, 'shallow.git');
    await git.clone({
      fs,
      http,
      dir: join(dir, 's'),
      gitdir: shallow,
      url: server.url,
      ref: 'clusters/a',
      depth: 1,
      singleBranch: true,
      noCheckout: true,
    });
    expect(await git.log({ fs, gitdir: shallow, ref: made })).toHaveLength(1);
    const { blob } = await git.readBlob({ fs, gitdir: shallow, oid: made, filepath: 'revision.json' });
    expect(Buffer.from(blob).toString()).toBe('a3');
    const next = await commit('clusters/a', { 'revision.json': 'a4' });
    await git.fetch({
      fs,
      http,
      gitdir: shallow,
      url: server.url,
      ref: 'clusters/a',
      depth: 1,
      singleBranch: true,
      tags: false,
    });
    expect(await git.log({ fs, gitdir: shallow, ref: next })).toHaveLength(1);
  });

  it('lists refs by prefix with protocol 2', async () => {
    const refs = await git.listServerRefs({
      http,
      url: server.url,
      prefix: 'refs/heads/clusters/',
      protocolVersion: 2,
    });
    expect(refs.map(({ ref }) => ref)).toEqual(['refs/heads/clusters/a', 'refs/heads/clusters/b']);
  });
});

describe('a request', () => {
  const ask = (protocol: string, ...lines: readonly (string | Buffer)[]) =>
    openUploadPack(store, 'sluice/0.1.0').uploadPack({
      protocol,
      isVisible: (ref) => !ref.endsWith('/b'),
      reads: 'history',
      body: Buffer.concat(lines.map((line) => (typeof line === 'string' ? packet(line) : line))),
    });
  const text = async (...args: Parameters<typeof ask>) => Buffer.concat((await ask(...args)).body).toString('latin1');
  const hidden = () => store.refs().get('refs/heads/clusters/b')!;
  const delimiter = Buffer.from('0001');

  it.each<[string, () => Parameters<typeof ask>, RegExp]>([
    [
      'for a hidden commit (v0)',
      () => ['', `want ${hidden()} side-band-64k\n`, flush, 'done\n'],
      /^.{4}ERR upload-pack: not our ref/,
    ],
    [
      'for a hidden commit (v2)',
      () => ['version=2', 'command=fetch', delimiter, `want ${hidden()}`, 'done', flush],
      /^.{4}ERR upload-pack: not our ref/,
    ],
    ['for nothing that exists', () => ['', `want ${'1'.repeat(40)} side-band-64k\n`, flush, 'done\n'], /^.{4}ERR/],
    ['with a bad name', () => ['', 'want xyz\n', flush, 'done\n'], /^.{4}ERR not an object name/],
    ['with a bad length', () => ['', Buffer.from('zzzz')], /^.{4}ERR/],
    ['with a cut packet', () => ['', Buffer.from('0050want')], /^.{4}ERR/],
    ['with an unknown command', () => ['version=2', 'command=push', flush], /^.{4}ERR unknown command/],
    ['with a filter', () => ['version=2', 'command=fetch', delimiter, 'filter blob:none', flush], /^.{4}ERR/],
    ['with nothing (v0)', () => ['', flush], /^$/],
    ['with nothing (v2)', () => ['version=2', flush], /^$/],
  ])('%s has its answer', async (_, args, expected) => {
    expect(await text(...args())).toMatch(expected);
  });

  it('for a tip that moved a moment ago is still served', async () => {
    const old = store.refs().get('refs/heads/clusters/a')!;
    await commit('clusters/a', { 'revision.json': 'a3' });
    expect(await text('', `want ${old} side-band-64k\n`, flush, 'done\n')).toContain('PACK');
  });

  it('with a have that it may not know about tells nothing', async () => {
    const main = store.refs().get('refs/heads/main')!;
    const answer = await text(
      '',
      `want ${main} multi_ack_detailed side-band-64k\n`,
      flush,
      `have ${hidden()}\n`,
      flush,
    );
    expect(answer).toBe('0008NAK\n');
  });

  it('answers packets that can be read back', async () => {
    const { body } = await openUploadPack(store, 'sluice/0.1.0').advertise({
      protocol: 'version=2',
      isVisible: () => true,
      reads: 'history',
    });
    expect(requestPackets(Buffer.concat(body)).filter((each) => each === 'flush')).toHaveLength(2);
  });

  it.each([
    ['', 'want OID side-band-64k\n', (lines: Buffer[]) => [...lines, flush, have(), packet('done\n')]],
    [
      'version=2',
      'want OID\n',
      (lines: Buffer[]) => [packet('command=fetch'), delimiter, ...lines, have(), packet('done\n'), flush],
    ],
  ] as const)('with one want ten thousand times walks the history once (%s)', async (protocol, line, bodyOf) => {
    for (let number = 3; number < 40; number += 1) await commit('clusters/a', { 'revision.json': `a${number}` });
    const tip = store.refs().get('refs/heads/clusters/a')!;
    const asked = Array.from({ length: 10_000 }, () => packet(line.replace('OID', tip)));
    let reads = 0;
    const counting = { ...store, read: (oid: string) => (reads++, store.read(oid)) };
    const { body } = await openUploadPack(counting, 'sluice').uploadPack({
      protocol,
      isVisible: () => true,
      reads: 'history',
      body: Buffer.concat(bodyOf(asked)),
    });
    expect(Buffer.concat(body).includes('PACK')).toBe(true);
    // Each of its 39 commits once, and the trees of what is sent.
    expect(reads).toBeLessThan(3 * 39 + 10);
  });

  it.each(['', 'version=2'])('with more wants than there are refs is refused (%s)', async (protocol) => {
    const commits = [];
    for (let number = 3; number < 8; number += 1) {
      commits.push(await commit('clusters/a', { 'revision.json': `a${number}` }));
    }
    const wants = commits.map((oid) => `want ${oid} side-band-64k\n`);
    const args = protocol === '' ? [...wants, flush, 'done\n'] : ['command=fetch', delimiter, ...wants, 'done', flush];
    expect(await text(protocol, ...args)).toMatch(/^.{4}ERR 5 wants, and 2 refs to see/);
  });

  function have(): Buffer {
    let oldest = store.refs().get('refs/heads/clusters/a')!;
    for (;;) {
      const [parent] = parseCommit(store.read(oldest)!.body).parents;
      if (parent === undefined) return packet(`have ${oldest}\n`);
      oldest = parent;
    }
  }
});
