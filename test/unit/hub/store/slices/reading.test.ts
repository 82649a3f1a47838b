import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readingFile, readingFolder } from '../../../../../hub/store/slices/reading.ts';
import type { SliceReader } from '../../../../../hub/store/slices/slice.ts';
import { atOnce, type Work } from '../../../../../shared/lib/slices.ts';

const values = new Map<string, unknown>([
  ['one.json', 1],
  ['many/a.json', 2],
  ['many/b.json', 3],
]);
const files = {
  list: function* (folder: string) {
    yield 1;
    return [...values.keys()].filter((path) => path.startsWith(`${folder}/`)).map((path) => ({ path, oid: path }));
  },
  file: (path: string) => (values.has(path) ? { path, oid: path } : null),
  json: (schema: z.ZodType, { path }: { readonly path: string }) => schema.parse(values.get(path)),
} as unknown as SliceReader;

/** How often work gives others a chance to have their turn. */
function stepsOf(work: Work<unknown>): number {
  let steps = 0;
  while (work.next().done !== true) steps += 1;
  return steps;
}

describe('reading a slice', () => {
  it.each([
    ['one.json', 1],
    ['none.json', 0],
  ])('of one file, %s: %s', (path, value) => {
    expect(atOnce(readingFile(files, z.number(), { path, empty: 0 }))).toBe(value);
  });

  it.each([
    ['many', [2, 3]],
    ['none', []],
  ])('of a folder, %s: %j', (folder, read) => {
    expect(atOnce(readingFolder(files, z.number(), folder))).toEqual(read);
  });

  it('says what it cost after each file, so that others have their turn in between', () => {
    expect(stepsOf(readingFolder(files, z.number(), 'many'))).toBe(3);
    expect(stepsOf(readingFile(files, z.number(), { path: 'one.json', empty: 0 }))).toBe(1);
  });
});
