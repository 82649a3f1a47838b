import { SluiceError } from '../../shared/errors.ts';

/** Requests that cost the hub work, counted while they are answered. */
export interface Turns {
  /** Takes a place for a caller and answers how to leave it (more than once is harmless); throws TOO_MANY_REQUESTS when none is free. */
  readonly enter: (caller: string) => () => void;
}

/** Makes places: so many for each caller, and so many in all. */
export function createTurns(limits: { readonly each: number; readonly all: number }): Turns {
  const inside = new Map<string, number>();
  let all = 0;
  return {
    enter: (caller) => {
      const own = inside.get(caller) ?? 0;
      if (own >= limits.each || all >= limits.all) {
        throw new SluiceError('TOO_MANY_REQUESTS', 'too many fetches at once', { hint: 'try again in a moment' });
      }
      inside.set(caller, own + 1);
      all += 1;
      let left = false;
      return () => {
        if (left) return;
        left = true;
        all -= 1;
        const others = (inside.get(caller) ?? 1) - 1;
        if (others === 0) inside.delete(caller);
        else inside.set(caller, others);
      };
    },
  };
}
