import type { z } from 'zod';
import { mapping, type Work } from '../../../shared/lib/slices.ts';
import type { Found, SliceReader } from './slice.ts';

/** What reading a file of JSON costs. */
const unitsOfFile = 8;

/** Reads files. */
export function readingFiles<T>(files: SliceReader, schema: z.ZodType<T>, found: readonly Found[]): Work<T[]> {
  return mapping(found, unitsOfFile, (file) => files.json(schema, file));
}

/** Reads every file of a folder. */
export function* readingFolder<T>(files: SliceReader, schema: z.ZodType<T>, folder: string): Work<T[]> {
  return yield* readingFiles(files, schema, yield* files.list(folder));
}

/** Reads a slice that is one file: what the file says, or `empty` where there is none. */
export function* readingFile<T>(
  files: SliceReader,
  schema: z.ZodType<T>,
  { path, empty }: { readonly path: string; readonly empty: T },
): Work<T> {
  const found = files.file(path);
  const [value = empty] = yield* readingFiles(files, schema, found === null ? [] : [found]);
  return value;
}
