import type { Attempt } from '../model/fault.ts';
import type { RevisionComponent } from './revision-component.ts';
import type { RenderedFleet } from '../model/rendered.ts';
import type { UnitOutcome } from './unit.ts';

/** Values by name, each valid while the values that it was made from are identical. */
export interface RoundMemo<T> {
  /** The value of this name that was made from exactly these (compared with `===`, one by one). */
  readonly get: (name: string, from: readonly unknown[]) => T | undefined;
  readonly set: (name: string, from: readonly unknown[], value: T) => void;
  /** Forgets every value that was neither got nor set since the last call. */
  readonly endRound: () => void;
}

/** Results of the last render, so that an application that did not change is not rendered again. */
export interface RenderMemory {
  readonly revisions: RoundMemo<Extract<Attempt<readonly RevisionComponent[]>, { readonly value: unknown }>>;
  /** What a unit is on every cluster with the same facts. */
  readonly contents: RoundMemo<UnitOutcome>;
  /** What a unit is on one cluster. */
  readonly units: RoundMemo<UnitOutcome>;
  /** All of the last render, with the values that it was made from; null where some of it is to be tried again, or takes what clusters tell. */
  whole: { readonly from: readonly unknown[]; readonly rendered: RenderedFleet } | null;
}

/** An empty memory. */
export function newRenderMemory(): RenderMemory {
  return { revisions: createRoundMemo(), contents: createRoundMemo(), units: createRoundMemo(), whole: null };
}

interface Kept<T> {
  readonly from: readonly unknown[];
  readonly value: T;
}

/** An empty memo. */
export function createRoundMemo<T>(): RoundMemo<T> {
  let before = new Map<string, Kept<T>>();
  let now = new Map<string, Kept<T>>();
  return {
    get: (name, from) => {
      const kept = now.get(name) ?? before.get(name);
      if (kept === undefined || !areIdentical(kept.from, from)) return undefined;
      now.set(name, kept);
      return kept.value;
    },
    set: (name, from, value) => {
      now.set(name, { from, value });
    },
    endRound: () => {
      before = now;
      now = new Map();
    },
  };
}

function areIdentical(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
