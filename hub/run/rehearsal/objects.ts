import { SluiceError } from '../../../shared/errors.ts';
import type { GitObject, Oid } from '../../../shared/lib/git/object.ts';
import { makingPack, packEntry, packEntryAside, type PackEntry } from '../../../shared/lib/git/pack.ts';
import { inSlices } from '../../../shared/lib/slices.ts';
import type { ObjectReader, ObjectStore } from '../../model/objects.ts';

/** A repository in memory that is forgotten with the program. It makes the packs that a folder would get, and keeps none of them. */
export function memoryObjects(): ObjectStore {
  const objects = new Map<Oid, GitObject>();
  const refs = new Map<string, Oid>();
  return {
    ...readerOf(objects),
    refs: () => new Map(refs),
    write: async (added) => {
      const entries: PackEntry[] = [];
      for (const object of added) {
        if (!objects.has(object.oid)) entries.push(await packEntryAside(object));
        objects.set(object.oid, object);
      }
      await inSlices(makingPack(entries));
    },
    moveRefs: (moves) => {
      const late = moves.find(({ ref, from }) => (refs.get(ref) ?? null) !== from);
      if (late !== undefined)
        return Promise.reject(new SluiceError('CONFLICT', 'the ref is elsewhere', { subject: late.ref }));
      for (const { ref, to } of moves) refs.set(ref, to);
      return Promise.resolve();
    },
    consolidate: () => Promise.resolve(false),
    close: () => undefined,
  };
}

/** Reads objects in memory. */
export function readerOf(objects: ReadonlyMap<Oid, GitObject>): ObjectReader {
  return {
    has: (oid) => objects.has(oid),
    read: (oid) => objects.get(oid) ?? null,
    packed: (oid) => {
      const object = objects.get(oid);
      if (object === undefined) return null;
      return { type: object.type, size: object.body.byteLength, entry: packEntry(object).bytes };
    },
  };
}
