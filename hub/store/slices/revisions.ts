import { z } from 'zod';
import { by } from '../../../shared/lib/order.ts';
import { counter } from '../../../shared/wire/schema.ts';
import type { RevisionRecord } from '../../model/fleet.ts';
import { keySegments } from './paths.ts';
import { readingFiles } from './reading.ts';
import { perEntry, written, type Slice, type SliceFile } from './slice.ts';

const schema = written<RevisionRecord>(z.looseObject({ app: z.string(), number: counter }));
const newestFile = z.strictObject({ app: z.string(), name: z.string() });

const folder = (app: string): string[] => ['revisions', ...keySegments(app)];

/** Recorded revisions of applications: `revisions/NAMESPACE/NAME/N.json`, and `newest.json` with the name of the newest. */
export const revisions: Slice<'revisions'> = {
  name: 'revisions',
  schema,
  empty: { revisions: new Map(), newest: new Map() },
  ...perEntry('revisions', ({ records, newest }, app): SliceFile[] => [
    ...records.map((record) => ({ path: [...folder(app), `${record.number}.json`], value: record })),
    ...(newest === null ? [] : [{ path: [...folder(app), 'newest.json'], value: { app, name: newest } }]),
  ]),
  decode: function* (files) {
    const found = yield* files.list('revisions');
    const numbered = found.filter(({ path }) => /\/\d+\.json$/.test(path));
    const records = yield* readingFiles(files, schema, numbered);
    const names = found.filter(({ path }) => path.endsWith('/newest.json'));
    const newest = yield* readingFiles(files, newestFile, names);
    const sorted = records.sort((a, b) => a.number - b.number).sort(by(({ app }) => app));
    return {
      revisions: Map.groupBy(sorted, ({ app }) => app),
      newest: new Map(newest.map(({ app, name }) => [app, name])),
    };
  },
};
