import type { Digest } from '../../shared/lib/canonical.ts';
import type { Sealed } from '../model/kept.ts';
import { decode, type Texts } from './kept.ts';

/** What a base that was written has. */
export interface Base {
  readonly sealed: Sealed;
  readonly texts: ReadonlyMap<Digest, { readonly length: number; readonly isSecret: boolean }>;
}

/** What of the texts goes where: `base` = a new one; null = the one that is there stays, where there is one. */
export interface KeepPlan {
  readonly head: Texts;
  readonly base: Texts | null;
}

/** Below this length all texts together are written each time. */
const smallLength = 64 * 1024;

/**
 * Decides what is written of the texts that are to be kept, so that its cost follows the change: what the base has is not written
 * again. A new base is written once the rest is more than a quarter of it, or less than half of it is needed any more; and at once
 * where it has a Secret that is not.
 */
export function planKeep(base: Base | null, texts: Texts): KeepPlan {
  const rest = base === null ? texts : new Map([...texts].filter(([digest]) => !base.texts.has(digest)));
  const length = lengthOf(rest.values());
  if (base === null) return length <= smallLength ? { head: texts, base: null } : { head: new Map(), base: texts };
  const known = [...base.texts].map(([digest, one]) => ({ ...one, isNeeded: texts.has(digest) }));
  const whole = known.reduce((sum, one) => sum + one.length, 0);
  const needed = known.reduce((sum, one) => sum + (one.isNeeded ? one.length : 0), 0);
  const isSecretLeft = known.some((one) => one.isSecret && !one.isNeeded);
  const isGood = length <= Math.max(smallLength, whole / 4) && needed >= whole / 2 && !isSecretLeft;
  return isGood ? { head: rest, base: null } : planKeep(null, texts);
}

/** What to remember of the texts of a base. */
export function baseOf(sealed: Sealed, texts: Texts): Base {
  return {
    sealed,
    texts: new Map([...texts].map(([digest, text]) => [digest, { length: text.length, isSecret: isSecret(text) }])),
  };
}

function isSecret(text: string | Uint8Array): boolean {
  return /"kind":\s*"Secret"/.test(decode(text));
}

function lengthOf(texts: Iterable<{ readonly length: number }>): number {
  let sum = 0;
  for (const text of texts) sum += text.length;
  return sum;
}
