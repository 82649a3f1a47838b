import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { makeCommit } from '../../../../hub/model/commit.ts';
import { folderTrees, newFolder, parseOwnTree, place } from '../../../../hub/model/git-tree.ts';
import { openUploadPack } from '../../../../hub/server/git/upload-pack.ts';
import { answerPackets } from '../../../../shared/adapters/git/answer.ts';
import { checkPack } from '../../../../shared/adapters/git/pack-guard.ts';
import { resolvePack } from '../../../../shared/adapters/git/resolve.ts';
import { makeBlob, type GitObject, type Oid } from '../../../../shared/lib/git/object.ts';
import { packEntry } from '../../../../shared/lib/git/pack.ts';
import { parseTree, parseTreeLoosely, walkTree } from '../../../../shared/lib/git/tree.ts';
import { pieced } from '../inputs.ts';
import { refusing, type Target } from '../target.ts';

const oids = (objects: readonly GitObject[]) =>
  new Map(objects.map((object): [Oid, GitObject] => [object.oid, object]));

/** A channel in memory: a history of some commits on two refs. */
function channel() {
  const objects: GitObject[] = [];
  let parent: Oid | null = null;
  for (let number = 0; number < 30; number += 1) {
    const blob = makeBlob(Buffer.from(`file ${number}`));
    const folder = newFolder();
    place(folder, ['objects', `a${number % 3}.json`], blob.oid);
    const { root, trees } = folderTrees(folder);
    const commit: GitObject = makeCommit({ tree: root, parent, time: 1_700_000_000 + number, message: `${number}` });
    parent = commit.oid;
    objects.push(blob, ...trees, commit);
  }
  const all = oids(objects);
  const tip = parent ?? '';
  return {
    tip,
    some: [...all.keys()].slice(0, 12),
    store: {
      refs: () =>
        new Map([
          ['refs/heads/main', tip],
          ['refs/heads/clusters/a', tip],
        ]),
      has: (oid: Oid) => all.has(oid),
      read: (oid: Oid) => all.get(oid) ?? null,
      packed: (oid: Oid) => {
        const object = all.get(oid);
        return object === undefined
          ? null
          : { type: object.type, size: object.body.length, entry: packEntry(object).bytes };
      },
    },
  };
}

const hosted = channel();
const line = (text: string) => (text.length + 4).toString(16).padStart(4, '0') + text;
const lines = [
  ...['0000', '0001', '0002', '0003', '0004', 'ffff', '000', '00zz'],
  ...[
    'command=fetch\n',
    'command=ls-refs\n',
    'agent=x',
    'object-format=sha1',
    'done\n',
    'ofs-delta\n',
    'thin-pack\n',
  ].map(line),
  ...[
    'deepen 1\n',
    'deepen 99999999999\n',
    'deepen -1\n',
    'deepen-since 1\n',
    'filter blob:none\n',
    'ref-prefix \n',
    'symrefs\n',
    'peel\n',
  ].map(line),
  ...[hosted.tip, ...hosted.some].flatMap((oid) => [`want ${oid}\n`, `have ${oid}\n`, `shallow ${oid}\n`].map(line)),
  ...['want x\n', `want ${'0'.repeat(40)}\n`, `want ${hosted.tip} multi_ack side-band-64k\n`].map(line),
];

/** What a client says to the Git endpoint of a hub, and what a Git host says to both programs. */
export const pktLine: Target<Uint8Array> = {
  name: 'pkt-line',
  from: 'clients of the Git endpoint, and Git hosts',
  input: pieced(lines, 2_000).map((text) => Buffer.from(text, 'latin1')),
  cpuMs: 2_000,
  short: 150,
  open: () => {
    const service = openUploadPack(hosted.store, 'sluice/test');
    return {
      read: async (body) => {
        await refusing(() => answerPackets(body));
        for (const protocol of ['', 'version=1', 'version=2']) {
          for (const reads of ['tips', 'history'] as const) {
            const answer = await service.uploadPack({
              protocol,
              isVisible: (ref) => ref.endsWith('main'),
              reads,
              body,
            });
            if (answer.body.reduce((sum, part) => sum + part.length, 0) > 1024 * 1024)
              throw new Error('a large answer');
          }
        }
      },
    };
  },
};

type Entry = readonly [type: number, size: number, content: Uint8Array, before: Uint8Array, isWhole: boolean];

function headerOf(type: number, size: number): Buffer {
  const bytes = [(type << 4) | (size & 15)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 0x80;
    bytes.push(rest & 0x7f);
  }
  return Buffer.from(bytes);
}

function packOf(entries: readonly Entry[], count: number): Buffer {
  const head = Buffer.alloc(12);
  head.write('PACK');
  head.writeUInt32BE(2, 4);
  head.writeUInt32BE(count >>> 0, 8);
  const bodies = entries.map(([type, size, content, before, isWhole]) =>
    Buffer.concat([headerOf(type, isWhole ? content.length : size), before, deflateSync(content)]),
  );
  const body = Buffer.concat([head, ...bodies]);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}

