import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openContents } from '../../../../agent/run/contents.ts';
import { digestOf } from '../../../../shared/lib/canonical.ts';

const kibibyte = 1024;
let folder: string;
const said: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-contents-'));
  said.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (change: Partial<Parameters<typeof openContents>[0]> = {}) =>
  openContents({
    folder,
    memoryBytes: 64 * kibibyte,
    log: { warn: (text) => said.push(text) },
    ...change,
  });
type Opened = ReturnType<typeof open>;
const put = (contents: Opened, ...files: readonly Uint8Array[]) => {
  for (const bytes of files) contents.put(digestOf(bytes), bytes);
  return files.map((bytes) => digestOf(bytes));
};
const random = (count: number, bytes: number) => Array.from({ length: count }, () => randomBytes(bytes));
/** The file without a name, as the system shows it to this process. */
const hidden = (): string | undefined =>
  readdirSync('/proc/self/fd')
    .map((name) => `/proc/self/fd/${name}`)
    .find((path) => {
      try {
        return readlinkSync(path).startsWith(`${folder}/`);
      } catch {
        return false;
      }
    });

describe('the files of bundles', () => {
  it.each([
    ['a little at a time', 40, 10 * kibibyte],
    ['of odd sizes', 500, 4097],
    ['of a byte, or none', 3, 0],
    ['larger than all that may be in memory', 2, 1024 * kibibyte],
  ])('are read as they were put, from memory or from disk: %s', (_, count, bytes) => {
    const contents = open();
    const files = [...random(count, bytes), ...random(20, 5 * kibibyte)];
    const digests = put(contents, ...files);
    expect(digests.map((digest) => contents.sizeOf(digest))).toEqual(files.map((file) => file.length));
    for (const [at, digest] of digests.entries()) {
      expect(Buffer.compare(contents.read(digest)!, files[at]!)).toBe(0);
    }
    expect(said).toEqual([]);
  });

  it('that nothing wants any more are dropped, and their room is used again', () => {
    const contents = open();
    let wanted: ReadonlySet<`sha256:${string}`> = new Set();
    for (let round = 0; round < 20; round += 1) {
      const files = random(30, 10 * kibibyte);
      const digests = put(contents, ...files);
      contents.retain(new Set([...digests.slice(0, 5), digestOf('unknown')]));
      expect(digests.map((digest) => contents.read(digest) !== null)).toEqual(digests.map((_file, at) => at < 5));
      for (const digest of wanted) expect([contents.sizeOf(digest), contents.read(digest)]).toEqual([null, null]);
      wanted = new Set(digests);
    }
    expect(readFileSync(hidden()!).length).toBeLessThanOrEqual(40 * 12 * kibibyte);
  });

  it('have no name in the folder, and are nothing that others can read', () => {
    const contents = open();
    const secret = Buffer.from('{"kind":"Secret","data":{"password":"cGFzc3dvcmQ="}}'.repeat(4_000));
    const [digest] = put(contents, secret);
    expect(readdirSync(folder)).toEqual([]);
    const bytes = readFileSync(hidden()!);
    expect([bytes.length >= secret.length, bytes.includes('Secret'), bytes.includes('cGFzc3dvcmQ=')]).toEqual([
      true,
      false,
      false,
    ]);
    // The same text again is other bytes.
    put(contents, Buffer.from(`${String(secret)} `));
    const next = Math.ceil(bytes.length / 4096) * 4096;
    expect(
      readFileSync(hidden()!)
        .subarray(next, next + 4096)
        .equals(bytes.subarray(0, 4096)),
    ).toBe(false);
    expect(String(contents.read(digest!))).toBe(String(secret));
  });

  it('that fit into memory never meet the disk', () => {
    const contents = open();
    put(contents, ...random(6, 10 * kibibyte));
    expect(hidden()).toBeUndefined();
  });

  it.each([
    ['where there is no folder', { folder: null }, 0],
    ['where the folder takes no file, and that is said once', { folder: '/proc/nowhere' }, 1],
  ])('all stay in memory %s', (_, change, warnings) => {
    const contents = open(change);
    const files = random(20, 10 * kibibyte);
    const digests = put(contents, ...files);
    expect(digests.map((digest) => contents.read(digest)!.length)).toEqual(files.map((file) => file.length));
    expect(said).toHaveLength(warnings);
  });

  it('that are damaged on disk are gone, which is said, and stay in memory once they were fetched again', () => {
    const contents = open();
    const file = randomBytes(100 * kibibyte);
    const [digest] = put(contents, file);
    truncateSync(hidden()!, 10);
    expect([contents.read(digest!), contents.sizeOf(digest!)]).toEqual([null, null]);
    expect(said).toEqual([expect.stringMatching(/not what was written.*fetched again/)]);
    put(contents, file);
    expect(contents.read(digest!)).toBe(file);
  });
});
