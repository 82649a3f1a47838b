import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchIncrement } from '../../../../../shared/adapters/git/increment.ts';
import { fetchLimits } from '../../../../../shared/adapters/git/library.ts';
import { makeCommit } from '../../../../../hub/model/commit.ts';
import { makeBlob, type GitObject } from '../../../../../shared/lib/git/object.ts';
import { packBytes, packEntry } from '../../../../../shared/lib/git/pack.ts';
import { makeTree } from '../../../../../hub/model/git-tree.ts';
import type { Http, HttpRequest } from '../../../../../shared/ports/http.ts';

const blob = makeBlob(Buffer.from('kind: Application\n'));
const tree = makeTree([{ name: 'app.yaml', kind: 'file', oid: blob.oid }]);
const commit = makeCommit({ tree: tree.oid, parent: 'a'.repeat(40), time: 0, message: 'change' });
const have = 'a'.repeat(40);

const packet = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);

/** A host that answers every fetch with these objects, and remembers what it was asked. */
function hostOf(objects: readonly GitObject[]) {
  const asked: HttpRequest[] = [];
  const pack = packBytes(objects.map(packEntry));
  const body = Buffer.concat([
    packet(Buffer.from(`ACK ${have}\n`)),
    packet(Buffer.concat([Buffer.from([1]), pack])),
    Buffer.from('0000'),
  ]);
  const http: Http = {
    request: (request) => {
      asked.push(request);
      return Promise.resolve({ status: 200, headers: {}, body });
    },
    events: () => Promise.reject(new Error('not here')),
  };
  return { host: { http, url: 'https://git.example/config.git', authorization: () => null }, asked };
}

describe('bringing what a commit adds to a clone', () => {
  let gitdir = '';
  const { signal } = new AbortController();
  const order = { commit: commit.oid, have, limits: fetchLimits, signal };
  beforeEach(async () => {
    gitdir = await mkdtemp(join(tmpdir(), 'sluice-increment-'));
    await mkdir(join(gitdir, 'objects', 'pack'), { recursive: true });
  });
  afterEach(() => rm(gitdir, { recursive: true, force: true }));
  const files = async () => (await readdir(join(gitdir, 'objects', 'pack'))).map((name) => name.replace(/.*\./, ''));

  it('says what is there, and writes one pack with its index', async () => {
    const { host, asked } = hostOf([commit, tree, blob]);
    await fetchIncrement(host, gitdir, order);
    expect((await files()).sort()).toEqual(['idx', 'pack']);
    const text = Buffer.from(asked[0]?.body ?? '').toString('utf8');
    expect(text).toContain(`want ${commit.oid}`);
    expect(text).toContain(`have ${have}`);
  });

  it('writes nothing of an answer that lacks the commit', async () => {
    await expect(fetchIncrement(hostOf([tree, blob]).host, gitdir, order)).rejects.toMatchObject({
      code: 'PACK_INVALID',
    });
    expect(await files()).toEqual([]);
  });

  it('writes nothing where the branch went back to what is there', async () => {
    await fetchIncrement(hostOf([]).host, gitdir, order);
    expect(await files()).toEqual([]);
  });
});
