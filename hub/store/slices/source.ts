import { z } from 'zod';
import { readingFile } from './reading.ts';
import { whole, type Slice } from './slice.ts';

const schema = z.strictObject({ repository: z.string(), commit: z.string() });
const path = 'source.json';

/** The position in the config repository: `source.json`, from the first commit on. */
export const source: Slice<'source'> = {
  name: 'source',
  schema,
  empty: null,
  ...whole<'source'>((value) => (value === null ? [] : [{ path: [path], value }])),
  decode: (files) => readingFile(files, schema.nullable(), { path, empty: null }),
};
