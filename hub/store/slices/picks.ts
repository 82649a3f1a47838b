import { z } from 'zod';
import { by } from '../../../shared/lib/order.ts';
import type { Picks } from '../../model/state.ts';
import { spread } from './paths.ts';
import { readingFolder } from './reading.ts';
import { editsBetween, type Slice, type SliceFile } from './slice.ts';

// Pairs, because a key may be any text, `__proto__` included.
const schema = z.array(z.tuple([z.string(), z.array(z.string())]));

/** Recorded picks of placements: `picks/XX.json`. */
export const picks: Slice<'picks'> = {
  name: 'picks',
  schema,
  empty: new Map(),
  encode: (value) => filesOf(value),
  edits: ({ before, after, change }) => {
    const shards = new Set([...change.keys()].map(spread));
    const touched = (value: Picks) => filesOf([...value].filter(([key]) => shards.has(spread(key))));
    return editsBetween(touched(before), touched(after));
  },
  decode: function* (files) {
    const shards = yield* readingFolder(files, schema, 'picks');
    return new Map(shards.flat());
  },
};

function filesOf(value: Iterable<readonly [string, readonly string[]]>): SliceFile[] {
  const sorted = [...value].sort(by(([key]) => key));
  const shards = Map.groupBy(sorted, ([key]) => spread(key));
  return [...shards].map(([shard, pairs]) => ({ path: ['picks', `${shard}.json`], value: pairs }));
}
