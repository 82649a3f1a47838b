import { createHash } from 'node:crypto';

/** Compares two strings by UTF-16 code unit: the order of canonical JSON, the same on every machine and locale. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Compares two values by a string that each is mapped to, in code unit order. */
export function by<T>(key: (value: T) => string): (a: T, b: T) => number {
  return (a, b) => byCodeUnit(key(a), key(b));
}

/** Candidates in rendezvous (highest random weight) order for a key: adding or removing one never reorders the others. */
export function rendezvous(key: string, candidates: readonly string[]): string[] {
  const weight = (candidate: string) => createHash('sha256').update(`${key}\0${candidate}`).digest('hex');
  return candidates
    .map((candidate) => ({ candidate, weight: weight(candidate) }))
    .sort((a, b) => byCodeUnit(b.weight, a.weight) || byCodeUnit(a.candidate, b.candidate))
    .map(({ candidate }) => candidate);
}
