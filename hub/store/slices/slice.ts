import type { z } from 'zod';
import type { Oid } from '../../../shared/lib/git/object.ts';
import type { Work } from '../../../shared/lib/slices.ts';
import type { TreeEntry } from '../../model/git-tree.ts';
import { entriesOf, type Changes, type Entries, type EntryChanges } from '../../model/changes.ts';
import type { Slices } from '../../model/state.ts';

/** A file that a slice is written as: its path, and the value that its JSON says; or a folder of objects that exists already. */
export type SliceFile =
  | {
      readonly path: readonly string[];
      readonly value: object;
      /** What the value is made from, when the value itself is made anew each time: an unchanged reference is not encoded again. */
      readonly from?: object;
    }
  | { readonly path: readonly string[]; readonly tree: Oid };

/** A file or a folder that was found: its path from the root, and what it is. */
export interface Found {
  readonly path: string;
  readonly oid: Oid;
}

/** What was written, for reading a slice out of it. */
export interface SliceReader {
  /** Every file below a folder (none when there is no such folder). Folders of the name `whole` are found as one. */
  readonly list: (folder: string, whole?: string) => Work<readonly Found[]>;
  /** The file of a path; null when there is none. */
  readonly file: (path: string) => Found | null;
  /** The value of a JSON file; throws WIRE_INVALID. */
  readonly json: <T>(schema: z.ZodType<T>, found: Found) => T;
  /** The entries of a folder that was found as one. */
  readonly entries: (tree: Oid) => readonly TreeEntry[];
  /** The bytes of a file; throws PACK_INVALID when there are none. */
  readonly bytes: (blob: Oid) => Uint8Array;
}

/** A file as a change leaves it, or a path where nothing is any more. */
export type FileEdit = SliceFile | { readonly path: readonly string[]; readonly gone: true };

/** One change of a slice: what it was, what it is, and of a slice with entries those that differ. */
export interface SliceChange<S extends keyof Slices> {
  readonly before: Slices[S];
  readonly after: Slices[S];
  readonly change: Exclude<Changes[S], undefined>;
}

/**
 * A slice of the state: where it lies, and how it is written and read. `decode` of all that `encode` answers is the value again;
 * `edits` of a change leads from the files of the value before to those of the value after, and names only what differs.
 */
export interface Slice<S extends keyof Slices> {
  readonly name: S;
  readonly schema: z.ZodType;
  readonly empty: Slices[S];
  readonly encode: (value: Slices[S]) => readonly SliceFile[];
  readonly edits: (change: SliceChange<S>) => readonly FileEdit[];
  readonly decode: (files: SliceReader) => Work<Slices[S]>;
}

/** How a slice is written whose entries have files of their own: only those of entries that differ are looked at. */
export function perEntry<S extends keyof Entries>(
  name: S,
  filesOf: (entry: Entries[S], key: string) => readonly SliceFile[],
): Pick<Slice<S>, 'encode' | 'edits'> {
  const files = (key: string, entry: Entries[S] | null | undefined) => (entry == null ? [] : filesOf(entry, key));
  return {
    encode: (value) => [...entriesOf(name, value)].flatMap(([key, entry]) => filesOf(entry, key)),
    edits: ({ before, change }) => {
      const known = entriesOf(name, before);
      const differing = change as EntryChanges<Entries[S]>;
      return [...differing].flatMap(([key, entry]) => editsBetween(files(key, known.get(key)), files(key, entry)));
    },
  };
}

/** How a slice is written that is one value: all of its files are looked at. */
export function whole<S extends keyof Slices>(encode: Slice<S>['encode']): Pick<Slice<S>, 'encode' | 'edits'> {
  return { encode, edits: ({ before, after }) => editsBetween(encode(before), encode(after)) };
}

/** The edits that lead from some files to others. */
export function editsBetween(before: readonly SliceFile[], after: readonly SliceFile[]): FileEdit[] {
  const known = new Map(before.map((file) => [pathOf(file), file]));
  const now = new Set(after.map(pathOf));
  const gone = before.filter((file) => !now.has(pathOf(file)));
  return [
    ...gone.map(({ path }): FileEdit => ({ path, gone: true })),
    ...after.filter((file) => !isSameFile(known.get(pathOf(file)), file)),
  ];
}

function pathOf({ path }: SliceFile): string {
  return path.join('/');
}

function isSameFile(before: SliceFile | undefined, after: SliceFile): boolean {
  if (before === undefined) return false;
  if ('tree' in before) return 'tree' in after && before.tree === after.tree;
  return 'value' in after && (before.from ?? before.value) === (after.from ?? after.value);
}

/**
 * A schema that checks what reading relies on and takes the rest as it is: the hub wrote these bytes, and its signature over
 * them was checked.
 */
export function written<T>(schema: z.ZodType): z.ZodType<T> {
  return schema as z.ZodType<T>;
}
