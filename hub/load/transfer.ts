import type { Places } from '../../shared/lib/yaml/places.ts';
import { lengthOf, pack, unpack, type Packed } from '../model/packed.ts';
import type { Slices } from '../../shared/lib/slices.ts';
import type { Place } from '../model/source.ts';
import { documentOf, type ParsedFile } from './parse.ts';

/** A parsed file on its way from the thread that read it. */
export interface PackedFile {
  readonly documents: readonly { readonly place: Place; readonly value: Packed; readonly places: Places }[];
  /** Everything but the documents. */
  readonly rest: Packed;
}

/** What one thread sends to the other. */
export function packFile({ documents, ...rest }: ParsedFile): PackedFile {
  return {
    documents: documents.map(({ place, value, places }) => ({ place, value: pack(value), places: places() })),
    rest: pack(rest),
  };
}

/** The buffers of it that change hands instead of being copied. */
export function buffersOf({ documents }: PackedFile): ArrayBuffer[] {
  return documents.map(({ places }) => places.buffer);
}

// A file whose aliases are written out may have more text than it had.
function sizeOf({ documents, rest }: PackedFile): number {
  return documents.reduce((sum, { value }) => sum + lengthOf(value), lengthOf(rest));
}

/** The file as the other thread has it, read in slices. */
export async function unpackFile(packed: PackedFile, slices: Slices): Promise<ParsedFile> {
  const documents: ParsedFile['documents'][number][] = [];
  for (const { place, value, places } of packed.documents) {
    documents.push(documentOf(place, await unpack(value, slices), () => places));
  }
  const rest = (await unpack(packed.rest, slices)) as Omit<ParsedFile, 'documents'>;
  return { ...rest, documents, size: sizeOf(packed) };
}
