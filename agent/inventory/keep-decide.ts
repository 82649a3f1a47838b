import type { Digest } from '../../shared/lib/canonical.ts';
import type { Sealed } from '../model/kept.ts';
import type { FileToKeep, Files } from './kept.ts';

/** What a base that was written has. */
export interface Base {
  readonly sealed: Sealed;
  readonly files: ReadonlyMap<Digest, { readonly length: number; readonly isSecret: boolean }>;
}

/** What of the files goes where: `base` = a new one; null = the one that is there stays, where there is one. */
export interface KeepPlan {
  readonly head: Files;
  readonly base: Files | null;
}

/** Below this length all files together are written each time. */
const smallLength = 64 * 1024;

/**
 * Decides what is written of the files that are to be kept, so that its cost follows the change: what the base has is not written
 * again. A new base is written once the rest is more than a quarter of it, or less than half of it is needed any more; and at once
 * where it has a Secret that is not.
 */
export function planKeep(base: Base | null, files: Files): KeepPlan {
  const rest = base === null ? files : new Map([...files].filter(([digest]) => !base.files.has(digest)));
  const length = lengthOf(rest.values());
  if (base === null) return length <= smallLength ? { head: files, base: null } : { head: new Map(), base: files };
  const known = [...base.files].map(([digest, one]) => ({ ...one, isNeeded: files.has(digest) }));
  const whole = known.reduce((sum, one) => sum + one.length, 0);
  const needed = known.reduce((sum, one) => sum + (one.isNeeded ? one.length : 0), 0);
  const isSecretLeft = known.some((one) => one.isSecret && !one.isNeeded);
  const isGood = length <= Math.max(smallLength, whole / 4) && needed >= whole / 2 && !isSecretLeft;
  return isGood ? { head: rest, base: null } : planKeep(null, files);
}

/** What to remember of the files of a base. */
export function baseOf(sealed: Sealed, files: Files): Base {
  return {
    sealed,
    files: new Map([...files].map(([digest, one]) => [digest, { length: one.length, isSecret: isSecret(one) }])),
  };
}

function isSecret({ read }: FileToKeep): boolean {
  const bytes = read();
  return bytes !== null && /"kind":\s*"Secret"/.test(Buffer.from(bytes).toString('latin1'));
}

function lengthOf(files: Iterable<{ readonly length: number }>): number {
  let sum = 0;
  for (const text of files) sum += text.length;
  return sum;
}
