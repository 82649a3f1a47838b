import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPackStore, type StoreOptions } from '../../../../../hub/store/packs/store.ts';
import { makeCommit, parseCommit } from '../../../../../hub/model/commit.ts';
import { makeBlob, type GitObject } from '../../../../../shared/lib/git/object.ts';
import { folderTrees, newFolder, place } from '../../../../../hub/model/git-tree.ts';
import type { ObjectStore } from '../../../../../hub/model/objects.ts';
import { mortalDisk } from '../../../../fakes/mortal-disk.ts';

let dir: string;
const opened: ObjectStore[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'packs-'));
});
afterEach(() => {
  for (const store of opened.splice(0)) store.close();
  rmSync(dir, { recursive: true, force: true });
});

const open = (options: StoreOptions = {}): ObjectStore => {
  const store = openPackStore(join(dir, 'repo.git'), options);
  opened.push(store);
  return store;
};
const git = (...args: string[]): string =>
  execFileSync('git', ['-C', join(dir, 'repo.git'), ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

function commitOf(files: Record<string, string>, parent: string | null, message = 'a change'): GitObject[] {
  const folder = newFolder();
  const blobs = Object.entries(files).map(([path, text]) => {
    const blob = makeBlob(Buffer.from(text));
    place(folder, path.split('/'), blob.oid);
    return blob;
  });
  const { root, trees } = folderTrees(folder);
  return [makeCommit({ tree: root, parent, time: 1_700_000_000, message }), ...trees, ...blobs];
}

function flipped(bytes: Buffer): Buffer {
  const [at, other] = [bytes.length >> 1, Buffer.from(bytes)];
  other[at] = (other[at] ?? 0) ^ 1;
  return other;
}

async function publish(store: ObjectStore, files: Record<string, string>, ref = 'refs/heads/main'): Promise<string> {
  const parent = store.refs().get(ref) ?? null;
  const objects = commitOf(files, parent);
  await store.write(objects);
  await store.moveRefs([{ ref, from: parent, to: objects[0]!.oid }]);
  return objects[0]!.oid;
}

function readlink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

describe('what others take out of the folder while it is open', () => {
  const packFolder = () => join(dir, 'repo.git', 'objects', 'pack');
  const packs = () => readdirSync(packFolder()).filter((name) => /\.(?:pack|idx)$/.test(name));

  it('is written again, the same, before a restart would miss it', async () => {
    const store = open();
    const first = await publish(store, { 'a.txt': 'a' });
    const gone = packs();
    await publish(store, { 'a.txt': 'a', 'b.txt': 'b' });
    for (const name of gone) rmSync(join(packFolder(), name));
    expect(() => git('fsck', '--strict', '--full')).toThrow();
    expect(await store.consolidate()).toBe(false);
    expect(git('fsck', '--strict', '--full')).toBe('');
    expect([store.read(first)?.oid, open().read(first)?.oid]).toEqual([first, first]);
    const names = packs();
    await store.consolidate();
    expect(packs()).toEqual(names);
  });

  it('is written again in a whole repository where all of it is gone', async () => {
    const store = open();
    const first = await publish(store, { 'a.txt': 'a' });
    rmSync(join(dir, 'repo.git'), { recursive: true });
    await store.consolidate();
    git('update-ref', 'refs/heads/main', first);
    expect(git('fsck', '--strict', '--full')).toBe('');
  });

  it('is written again where what Git packed so is gone, too', async () => {
    const store = open();
    const long = Array.from({ length: 500 }, (_, n) => `line ${n} ${n * 7919}`).join('\n');
    await publish(store, { 'a.txt': long });
    const second = await publish(store, { 'a.txt': `${long}\nand more` });
    const oids = git('rev-list', '--objects', '--no-object-names', second).trim().split('\n');
    git('repack', '-adfq');
    // It is looked for, and the pack of Git is found.
    expect(store.has('0'.repeat(40))).toBe(false);
    git('repack', '-adfq', '--window=20');
    for (const name of packs()) rmSync(join(packFolder(), name), { force: true });
    await store.consolidate();
    for (const oid of oids) expect(store.read(oid)?.oid).toBe(oid);
  });

  it('is written again where Git packed it in a way that is not read here', async () => {
    const store = open();
    const long = Array.from({ length: 500 }, (_, n) => `line ${n} ${n * 7919}`).join('\n');
    await publish(store, { 'a.txt': long });
    const second = await publish(store, { 'a.txt': `${long}\nand more` });
    git('repack', '-adfq');
    await store.consolidate();
    for (const oid of git('rev-list', '--objects', '--no-object-names', second).trim().split('\n'))
      expect(store.read(oid)?.oid).toBe(oid);
  });
});

describe('a pack store whose disk is full', () => {
  const left = () => readdirSync(dir, { recursive: true }).filter((path) => /tmp_|\.lock/.test(String(path)));
  /** Files of it that this process has open and that have no name any more; only Linux tells. */
  const unnamed = () =>
    (existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd') : []).filter((file) => {
      const path = readlink(`/proc/self/fd/${file}`);
      return path.startsWith(dir) && path.endsWith('(deleted)');
    });

  it('keeps nothing of what it could not write, at whichever write that was, and goes on at once when there is room', async () => {
    const disk = mortalDisk(dir);
    try {
      const store = open();
      await publish(store, { a: '0' });
      for (let at = 1, faults = -1; faults !== disk.faults(); at += 1) {
        faults = disk.faults();
        disk.fullAt(at);
        const failed = await publish(store, { a: String(at) }).catch((error: unknown) => error);
        if (disk.isFull()) {
          expect(failed).toMatchObject({ code: 'UNAVAILABLE' });
          expect([left(), unnamed()], `full at write ${at}`).toEqual([[], []]);
        }
        disk.makeRoom();
        await publish(store, { a: `${at} again` });
      }
      expect(disk.faults()).toBeGreaterThan(2);
    } finally {
      disk.close();
    }
  });
});

describe('a pack store', () => {
  it('is a bare repository that the real git finds nothing wrong with, clones and logs', async () => {
    const store = open();
    await publish(store, { 'README.md': 'one', 'a/b/c.json': '{}', 'a.b': 'x', a0: 'y' });
    await publish(store, { 'README.md': 'two', 'a/b/c.json': '{}', 'a.b': 'x', a0: 'y'.repeat(100_000) });
    expect(
      execFileSync('git', ['-C', join(dir, 'repo.git'), 'fsck', '--strict', '--full'], { stdio: 'pipe' }).toString(),
    ).toBe('');
    expect(git('log', '--format=%s', 'main').trim().split('\n')).toHaveLength(2);
    execFileSync('git', ['clone', '-q', join(dir, 'repo.git'), join(dir, 'clone')]);
    expect(readFileSync(join(dir, 'clone', 'README.md'), 'utf8')).toBe('two');
    expect(readdirSync(join(dir, 'repo.git', 'objects'))).toEqual(['info', 'pack']);
  });

  it('clones empty, with main as its branch', () => {
    open();
    execFileSync('git', ['clone', '-q', join(dir, 'repo.git'), join(dir, 'clone')], { stdio: 'pipe' });
    expect(readFileSync(join(dir, 'clone', '.git', 'HEAD'), 'utf8')).toBe('ref: refs/heads/main\n');
  });

  it('writes the same bytes for the same objects', async () => {
    const objects = commitOf({ a: 'one', 'b/c': 'two' }, null);
    await open().write(objects);
    const other = openPackStore(join(dir, 'other.git'));
    opened.push(other);
    await other.write([...objects]);
    const packs = (name: string) => readdirSync(join(dir, name, 'objects', 'pack')).sort();
    expect(packs('other.git')).toEqual(packs('repo.git'));
  });

  it('reads back what it wrote, also after it was opened again', async () => {
    const objects = commitOf({ a: 'one', 'b/c': '', 'b/d': 'x'.repeat(70_000) }, null);
    await open().write(objects);
    const again = open();
    for (const { oid, type, body } of objects) {
      expect(again.has(oid)).toBe(true);
      expect(again.read(oid)).toMatchObject({ oid, type });
      expect(Buffer.compare(again.read(oid)!.body, body)).toBe(0);
    }
    expect(again.read('0'.repeat(40))).toBeNull();
  });

  it('has no object whose name only begins like that of one', async () => {
    const store = open();
    const objects = Array.from({ length: 40 }, (_, at) => makeBlob(Buffer.from(`object ${at}`)));
    await store.write(objects);
    const other = (oid: string, from: number) =>
      oid.slice(0, from) + oid.slice(from).replaceAll(/[0-9a-f]/g, (digit) => (digit === '0' ? '1' : '0'));
    for (const { oid } of objects) {
      expect(store.has(oid)).toBe(true);
      for (const from of [0, 2, 8, 9, 39]) expect(store.has(other(oid, from))).toBe(false);
    }
    for (const name of ['', 'no name', objects[0]!.oid.toUpperCase(), `${objects[0]!.oid}0`]) {
      expect(store.has(name)).toBe(false);
    }
  });

  it('writes nothing for objects that it has', async () => {
    const store = open();
    const objects = commitOf({ a: 'one' }, null);
    await store.write(objects);
    await store.write([...objects]);
    expect(readdirSync(join(dir, 'repo.git', 'objects', 'pack'))).toHaveLength(2);
  });

  it('sees what another process wrote', async () => {
    const [one, other] = [open(), open()];
    const commit = await publish(other, { a: 'one' });
    expect(one.refs().get('refs/heads/main')).toBe(commit);
    expect(one.read(commit)?.type).toBe('commit');
  });

  it('moves all refs or none', async () => {
    const store = open();
    const main = await publish(store, { a: 'one' });
    const moves = [
      { ref: 'refs/heads/clusters/a', from: null, to: main },
      { ref: 'refs/heads/main', from: '1'.repeat(40), to: main },
    ];
    await expect(store.moveRefs(moves)).rejects.toMatchObject({
      code: 'CONFLICT',
      data: { subject: 'refs/heads/main' },
    });
    expect([...store.refs()]).toEqual([['refs/heads/main', main]]);
  });

  it('lets exactly one of many rivals move a ref', async () => {
    const stores = Array.from({ length: 5 }, () => open());
    const results = await Promise.allSettled(
      stores.map(async (store, i) => {
        const objects = commitOf({ a: String(i) }, null);
        await store.write(objects);
        await store.moveRefs([{ ref: 'refs/heads/main', from: null, to: objects[0]!.oid }]);
        return objects[0]!.oid;
      }),
    );
    const won = results.filter((result) => result.status === 'fulfilled').map(({ value }) => value);
    expect(won).toHaveLength(1);
    expect(open().refs().get('refs/heads/main')).toBe(won[0]);
  });

  it('sees a ref that somebody moved with git, and refuses to move it from elsewhere', async () => {
    const store = open();
    const first = await publish(store, { a: 'one' });
    const second = await publish(store, { a: 'two' });
    git('update-ref', 'refs/heads/main', first);
    expect(store.refs().get('refs/heads/main')).toBe(first);
    await expect(store.moveRefs([{ ref: 'refs/heads/main', from: second, to: second }])).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await store.moveRefs([{ ref: 'refs/heads/main', from: first, to: second }]);
    expect(git('rev-parse', 'main').trim()).toBe(second);
  });

  it('merges many packs into few without losing an object, and git still finds nothing wrong', async () => {
    const store = open({ maxPacks: 6 });
    const commits: string[] = [];
    for (let i = 0; i < 20; i += 1) {
      commits.push(await publish(store, { a: String(i), 'same/file': 'same' }));
      await store.consolidate();
    }
    const packs = readdirSync(join(dir, 'repo.git', 'objects', 'pack')).filter((file) => file.endsWith('.pack'));
    expect(packs.length).toBeLessThanOrEqual(7);
    for (const commit of commits) expect(parseCommit(store.read(commit)!.body).message).toBe('a change\n');
    expect(git('fsck', '--strict', '--full')).toBe('');
    expect(git('rev-list', '--count', 'main').trim()).toBe('20');
    expect(open().has(commits[0]!)).toBe(true);
  });

  it.each<[what: string, damage: (path: string) => void]>([
    ['another byte', (path) => writeFileSync(path, flipped(readFileSync(path)))],
    ['less than was written', (path) => truncateSync(path, readFileSync(path).length - 1)],
    ['more than was written', (path) => appendFileSync(path, 'x')],
    ['nothing', (path) => truncateSync(path, 0)],
  ])('keeps nothing of a write that the disk gives back with %s', async (_, damage) => {
    const folder = join(dir, 'repo.git', 'objects', 'pack');
    for (const end of ['-pack', '-idx']) {
      const store = open({
        onStep: (step) => {
          if (step !== 'compare pack') return;
          for (const file of readdirSync(folder)) if (file.endsWith(end)) damage(join(folder, file));
        },
      });
      const objects = commitOf({ a: end }, null);
      await expect(store.write(objects)).rejects.toMatchObject({ code: 'PACK_INVALID' });
      expect(objects.some(({ oid }) => store.has(oid))).toBe(false);
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it('says which object is damaged', async () => {
    const store = open();
    const blob = makeBlob(Buffer.from('x'.repeat(1000)));
    await store.write([blob]);
    store.close();
    const folder = join(dir, 'repo.git', 'objects', 'pack');
    const pack = join(
      folder,
      readdirSync(folder).find((file) => file.endsWith('.pack'))!,
    );
    const bytes = readFileSync(pack);
    bytes[20] = bytes[20]! ^ 0xff;
    rmSync(pack);
    writeFileSync(pack, bytes);
    expect(() => open().read(blob.oid)).toThrow(expect.objectContaining({ code: 'PACK_INVALID' }) as Error);
  });

  it('breaks the lock of a process that is gone, with what it left, and waits for one that lives', async () => {
    const store = open({ owner: { id: 'me', isGone: (id) => id === 'gone' } });
    const lock = join(dir, 'repo.git', 'sluice.lock');
    writeFileSync(lock, 'gone');
    writeFileSync(join(dir, 'repo.git', 'packed-refs.lock'), 'half written');
    const commit = await publish(store, { a: 'one' });
    writeFileSync(lock, 'alive');
    await expect(store.moveRefs([{ ref: 'refs/heads/x', from: null, to: commit }])).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    expect(readFileSync(lock, 'utf8')).toBe('alive');
  });
});
