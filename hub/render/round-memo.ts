/** Values by name, each valid while the values that it was made from are identical. */
export interface RoundMemo<T> {
  /** The value of this name that was made from exactly these (compared with `===`, one by one). */
  readonly get: (name: string, from: readonly unknown[]) => T | undefined;
  readonly set: (name: string, from: readonly unknown[], value: T) => void;
  /** Forgets every value that was neither got nor set since the last call. */
  readonly endRound: () => void;
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

/** True where two lists have the very same values. */
export function areIdentical(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
