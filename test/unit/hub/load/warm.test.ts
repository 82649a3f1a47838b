import { expect, it } from 'vitest';
import { readHere, type FileReader } from '../../../../hub/load/reader.ts';
import { warmReader } from '../../../../hub/load/warm.ts';
import type { ParsedFile } from '../../../../hub/load/parse.ts';

const { signal } = new AbortController();

it('reads an example that has what repositories have, file by file', async () => {
  const read: ParsedFile[] = [];
  const sizes: number[] = [];
  const reader: FileReader = {
    read: async (files, of) => {
      sizes.push(files.length);
      read.push(...(await readHere.read(files, of)));
      return [];
    },
  };
  await warmReader(reader, signal);
  expect(read.length).toBeGreaterThan(1);
  expect(new Set(sizes)).toEqual(new Set([1]));
  expect(read.map(({ broken, documents }) => [broken, documents.length])).toEqual(read.map(() => [null, 1]));
});

it('is over where the hub stops, and where files cannot be read', async () => {
  let asked = 0;
  const reader: FileReader = {
    read: () => {
      asked += 1;
      return Promise.reject(new Error('the thread does not start'));
    },
  };
  await warmReader(reader, AbortSignal.abort());
  expect(asked).toBe(0);
  await expect(warmReader(reader, signal)).resolves.toBeUndefined();
});
