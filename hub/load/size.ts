import type { Places } from '../../shared/lib/yaml/places.ts';

/** The most values of a document of ours, and the most members of one of its mappings: what is done with one takes one turn. */
export const documentLimits = { values: 200_000, members: 10_000 } as const;

/** Why a document is too large, in words; null when it is not. */
export function tooLarge({ value, places }: { readonly value: unknown; readonly places: () => Places }): string | null {
  const values = places()[0] ?? 0;
  if (values > documentLimits.values) return `the document has ${values} values, more than ${documentLimits.values}`;
  const members = mostMembers(value);
  return members > documentLimits.members
    ? `a mapping has ${members} members, more than ${documentLimits.members}`
    : null;
}

function mostMembers(value: unknown): number {
  if (value === null || typeof value !== 'object') return 0;
  const below = Array.isArray(value) ? value : Object.values(value);
  const own = Array.isArray(value) ? 0 : below.length;
  return below.reduce((most: number, child) => Math.max(most, mostMembers(child)), own);
}
