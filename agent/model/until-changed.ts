import type { ObjectId } from '../../shared/model/object.ts';
import type { Live } from './live.ts';

/** What a computation asked the live view, and what it was told. */
type Reads = { readonly [K in keyof Live]: Map<ObjectId, ReturnType<Live[K]>> };

interface Kept<T> {
  readonly inputs: readonly unknown[];
  readonly reads: Reads;
  readonly answer: T;
}

/** A computation of one owner from these inputs and from what it reads of the live view. */
export interface Computation<O extends object, T> {
  readonly owner: O;
  /** Everything beside the live view that the answer depends on; compared by identity. */
  readonly inputs: readonly unknown[];
  readonly live: Live;
  readonly compute: (live: Live) => T;
}

/**
 * Computes something of an owner anew only when one of its inputs is another value, or the live view would answer one of its reads
 * otherwise: so a pass costs what changed, and not what there is. `isLasting` = false for an answer that time alone can change: it is
 * not kept. Only the last answer of each owner is kept, for as long as the owner lives.
 */
export function untilChanged<O extends object, T>(
  isLasting: (answer: T) => boolean = () => true,
): (computation: Computation<O, T>) => T {
  const known = new WeakMap<O, Kept<T>>();
  return ({ owner, inputs, live, compute }) => {
    const before = known.get(owner);
    if (before !== undefined && areSame(before.inputs, inputs) && areAnswered(before.reads, live)) return before.answer;
    const reads: Reads = { object: new Map(), isSynced: new Map(), readyEndpoints: new Map() };
    const answer = compute(recording(live, reads));
    if (isLasting(answer)) known.set(owner, { inputs, reads, answer });
    else known.delete(owner);
    return answer;
  };
}

function recording(live: Live, reads: Reads): Live {
  return {
    object: (id) => noted(reads.object, id, live.object(id)),
    isSynced: (id) => noted(reads.isSynced, id, live.isSynced(id)),
    readyEndpoints: (id) => noted(reads.readyEndpoints, id, live.readyEndpoints(id)),
  };
}

function noted<V>(reads: Map<ObjectId, V>, id: ObjectId, value: V): V {
  reads.set(id, value);
  return value;
}

function areSame(before: readonly unknown[], now: readonly unknown[]): boolean {
  return before.length === now.length && before.every((value, index) => Object.is(value, now[index]));
}

function areAnswered(reads: Reads, live: Live): boolean {
  for (const [id, value] of reads.object) if (live.object(id) !== value) return false;
  for (const [id, value] of reads.isSynced) if (live.isSynced(id) !== value) return false;
  for (const [id, value] of reads.readyEndpoints) if (live.readyEndpoints(id) !== value) return false;
  return true;
}
