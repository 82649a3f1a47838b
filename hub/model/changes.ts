import { isEqual } from '../../shared/lib/equal.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import { by } from '../../shared/lib/order.ts';
import { amended, applied } from './amended.ts';
import type { AppDelivery } from './delivery.ts';
import { noteDiffering } from './differing.ts';
import { seenId, type SeenDocument } from './seen-documents.ts';
import type { RevisionHistory, RevisionRecord } from './fleet.ts';
import type { PublishedBundle } from './published-bundle.ts';
import type { ClusterRecord } from './registry.ts';
import type { Slices } from './state.ts';

/** Entries of a slice by key that were added or replaced; null = removed. */
export type EntryChanges<T> = ReadonlyMap<string, T | null>;

/** All recorded revisions of an application, oldest first, and the name of the one that its document says now. */
export interface AppRevisions {
  readonly records: readonly RevisionRecord[];
  readonly newest: string | null;
}

/** What one entry of each slice is that changes entry by entry; its key is the one of the slice. */
export interface Entries {
  /** By `Kind namespace/name`. */
  readonly documents: SeenDocument;
  /** By application. */
  readonly revisions: AppRevisions;
  readonly clusters: ClusterRecord;
  readonly picks: readonly string[];
  readonly deliveries: AppDelivery;
  readonly bundles: PublishedBundle;
}

/**
 * A change of the state: of slices with entries, only the entries that differ; of the small ones, the new value. A slice
 * that is not named stays as it is.
 */
export type Changes = { readonly [S in keyof Entries]?: EntryChanges<Entries[S]> } & {
  readonly [S in Exclude<keyof Slices, keyof Entries>]?: Slices[S];
};

/** What a change of the registry or an approval does to the state, and what it tells its caller. */
export interface Changed<T> {
  readonly changes: Changes;
  readonly result: T;
}

/** How a slice with entries is taken apart and put together: `join(split(value))` is `value`. */
interface EntryShape<S extends keyof Entries> {
  readonly split: (value: Slices[S]) => ReadonlyMap<string, Entries[S]>;
  readonly join: (entries: ReadonlyMap<string, Entries[S]>) => Slices[S];
  readonly isSame: (a: Entries[S], b: Entries[S]) => boolean;
}

const isIdentical = (a: unknown, b: unknown): boolean => a === b;

/** Slices that are mappings of their entries already. */
type Mappings = 'clusters' | 'picks' | 'deliveries' | 'bundles';

function mapShape<S extends Mappings>(): EntryShape<S> {
  const asIs = (value: unknown) => value;
  return { split: asIs, join: asIs, isSame: isIdentical } as EntryShape<S>;
}

const shapes: { readonly [S in keyof Entries]: EntryShape<S> } = {
  documents: {
    split: oncePerValue((documents: Slices['documents']) => new Map(documents.map((seen) => [seenId(seen), seen]))),
    join: (entries) => [...entries.values()].sort(by(seenId)),
    isSame: isIdentical,
  },
  revisions: { split: oncePerValue(splitRevisions), join: joinRevisions, isSame: isSameApp },
  clusters: mapShape<'clusters'>(),
  picks: { ...mapShape<'picks'>(), isSame: isSameList },
  deliveries: mapShape<'deliveries'>(),
  bundles: mapShape<'bundles'>(),
};

/** The slices that are replaced as one value. */
const valueSlices: { readonly [S in Exclude<keyof Slices, keyof Entries>]: true } = {
  source: true,
  freeze: true,
  broken: true,
  guarded: true,
  approvals: true,
  tokens: true,
  problems: true,
};

/** The entries of a slice by key. */
export function entriesOf<S extends keyof Entries>(name: S, value: Slices[S]): ReadonlyMap<string, Entries[S]> {
  return shapes[name].split(value);
}

/** The state with some changes: what a decision sees that comes after them. Slices that stay are the very same values. */
export function withChanges<T extends Slices>(state: T, changes: Changes): T {
  return changed(state, changes, withEntries);
}

/** The same for a moment: what looks up single entries of it copies no slice. */
export function amendedBy<T extends Slices>(state: T, changes: Changes): T {
  return changed(state, changes, (before, name, change) =>
    isMapping(name) ? amended(before[name], change) : withEntries(before, name, change),
  );
}

