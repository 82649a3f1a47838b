import type { z } from 'zod';
import type { Oid } from '../../../shared/lib/git/object.ts';
import type { TreeEntry } from '../../model/git-tree.ts';
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
  /** Every file below a folder (none when there is no such folder). Folders of a name in `whole` are found as one. */
  readonly list: (folder: string, whole?: string) => readonly Found[];
  /** The file of a path; null when there is none. */
  readonly file: (path: string) => Found | null;
  /** The value of a JSON file; throws WIRE_INVALID. */
  readonly json: <T>(schema: z.ZodType<T>, found: Found) => T;
  /** The entries of a folder that was found as one. */
  readonly entries: (tree: Oid) => readonly TreeEntry[];
  /** The bytes of a file; throws PACK_INVALID when there are none. */
  readonly bytes: (blob: Oid) => Uint8Array;
}

/** A slice of the state: where it lies, and how it is written and read. `decode` of all that `encode` answers is the value again. */
export interface Slice<S extends keyof Slices> {
  readonly name: S;
  readonly schema: z.ZodType;
  readonly empty: Slices[S];
  readonly encode: (value: Slices[S]) => readonly SliceFile[];
  readonly decode: (files: SliceReader) => Slices[S];
}

/**
 * A schema that checks what reading relies on and takes the rest as it is: the hub wrote these bytes, and its signature over
 * them was checked.
 */
export function written<T>(schema: z.ZodType): z.ZodType<T> {
  return schema as z.ZodType<T>;
}
