import { SluiceError } from '../../shared/errors.ts';
import type { GitObject, Oid } from '../../shared/lib/git/object.ts';
import type { ObjectStore } from '../../hub/model/objects.ts';
import { readerOf } from './memory-store.ts';

/** A repository in memory. */
export function memoryObjects(): ObjectStore {
  const objects = new Map<Oid, GitObject>();
  let refs: ReadonlyMap<string, Oid> = new Map();
  return {
    ...readerOf(objects),
    refs: () => refs,
    write: (added) => {
      for (const object of added) objects.set(object.oid, object);
      return Promise.resolve();
    },
    moveRefs: (moves) => {
      for (const { ref, from } of moves) {
        if ((refs.get(ref) ?? null) === from) continue;
        return Promise.reject(new SluiceError('CONFLICT', 'a ref is not where it was expected', { subject: ref }));
      }
      refs = new Map([...refs, ...moves.map(({ ref, to }) => [ref, to] as const)]);
      return Promise.resolve();
    },
    consolidate: () => Promise.resolve(false),
    close: () => undefined,
  };
}
