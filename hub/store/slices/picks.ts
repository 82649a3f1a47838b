import { z } from 'zod';
import { by } from '../../../shared/lib/order.ts';
import { spread } from './paths.ts';
import type { Slice } from './slice.ts';

// Pairs, because a key may be any text, `__proto__` included.
const schema = z.array(z.tuple([z.string(), z.array(z.string())]));

/** Recorded picks of placements: `picks/XX.json`. */
export const picks: Slice<'picks'> = {
  name: 'picks',
  schema,
  empty: new Map(),
  encode: (value) => {
    const sorted = [...value].sort(by(([key]) => key));
    const shards = Map.groupBy(sorted, ([key]) => spread(key));
    return [...shards].map(([shard, pairs]) => ({ path: ['picks', `${shard}.json`], value: pairs }));
  },
  decode: (files) => new Map(files.list('picks').flatMap((found) => files.json(schema, found))),
};
