import { channel, clusterRecord, revisionRecord } from '../../../../fixtures/hub/facts.ts';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPackStore } from '../../../../../hub/store/packs/store.ts';
import { makeCommit, parseCommit } from '../../../../../hub/model/commit.ts';
import { makeBlob, makeObject } from '../../../../../shared/lib/git/object.ts';
import { folderTrees, newFolder, place } from '../../../../../hub/model/git-tree.ts';
import { allowedSigners } from '../../../../../hub/keys/sshsig.ts';
import type { ObjectStore } from '../../../../../hub/model/objects.ts';
import { openLedger, type Ledger } from '../../../../../hub/store/ledger/ledger.ts';
import { volumeRef } from '../../../../../hub/store/ledger/volume.ts';
import { at, commitTo, hubKey, ledgerOf, seen, withClusters } from '../../../../fixtures/hub/ledger.ts';

const ledgerRef = volumeRef(1);

let dir: string;
let store: ObjectStore;
let ledger: Ledger;
const key = hubKey();

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ledger-'));
  store = openPackStore(join(dir, 'ledger.git'));
  ledger = ledgerOf(store, key);
  await ledger.create({ channel, epoch: 1 }, at);
});
afterEach(() => {
  store.close();
  rmSync(dir, { recursive: true, force: true });
});

const git = (...args: string[]): string =>
  execFileSync('git', ['-C', join(dir, 'ledger.git'), ...args], { encoding: 'utf8', stdio: 'pipe' });
const reopened = () => ledgerOf(openPackStore(join(dir, 'ledger.git')), key);
const invalid = expect.objectContaining({ code: 'LEDGER_INVALID' }) as Error;
const raced = expect.objectContaining({ code: 'LEDGER_RACED' }) as Error;

async function everything() {
  const first = await ledger.read();
  const next = {
    ...withClusters(first, clusterRecord('prod-1'), clusterRecord('prod-2', { revoked: true })),
    source: { repository: 'https://git.example/config', commit: 'abc' },
    documents: [seen('default/web'), seen('shop/.git'), seen('shop/a b%', { deep: [1, 'two', null] })],
    revisions: {
      revisions: new Map([['default/web', Array.from({ length: 11 }, (_, i) => revisionRecord('default/web', i + 1))]]),
      newest: new Map([['default/web', 'web-v11']]),
    },
    picks: new Map([
      ['default/web/{}', ['prod-1']],
      ['__proto__', ['prod-2']],
    ]),
    problems: [{ code: 'NAME_TAKEN' as const, message: 'taken', severity: 'error' as const }],
  };
  return { next, committed: await commitTo(ledger, first, next) };
}