const content = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc
    .tuple(fc.nat({ max: 255 }), fc.integer({ min: 1, max: 200_000 }))
    .map(([byte, length]) => Buffer.alloc(length, byte)),
  fc
    .tuple(fc.nat({ max: 127 }), fc.nat({ max: 127 }), fc.uint8Array({ maxLength: 20 }))
    .map(([base, target, rest]) => Buffer.from([base, target, ...rest])),
);
const entry: fc.Arbitrary<Entry> = fc.tuple(
  fc.oneof(fc.constantFrom(1, 2, 3, 6, 7), fc.nat({ max: 7 })),
  fc.oneof(fc.nat({ max: 300 }), fc.constantFrom(2 ** 27, 2 ** 31, 2 ** 48)),
  content,
  fc.oneof(
    fc.constant(new Uint8Array()),
    fc.uint8Array({ maxLength: 3 }),
    fc.uint8Array({ minLength: 20, maxLength: 20 }),
  ),
  fc.boolean(),
);

/** Packs, as a Git host or a mirror sends them; with a checksum that is right, so that the rest is read. */
export const pack: Target<Uint8Array> = {
  name: 'pack',
  from: 'Git hosts and mirrors',
  input: fc.oneof(
    fc
      .tuple(fc.array(entry, { maxLength: 12 }), fc.option(fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1)))
      .map(([entries, count]) => packOf(entries, count ?? entries.length)),
    fc
      .tuple(entry, fc.integer({ min: 1, max: 2_000 }))
      .map(([one, count]) => packOf(Array(count).fill(one) as Entry[], count)),
  ),
  cpuMs: 4_000,
  short: 30,
  open: () => ({
    read: (bytes) =>
      refusing(async () => {
        const limits = { inflatedBytes: 24 * 1024 * 1024, chain: 50, objects: 30_000 };
        await checkPack(Buffer.from(bytes), limits);
        return resolvePack(Buffer.from(bytes));
      }),
  }),
};

const modes = ['100644', '100755', '40000', '040000', '120000', '160000', '0', '777777777777', 'x'];
const names = ['a', 'a.json', '..', '.', '', '.git', '.GIT', 'a/b', '\u00e4', '__proto__', 'x'.repeat(300)];
const oddEntry = fc
  .tuple(
    fc.constantFrom(...modes),
    fc.oneof(fc.constantFrom(...names), fc.string({ unit: 'binary', maxLength: 6 })),
    fc.nat({ max: 5 }),
    fc.nat({ max: 25 }),
  )
  .map(([mode, name, to, length]) => entryOf(mode, name, to).subarray(0, mode.length + name.length + 1 + length));
// Right ones lead on: a few folders that point at each other stand for very many paths.
const rightEntry = fc
  .tuple(
    fc.constantFrom('100644', '40000', '40000'),
    fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'),
    fc.nat({ max: 5 }),
  )
  .map(([mode, name, to]) => entryOf(mode, name, to));
const treeBytes = fc.oneof(
  { weight: 1, arbitrary: fc.array(oddEntry, { maxLength: 12 }) },
  { weight: 5, arbitrary: fc.uniqueArray(rightEntry, { maxLength: 10, selector: (one) => one[one.indexOf(0) - 1] }) },
);

/** An entry that points at the tree of this number. */
function entryOf(mode: string, name: string, to: number): Buffer {
  return Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.alloc(20).fill(to, 19)]);
}

/** Trees, alone and as a few objects that stand for very many paths. */
export const tree: Target<Uint8Array> = {
  name: 'tree',
  from: 'Git hosts and mirrors',
  input: fc
    .oneof(
      fc.array(
        treeBytes.map((entries) => Buffer.concat(entries)),
        { minLength: 1, maxLength: 24 },
      ),
      fc
        .tuple(treeBytes, fc.integer({ min: 1, max: 120 }))
        .map(([entries, levels]) => Array<Buffer>(levels).fill(Buffer.concat(entries))),
    )
    .map((trees) => Buffer.concat(trees.flatMap((one) => [Buffer.from([one.length >> 8, one.length & 255]), one]))),
  cpuMs: 8_000,
  short: 8,
  open: () => ({
    read: async (bytes) => {
      const trees: Uint8Array[] = [];
      for (let at = 0; at + 2 <= bytes.length;) {
        const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
        trees.push(bytes.subarray(at + 2, at + 2 + length));
        at += 2 + length;
      }
      // An entry points at one of the next trees: ids are digests, so no tree is below itself.
      const numberOf = (oid: Oid) => Number.parseInt(oid.slice(-2), 16);
      const readTree = (oid: Oid) => {
        const entries = parseTree(trees[numberOf(oid)] ?? new Uint8Array(), oid);
        const next = (to: Oid) => (numberOf(oid) + 1 + (numberOf(to) % 2)).toString(16).padStart(40, '0');
        return Promise.resolve(entries.map((entry) => ({ ...entry, oid: next(entry.oid) })));
      };
      for (const one of trees) {
        await refusing(() => parseOwnTree(one));
        await refusing(() => parseTreeLoosely(one, 'f'.repeat(40)));
      }
      const found = await refusing(() => walkTree('0'.repeat(40), readTree));
      const climbs = (found ?? []).find(
        ({ path, odd }) =>
          odd === undefined && path.split('/').some((name) => name === '..' || name === '' || name === '.'),
      );
      if (climbs !== undefined) throw new Error(`a path that leaves its folder: ${JSON.stringify(climbs.path)}`);
    },
  }),
};
