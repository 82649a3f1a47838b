import type { ClusterInput } from './input.ts';
import type { Entry } from './entry.ts';
import { inFormat } from './format.ts';

/** What a unit has in the format that its bundle is written in. */
export interface UnitSize {
  /** Of its objects, and of its document where the format has documents. */
  readonly bytes: number;
  readonly document: number;
}

type SizesInput = Pick<ClusterInput, 'state' | 'record' | 'sizes'>;

/** The sizes of the units of one cluster. */
export function sizesIn(input: SizesInput & Pick<ClusterInput, 'target'>): (entry: Entry) => UnitSize {
  const sizes = fileSizesOf(input);
  return (entry) => unitSize(entry, input.target, sizes(entry));
}

/** The size of a unit in a format; `size` is asked for files that the unit does not tell the size of. */
export function unitSize(
  { app, content = app }: Entry,
  target: ClusterInput['target'],
  size: (path: string) => number,
): UnitSize {
  const objects = app.objects.reduce((sum, { path, bytes }) => sum + (bytes ?? size(path)), 0);
  if (!target.hasDocuments) return { bytes: objects, document: 0 };
  const document = app.bytes ?? inFormat(content, target, size).bytes ?? 0;
  // What serves meanwhile is in the bundle, too.
  const serving = (app.from?.objects ?? []).reduce((sum, { bytes = 0 }) => sum + bytes, app.from?.bytes ?? 0);
  return { bytes: objects + document + serving, document };
}

/** The size of a unit's files by path: of what was rendered now, else of what was published. What was published is asked for once. */
export function fileSizesOf({
  state,
  record,
  sizes,
}: SizesInput): (entry: Pick<Entry, 'files'>) => (path: string) => number {
  let known: ReadonlyMap<string, number> | null = null;
  const published = (): ReadonlyMap<string, number> => {
    const bundle = state.bundles.get(record.name);
    return (known ??= bundle === undefined ? new Map<string, number>() : sizes(bundle));
  };
  return ({ files }) =>
    files === null ? (path) => published().get(path) ?? 0 : (path) => files.get(path)?.length ?? 0;
}
