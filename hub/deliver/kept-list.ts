/** The positions at which two lists have not the very same value; null = they are not of one length. */
export function changedAt<T>(before: readonly T[], now: readonly T[]): readonly number[] | null {
  if (before.length !== now.length) return null;
  const changed: number[] = [];
  if (before === now) return changed;
  for (let index = 0; index < now.length; index++) if (before[index] !== now[index]) changed.push(index);
  return changed;
}

/** True where both lists have the very same values. */
export function areSame(before: readonly unknown[], now: readonly unknown[]): boolean {
  return before.length === now.length && before.every((value, index) => value === now[index]);
}
