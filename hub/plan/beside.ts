import { byCodeUnit } from '../../shared/lib/order.ts';
import { isEqual } from '../../shared/lib/equal.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import { parseObjectId, type ObjectId } from '../../shared/model/object.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { RevisionFormat, UnsealedApp } from '../../shared/wire/formats/format.ts';
import type { AppContent, BundleApp, Revision } from '../../shared/wire/revision.ts';
import { isMap } from '../model/json-map.ts';
import type { Entry } from './entry.ts';

/** What units of a cluster are put beside one another by. */
export interface BesideFacts {
  readonly previous: Pick<Revision, 'apps'> | null;
  /** Units that stay as they were published. */
  readonly held: ReadonlySet<string>;
  readonly format: Pick<RevisionFormat, 'number' | 'seal'>;
}

type Kept = NonNullable<AppContent['kept']>[number];

/**
 * The entries of a cluster beside one another, and beside what was published (pure):
 *
 * - What several units share is in one of them: the one that has it, else the first by name. The others *keep* it: it stays until
 *   none of them is there any more. So no id is twice in a bundle, which agents of each age refuse.
 * - What a unit only reads is in the one that writes it, where one does; else in the first that reads it.
 * - What a unit was to keep once it has it no more, it goes on keeping.
 */
export function besideOthers(
  entries: ReadonlyMap<string, Entry>,
  { previous, held, format }: BesideFacts,
): ReadonlyMap<string, Entry> {
  const apps = previous?.apps ?? [];
  const isTogether = [...entries.values()].some(({ shared, read }) => shared !== undefined || read !== undefined);
  if (!isTogether && !apps.some(({ kept }) => kept !== undefined)) return entries;
  const before = new Map(apps.map((app) => [appKey(app), app]));
  const writers = writersBefore(before);
  const [writerOf, readIn] = [sharing, reading].map((find) => find(entries, { before, held, writers })) as [Find, Find];
  return new Map(
    [...entries].map(([unit, entry]) => {
      const { content } = entry;
      if (content === undefined || held.has(unit)) return [unit, entry];
      const shares = [...(entry.shared ?? [])].flatMap((id): Given[] => {
        const to = writerOf(unit, id);
        return to === null || to === unit ? [] : [{ id, to, fields: differing(entry, entries.get(to), id) }];
      });
      const reads = [...(entry.read ?? [])].flatMap((id): Given[] => {
        const to = readIn(unit, id);
        return to === null || to === unit ? [] : [{ id, to, fields: null }];
      });
      const given = [...shares, ...reads];
      const stays = stayingOf(before.get(unit), content, (id) => (writers.get(id) ?? unit) === unit);
      return [unit, given.length + stays.length === 0 ? entry : withKept(entry, content, { given, stays, format })];
    }),
  );
}

/** An object that is in another unit, and the fields in which its content is another one; null = it is only read here. */
interface Given {
  readonly id: ObjectId;
  readonly to: string;
  readonly fields: readonly string[] | null;
}

/** In which unit an object is that a unit has, too; null = what is said of names that are taken counts. */
type Find = (unit: string, id: ObjectId) => string | null;

function writersBefore(before: ReadonlyMap<string, BundleApp>): ReadonlyMap<ObjectId, string> {
  return new Map([...before].flatMap(([unit, app]) => app.objects.map(({ id }) => [id, unit] as const)));
}

interface Sharing extends Pick<BesideFacts, 'held'> {
  readonly before: ReadonlyMap<string, BundleApp>;
  readonly writers: ReadonlyMap<ObjectId, string>;
}

/** Which unit writes what a unit shares. */
function sharing(entries: ReadonlyMap<string, Entry>, { before, held, writers }: Sharing): Find {
  const sharers = new Map<ObjectId, string[]>();
  for (const unit of [...entries.keys()].sort(byCodeUnit)) {
    for (const id of held.has(unit) ? [] : (entries.get(unit)?.shared ?? [])) {
      sharers.set(id, [...(sharers.get(id) ?? []), unit]);
    }
  }
  return (unit, id) => {
    const [first = null, ...others] = sharers.get(id) ?? [];
    const last = writers.get(id);
    if (last === undefined || last === unit) return last ?? first;
    if (first === last || others.includes(last)) return last;
    // Of what stays as it was published it is not said that it is shared: only that it was.
    if (held.has(last)) return before.get(unit)?.kept?.some((one) => one.id === id) === true ? last : null;
    return first;
  };
}