type Entering = (state: Slices, name: keyof Entries, change: EntryChanges<unknown>) => unknown;

function changed<T extends Slices>(state: T, changes: Changes, entering: Entering): T {
  const next: Record<string, unknown> = {};
  for (const [name, change] of Object.entries(changes) as [keyof Changes, unknown][]) {
    const value = isKeyed(name) ? entering(state, name, change as EntryChanges<unknown>) : change;
    if (value !== state[name]) next[name] = value;
  }
  return Object.keys(next).length === 0 ? state : { ...state, ...next };
}

/** The changes that lead from a state to one with these slices. Entries are compared by reference, so that it costs little. */
export function changesBetween(before: Slices, after: Partial<Slices>): Changes {
  const found = Object.entries(after as Readonly<Record<string, unknown>>).flatMap(
    ([name, value]): [string, unknown][] => {
      if (!isSlice(name) || value === before[name]) return [];
      // A pass makes lists anew: what says the same stays the very same value, because all that is made of it is kept by that.
      if (!isKeyed(name)) return isEqual(value, before[name]) ? [] : [[name, value]];
      const entries = entriesBetween(before, after, name);
      return entries.size === 0 ? [] : [[name, entries]];
    },
  );
  return Object.fromEntries(found);
}

/** Both changes as one. Where both touch the same entry, or the same slice without entries, the later one counts. */
export function mergeChanges(first: Changes, later: Changes): Changes {
  const merged: Record<string, unknown> = { ...first };
  for (const [name, change] of Object.entries(later) as [keyof Changes, unknown][]) {
    const known = first[name];
    merged[name] =
      isKeyed(name) && known !== undefined
        ? new Map([...(known as EntryChanges<unknown>), ...(change as EntryChanges<unknown>)])
        : change;
  }
  return merged;
}

function isKeyed(name: string): name is keyof Entries {
  return Object.hasOwn(shapes, name);
}

function isMapping(name: keyof Entries): name is Mappings {
  return name !== 'documents' && name !== 'revisions';
}

function isSlice(name: string): name is keyof Slices {
  return isKeyed(name) || Object.hasOwn(valueSlices, name);
}

// The shape of a slice by its name, for code that treats all of them alike.
function shapeOf(name: keyof Entries): {
  readonly split: (value: unknown) => ReadonlyMap<string, unknown>;
  readonly join: (entries: ReadonlyMap<string, unknown>) => unknown;
  readonly isSame: (a: unknown, b: unknown) => boolean;
} {
  return shapes[name] as ReturnType<typeof shapeOf>;
}

function withEntries(state: Slices, name: keyof Entries, change: EntryChanges<unknown>): unknown {
  if (change.size === 0) return state[name];
  const { split, join } = shapeOf(name);
  const before = split(state[name]);
  const after = applied(before, change);
  noteDiffering(before, after, change.keys());
  return join(after);
}

function entriesBetween(before: Slices, after: Partial<Slices>, name: keyof Entries): Map<string, unknown> {
  const { split, isSame } = shapeOf(name);
  const [old, now] = [split(before[name]), split(after[name])];
  const changed = new Map<string, unknown>();
  for (const [key, entry] of now) {
    const known = old.get(key);
    if (known === undefined || !isSame(known, entry)) changed.set(key, entry);
  }
  for (const key of old.keys()) if (!now.has(key)) changed.set(key, null);
  return changed;
}

function splitRevisions({ revisions, newest }: RevisionHistory): ReadonlyMap<string, AppRevisions> {
  const apps = new Set([...revisions.keys(), ...newest.keys()]);
  return new Map([...apps].map((app) => [app, { records: revisions.get(app) ?? [], newest: newest.get(app) ?? null }]));
}

function joinRevisions(entries: ReadonlyMap<string, AppRevisions>): RevisionHistory {
  return {
    revisions: new Map([...entries].flatMap(([app, { records }]) => (records.length === 0 ? [] : [[app, records]]))),
    newest: new Map([...entries].flatMap(([app, { newest }]) => (newest === null ? [] : [[app, newest]]))),
  };
}

function isSameApp(a: AppRevisions, b: AppRevisions): boolean {
  return a.newest === b.newest && isSameList(a.records, b.records);
}

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a === b || (a.length === b.length && a.every((value, i) => value === b[i]));
}
