import { afterAll, describe, expect, it } from 'vitest';
import { readHere, startFileReader, type FileToRead } from '../../../../hub/load/reader.ts';
import { mostDocuments, type ParsedFile } from '../../../../hub/load/parse.ts';
import { everything } from '../../../../hub/load/select.ts';
import { createSnapshotBuilder } from '../../../../hub/load/snapshot.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';

const { signal } = new AbortController();
const file = (path: string, text: string, all = false): FileToRead => ({ path, bytes: Buffer.from(text), all });
const app = (name: string): string => `kind: Application\nmetadata:\n  name: ${name}\n`;

// Locating is a function: what it answers is compared.
const plain = ({ documents, ...rest }: ParsedFile) => ({
  ...rest,
  size: null,
  documents: documents.map(({ value, place, locate }) => ({ value, place, name: locate(['metadata', 'name']) })),
});

describe('reading files in a thread of its own', () => {
  const reader = startFileReader(systemClock);
  afterAll(() => reader.close());

  it.each([
    ['documents of ours', file('a.yaml', `# one\n${app('a')}---\n${app('b')}`)],
    ['documents of others', file('a.yaml', 'apiVersion: v1\nkind: Service\nmetadata: {name: s}\n---\n- 1\n')],
    ['a List', file('a.yaml', `apiVersion: v1\nkind: List\nitems:\n  - kind: Application\n    metadata: {name: a}\n`)],
    ['all documents, as they stand there', file('a.yaml', 'kind: Service\n---\napiVersion: v1\nkind: List\n', true)],
    ['a JSON file', file('a.json', '{"kind": "Cluster", "metadata": {"name": "c"}}')],
    ['a file that does not parse', file('a.yaml', 'a: [1,\nb')],
    ['a file of another encoding', { path: 'a.yaml', bytes: Uint8Array.of(0xff, 0xfe, 0x61), all: false }],
    ['an empty file', file('a.yaml', '')],
    ['a Git LFS pointer', file('a.yaml', 'version https://git-lfs.github.com/spec/v1\noid sha256:1\n')],
    ['merged keys', file('a.yaml', 'x: &x {name: n}\nkind: Application\nmetadata: {<<: *x}\n')],
  ])('gives the same as reading them here: %s', async (_, one) => {
    const [there] = await reader.read([one], signal);
    const [here] = await readHere.read([one], signal);
    expect(there && plain(there)).toEqual(here && plain(here));
  });

  it('answers many files in their order', async () => {
    const files = Array.from({ length: 50 }, (_, index) => file(`${index}.yaml`, app(`a${index}`)));
    const read = await reader.read(files, signal);
    expect(read.map(({ documents }) => documents[0]?.place.path)).toEqual(files.map(({ path }) => path));
  });

  it('reads a part of a larger buffer', async () => {
    const bytes = Buffer.from(`garbage: [\n${app('a')}`).subarray('garbage: [\n'.length);
    const [read] = await reader.read([{ path: 'a.yaml', bytes, all: false }], signal);
    expect(read?.documents[0]?.value).toEqual({ kind: 'Application', metadata: { name: 'a' } });
  });

  it('counts what aliases come to when they are written out', async () => {
    const text = `kind: Application\na: &a ${'x'.repeat(1000)}\nb: [${Array(100).fill('*a').join(', ')}]\n`;
    const [read] = await reader.read([file('a.yaml', text)], signal);
    expect(read?.size).toBeGreaterThan(100_000);
  });

  it('refuses a file with more documents than the limit, with the place of the first one', async () => {
    const [within, beyond] = await reader.read(
      [file('a.yaml', 'a: 1\n---\n'.repeat(mostDocuments)), file('b.yaml', 'a: 1\n---\n'.repeat(mostDocuments + 1))],
      signal,
    );
    expect([within?.skipped.length, within?.broken]).toEqual([mostDocuments, null]);
    expect(beyond?.broken?.problem).toMatchObject({
      code: 'YAML_TOO_LARGE',
      place: { path: 'b.yaml', line: 2 * mostDocuments + 1 },
      hint: 'split it',
    });
  });
});

describe('a file that poisons its reader', () => {
  const worker = (body: string): URL =>
    new URL(
      `data:text/javascript,${encodeURIComponent(`
        import { parentPort } from 'node:worker_threads';
        const answer = (path) => ({ documents: [], rest: JSON.stringify({ skipped: [], broken: null, leftover: { what: path, isBare: true } }) });
        parentPort.on('message', (files) => {
          for (const { path } of files) {
            if (path.startsWith('poison')) { ${body} }
            parentPort.postMessage({ answer: answer(path), heapBytes: 0 });
          }
        });
        parentPort.postMessage('ready');`)}`,
    );

  it.each([
    ['never ends', 'for (;;);', { fileMs: 1_000 }, 'reading this file takes more than 1 s'],
    [
      'takes all memory',
      'const a = []; for (;;) a.push(new Array(1e5).fill(1.5));',
      { threadMib: 32 },
      'reading this file needs more than 32 MiB',
    ],
  ])('is broken when it %s; the files beside it are read', async (_, body, limits, message) => {
    const reader = startFileReader(systemClock, { workerUrl: worker(body), ...limits });
    const read = await reader.read([file('a', ''), file('poison', ''), file('b', '')], signal);
    expect(read.map(({ leftover }) => leftover?.what)).toEqual(['a', undefined, 'b']);
    expect(read[1]).toMatchObject({
      isTried: true,
      broken: {
        path: 'poison',
        what: 'broken',
        problem: { code: 'FILE_UNREADABLE', message, place: { path: 'poison', line: 1, column: 1 }, hint: 'split it' },
      },
    });
    await reader.close();
  });

  it('is tried again with the next commit, and what was read is not', async () => {
    const asked: string[] = [];
    const builder = createSnapshotBuilder(everything, {
      read: async (files, within) => {
        asked.push(...files.map(({ path }) => path));
        const read = await readHere.read(files, within);
        return read.map((one, index) => (files[index]?.path === 'poison.yaml' ? { ...one, isTried: true } : one));
      },
    });
    const entries = ['a.yaml', 'poison.yaml'].map((path) => ({
      path,
      oid: path,
      read: () => Promise.resolve(Buffer.from(app('a'))),
    }));
    const facts = { repository: 'r', commit: 'c', descends: true };
    await builder.build({ entries, others: [] }, facts, signal);
    await builder.build({ entries, others: [] }, facts, signal);
    expect(asked).toEqual(['a.yaml', 'poison.yaml', 'poison.yaml']);
  });
});
