import type { z } from 'zod';
import type { Slices } from '../../model/state.ts';
import { readingFile } from './reading.ts';
import { whole, type Slice } from './slice.ts';

/** A slice that is one list in one file of its name; an empty list has no file. */
export function listSlice<S extends 'broken' | 'guarded' | 'approvals' | 'tokens' | 'problems'>(
  name: S,
  schema: z.ZodType<Slices[S][number]>,
): Slice<S> {
  const path = `${name}.json`;
  const list = schema.array() as unknown as z.ZodType<Slices[S]>;
  const empty = [] as unknown as Slices[S];
  return {
    name,
    schema: list,
    empty,
    ...whole<S>((value) => (value.length === 0 ? [] : [{ path: [path], value }])),
    decode: (files) => readingFile(files, list, { path, empty }),
  };
}
