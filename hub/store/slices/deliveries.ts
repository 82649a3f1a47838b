import { z } from 'zod';
import { by } from '../../../shared/lib/order.ts';
import type { AppDelivery } from '../../model/delivery.ts';
import { fileOf } from './paths.ts';
import { readingFolder } from './reading.ts';
import { perEntry, written, type Slice } from './slice.ts';

const schema = written<AppDelivery>(z.looseObject({ app: z.string(), last: z.looseObject({ number: z.number() }) }));

/** Deliveries of applications: `deliveries/NAMESPACE/NAME.json`. */
export const deliveries: Slice<'deliveries'> = {
  name: 'deliveries',
  schema,
  empty: new Map(),
  ...perEntry('deliveries', (value) => [{ path: ['deliveries', ...fileOf(value.app)], value }]),
  decode: function* (files) {
    const found = yield* readingFolder(files, schema, 'deliveries');
    return new Map(found.sort(by(({ app }) => app)).map((entry) => [entry.app, entry]));
  },
};