describe('a ledger', () => {
  it('reads back what was committed, after a restart too', async () => {
    const first = await ledger.read();
    const { next, committed } = await everything();
    expect(committed).toEqual({ ...first, ...next, number: 2, base: committed.base });
    expect(await reopened().read()).toEqual(committed);
  });

  it('is a repository that git finds nothing wrong with, whose commits stock git verifies', async () => {
    await everything();
    expect(git('fsck', '--strict', '--full')).toBe('');
    writeFileSync(join(dir, 'allowed'), allowedSigners([key.publicKey]));
    const verify = [
      '-c',
      'gpg.format=ssh',
      '-c',
      `gpg.ssh.allowedSignersFile=${join(dir, 'allowed')}`,
      'verify-commit',
    ];
    for (const commit of git('rev-list', 'main').trim().split('\n')) {
      expect(() => git(...verify, commit)).not.toThrow();
    }
    writeFileSync(join(dir, 'allowed'), allowedSigners([hubKey().publicKey]));
    expect(() => git(...verify, 'main')).toThrow();
  });

  it('numbers its commits one by one', async () => {
    const one = await ledger.read();
    const two = await commitTo(ledger, one, withClusters(one, clusterRecord('a')), 'join a');
    const three = await commitTo(ledger, two, withClusters(two, clusterRecord('b')), 'join b');
    expect([one.number, two.number, three.number]).toEqual([1, 2, 3]);
    expect(git('log', '--format=%s', 'main').trim().split('\n')).toEqual(['join b', 'join a', 'begin the ledger']);
  });

  it('commits nothing when nothing changed', async () => {
    const { committed } = await everything();
    const before = store.refs().get(ledgerRef);
    expect(await commitTo(ledger, committed, { ...committed }, 'nothing')).toBe(committed);
    const problems = structuredClone(committed.problems);
    expect((await commitTo(reopened(), committed, { problems }, 'nothing')).base).toBe(committed.base);
    expect(store.refs().get(ledgerRef)).toBe(before);
  });

  it('writes only what changed', async () => {
    const many = Array.from({ length: 300 }, (_, i) => clusterRecord(`cluster-${i}`));
    const first = await ledger.read();
    const state = await commitTo(ledger, first, withClusters(first, ...many), 'many');
    const known = new Set(readdirSync(join(dir, 'ledger.git', 'objects', 'pack')));
    await commitTo(reopened(), state, withClusters(state, clusterRecord('cluster-7', { labels: {} })), 'one');
    const [index] = readdirSync(join(dir, 'ledger.git', 'objects', 'pack')).filter(
      (file) => file.endsWith('.idx') && !known.has(file),
    );
    const count = readFileSync(join(dir, 'ledger.git', 'objects', 'pack', index!)).readUInt32BE(8 + 255 * 4);
    // The commit, three trees (root, clusters, its shard), one blob.
    expect(count).toBe(5);
  });

  it('answers the same value for as long as the head stays', async () => {
    expect(await ledger.read()).toBe(await ledger.read());
  });

  it('carries root documents along', async () => {
    const files = new Map([['root/1.json', Buffer.from('{}')]]);
    const other = openPackStore(join(dir, 'other.git'));
    const rooted = openLedger({ store: other, sign: key.sign, trusted: [key.publicKey], channel, files });
    await rooted.create({ channel, epoch: 1 }, at);
    expect(await rooted.read()).toMatchObject({ number: 1 });
    expect(execFileSync('git', ['-C', join(dir, 'other.git'), 'show', 'main:root/1.json'], { encoding: 'utf8' })).toBe(
      '{}',
    );
  });
});

describe('two hubs on one ledger', () => {
  it('lets the first one win, and tells the other', async () => {
    const [one, two] = [reopened(), reopened()];
    const [a, b] = [await one.read(), await two.read()];
    await commitTo(one, a, withClusters(a, clusterRecord('a')), 'one');
    await expect(commitTo(two, b, withClusters(b, clusterRecord('b')), 'two')).rejects.toThrow(raced);
    const again = await two.read();
    expect([...again.clusters.keys()]).toEqual(['a']);
    await commitTo(two, again, withClusters(again, clusterRecord('b')), 'two');
    expect([...(await one.read()).clusters.keys()]).toEqual(['a', 'b']);
  });

  it('lets exactly one of many that commit at the same time win', async () => {
    const rivals = Array.from({ length: 6 }, reopened);
    const results = await Promise.allSettled(
      rivals.map(async (rival, i) => {
        const view = await rival.read();
        return commitTo(rival, view, withClusters(view, clusterRecord(`c${i}`)), `rival ${i}`);
      }),
    );
    const lost = results.filter((result) => result.status === 'rejected');
    expect(lost).toHaveLength(5);
    expect(lost.every(({ reason }) => (reason as { code: string }).code === 'LEDGER_RACED')).toBe(true);
    expect((await reopened().read()).clusters.size).toBe(1);
  });

  it('tells one writer that it based two commits on one state', async () => {
    const state = await ledger.read();
    await commitTo(ledger, state, withClusters(state, clusterRecord('a')), 'one');
    await expect(commitTo(ledger, state, withClusters(state, clusterRecord('b')), 'two')).rejects.toThrow(raced);
  });

  it('refuses to begin twice', async () => {
    await expect(reopened().create({ channel, epoch: 1 }, at)).rejects.toThrow(raced);
  });
});

