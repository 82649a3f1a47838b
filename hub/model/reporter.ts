import type { Code } from '../../shared/errors.ts';
import type { Problem } from './source.ts';

/** A path of keys and indexes into a document. */
export type Steps = readonly (string | number)[];

/** Collects what is wrong at places of one document. */
export interface Reporter {
  readonly error: (code: Code, path: Steps, message: string, hint?: string) => void;
  readonly warn: (code: Code, path: Steps, message: string, hint?: string) => void;
  readonly problems: readonly Problem[];
  readonly failed: () => boolean;
  /** True once further problems are not told one by one any more. */
  readonly isFull: () => boolean;
  /** From now on, a problem at a place that already has one, or that holds one, is left out: it may only follow from it. */
  readonly skipFollowing: () => void;
}
