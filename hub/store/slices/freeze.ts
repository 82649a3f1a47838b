import { z } from 'zod';
import { readingFile } from './reading.ts';
import { whole, type Slice } from './slice.ts';

const schema = z.strictObject({ reason: z.string(), by: z.string(), at: z.string(), until: z.string().nullable() });
const path = 'freeze.json';

/** That nothing starts in the whole fleet: `freeze.json`, while it is so. */
export const freeze: Slice<'freeze'> = {
  name: 'freeze',
  schema,
  empty: null,
  ...whole<'freeze'>((value) => (value === null ? [] : [{ path: [path], value }])),
  decode: (files) => readingFile(files, schema.nullable(), { path, empty: null }),
};
