import { z } from 'zod';
import { by } from '../../../shared/lib/order.ts';
import type { ClusterRecord } from '../../model/registry.ts';
import { fileOf, spread } from './paths.ts';
import { readingFolder } from './reading.ts';
import { perEntry, written, type Slice } from './slice.ts';

const schema = written<ClusterRecord>(z.looseObject({ name: z.string(), registration: z.string() }));

/** The registry: `clusters/XX/NAME.json`. */
export const clusters: Slice<'clusters'> = {
  name: 'clusters',
  schema,
  empty: new Map(),
  ...perEntry('clusters', (value) => [{ path: ['clusters', spread(value.name), ...fileOf(value.name)], value }]),
  decode: function* (files) {
    const records = yield* readingFolder(files, schema, 'clusters');
    return new Map(records.sort(by(({ name }) => name)).map((record) => [record.name, record]));
  },
};