/** Which unit has what a unit reads: the one that writes it, else the first that reads it. */
function reading(entries: ReadonlyMap<string, Entry>, { held, writers }: Sharing): Find {
  const units = [...entries.keys()].filter((key) => !held.has(key)).sort(byCodeUnit);
  const readers = new Map<ObjectId, string>();
  for (const unit of units.toReversed()) for (const id of entries.get(unit)?.read ?? []) readers.set(id, unit);
  const written = new Map<ObjectId, string>();
  for (const unit of readers.size === 0 ? [] : units.toReversed()) {
    const { app, read } = entries.get(unit) as Entry;
    for (const { id } of app.objects) if (readers.has(id) && read?.has(id) !== true) written.set(id, unit);
  }
  return (_, id) => written.get(id) ?? heldWriter(writers.get(id), held) ?? readers.get(id) ?? null;
}

function heldWriter(last: string | undefined, held: ReadonlySet<string>): string | undefined {
  return last !== undefined && held.has(last) ? last : undefined;
}

/** What a unit was to keep, and has no more; what another unit had then was shared, or is that one's. */
function stayingOf(
  last: BundleApp | undefined,
  { objects }: Pick<UnsealedApp, 'objects'>,
  isOwn: (id: ObjectId) => boolean,
): readonly Kept[] {
  if (last?.kept === undefined) return [];
  const wanted = new Set(objects.map(({ id }) => id));
  return last.kept.filter(({ id }) => !wanted.has(id) && isOwn(id));
}

interface Keeping extends Pick<BesideFacts, 'format'> {
  readonly given: readonly Given[];
  readonly stays: readonly Kept[];
}

// The same value for the same facts: what was encoded and written of it is found by it.
const made = oncePerValue<UnsealedApp, Map<string, Entry>>(() => new Map());

function withKept(entry: Entry, content: UnsealedApp, { given, stays, format }: Keeping): Entry {
  const key = JSON.stringify([format.number, given, stays]);
  const known = made(content).get(key);
  if (known !== undefined) return known;
  const gone = new Set(given.map(({ id }) => id));
  const has = ({ id }: { readonly id: ObjectId }): boolean => !gone.has(id);
  const shared = given.filter(({ fields }) => fields !== null).map(({ id }): Kept => ({ id, until: 'appDeleted' }));
  const kept = [...(content.kept ?? []).filter(has), ...shared, ...stays];
  const next: UnsealedApp = {
    ...content,
    objects: content.objects.filter(has),
    replicas: content.replicas.filter(has),
    revisions: content.revisions.map((one) => ({ ...one, objects: one.objects.filter((id) => !gone.has(id)) })),
    // What is only read is told to each that reads it, wherever it is.
    ...(content.observe !== undefined && {
      observe: content.observe.filter((one) => has(one) || entry.read?.has(one.id) === true),
    }),
    ...(kept.length > 0 && { kept: kept.sort((a, b) => byCodeUnit(a.id, b.id)) }),
    notes: [...content.notes, ...given.map(givenText), ...stays.map(stayingText)],
  };
  const value = { ...entry, app: format.seal(next), content: next };
  made(content).set(key, value);
  return value;
}

function givenText({ id, to, fields }: Given): string {
  if (fields === null) return `${nameOf(id)} is only read here: it is in ${to}`;
  const differs = fields.length === 0 ? '' : `; it differs here in ${fields.join(', ')}, which does not count`;
  return `${nameOf(id)} is shared: ${to} writes it${differs}`;
}

function stayingText({ id, until }: Kept): string {
  const end = until === 'never' ? 'it is never deleted' : 'until the application is deleted';
  return `${nameOf(id)} is kept although the application has it no more: ${end}`;
}

function nameOf(id: ObjectId): string {
  const { kind, name } = parseObjectId(id);
  return `${kind} ${name}`;
}

/** How many fields are named. */
const shown = 3;

/** The fields in which two units want something else of one object; what says whose it is aside. */
function differing(entry: Entry, other: Entry | undefined, id: ObjectId): readonly string[] {
  const [own, theirs] = [entry, other].map((one) => objectIn(one, id));
  if (own === undefined || theirs === undefined) return [];
  return differences(own, theirs, '').slice(0, shown);
}

function objectIn(entry: Entry | undefined, id: ObjectId): unknown {
  const path = entry?.app.objects.find((one) => one.id === id)?.path;
  const bytes = path === undefined ? undefined : entry?.files?.get(path);
  return bytes === undefined ? undefined : JSON.parse(Buffer.from(bytes).toString('utf8'));
}

const ofWriter: readonly string[] = ['/metadata/labels', '/metadata/annotations'];

function differences(a: unknown, b: unknown, at: string): readonly string[] {
  if (isEqual(a, b) || ofWriter.includes(at)) return [];
  if (!isMap(a) || !isMap(b)) return [at.slice(1).replaceAll('/', '.')];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .sort(byCodeUnit)
    .flatMap((key) => differences(a[key], b[key], `${at}/${key}`));
}
