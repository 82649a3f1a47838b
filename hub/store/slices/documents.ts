import { z } from 'zod';
import type { SeenDocument } from '../../model/seen-documents.ts';
import { fileOf, segment } from './paths.ts';
import { readingFolder } from './reading.ts';
import { perEntry, written, type Slice } from './slice.ts';

const schema = written<SeenDocument>(z.looseObject({ kind: z.string(), key: z.string() }));

/** Documents as they were last seen: `documents/KIND/NAMESPACE/NAME.json`. */
export const documents: Slice<'documents'> = {
  name: 'documents',
  schema,
  empty: [],
  ...perEntry('documents', (value) => [{ path: ['documents', segment(value.kind), ...fileOf(value.key)], value }]),
  decode: (files) => readingFolder(files, schema, 'documents'),
};