describe('a tampered ledger is not believed', () => {
  const forged = async (sign?: (body: Buffer) => string, message = 'forged\n\nNumber: 2') => {
    const parent = store.refs().get(ledgerRef)!;
    const tree = parseCommit(store.read(parent)!.body).tree;
    const commit = makeCommit({ tree, parent, time: 1, message }, sign);
    await store.write([commit]);
    await store.moveRefs([{ ref: ledgerRef, from: parent, to: commit.oid }]);
  };

  it.each([
    ['an unsigned commit', async () => forged()],
    ['a commit that another key signed', async () => forged(hubKey().sign)],
    ['a commit that skips a number', async () => forged(key.sign, 'skip\n\nNumber: 5')],
    ['a commit without a number', async () => forged(key.sign, 'none')],
    [
      'a commit with a borrowed signature',
      async () => {
        const head = parseCommit(store.read(store.refs().get(ledgerRef)!)!.body);
        await forged(() => head.signature!);
      },
    ],
    [
      'a commit whose message was edited',
      async () => {
        const oid = store.refs().get(ledgerRef)!;
        const edited = Buffer.from(
          Buffer.from(store.read(oid)!.body).toString('latin1').replace('begin', 'began'),
          'latin1',
        );
        const commit = makeObject('commit', edited);
        await store.write([commit]);
        await store.moveRefs([{ ref: ledgerRef, from: oid, to: commit.oid }]);
      },
    ],
    [
      'another channel',
      async () => {
        const folder = newFolder();
        const blob = makeBlob(Buffer.from('{"format":1,"channel":"22222222-2222-4222-8222-222222222222","epoch":1}'));
        place(folder, ['ledger.json'], blob.oid);
        const { root, trees } = folderTrees(folder);
        const parent = store.refs().get(ledgerRef)!;
        const commit = makeCommit({ tree: root, parent, time: 1, message: 'x\n\nNumber: 2' }, key.sign);
        await store.write([commit, ...trees, blob]);
        await store.moveRefs([{ ref: ledgerRef, from: parent, to: commit.oid }]);
      },
    ],
    [
      'a lost ref',
      async () => {
        rmSync(join(dir, 'ledger.git', 'packed-refs'));
        return Promise.resolve();
      },
    ],
    [
      'a ref to nothing',
      async () => {
        writeFileSync(join(dir, 'ledger.git', 'packed-refs'), `${'1'.repeat(40)} ${ledgerRef}\n`);
        return Promise.resolve();
      },
    ],
  ])('%s', async (_, tamper) => {
    await tamper();
    await expect(reopened().read()).rejects.toThrow(invalid);
    await expect(ledger.read()).rejects.toThrow(invalid);
  });

  it('any flipped byte in its packs is either refused or changes nothing that is read', async () => {
    const { committed } = await everything();
    const folder = join(dir, 'ledger.git', 'objects', 'pack');
    const copy = join(dir, 'copy.git');
    let refused = 0;
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.pack'))) {
      const bytes = readFileSync(join(folder, file));
      for (let i = 12; i < bytes.length; i += 97) {
        cpSync(join(dir, 'ledger.git'), copy, { recursive: true });
        const damaged = Buffer.from(bytes);
        damaged[i] = damaged[i]! ^ 0x10;
        writeFileSync(join(copy, 'objects', 'pack', file), damaged);
        const opened = openPackStore(copy);
        const result = await ledgerOf(opened, key)
          .read()
          .catch((error: unknown) => error);
        if (result instanceof Error) expect(result).toMatchObject({ code: 'LEDGER_INVALID' });
        else expect(result).toEqual(committed);
        refused += result instanceof Error ? 1 : 0;
        opened.close();
        rmSync(copy, { recursive: true });
      }
    }
    expect(refused).toBeGreaterThan(10);
  });
});
