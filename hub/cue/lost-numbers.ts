import { isMap } from '../model/json-map.ts';

/** What may be such a number: a text without any is not looked through. */
const suspicious = /\d{16}|\d[eE]\+?\d{3}/;

const [minInt64, maxInt64] = [-(2n ** 63n), 2n ** 63n - 1n];

/**
 * The path of the first number in a JSON text that would become another one; null without any. Whole numbers beyond 64 bits are
 * floats for Kubernetes, too, as in the YAML of the repository.
 */
export function lostNumber(json: string): readonly (string | number)[] | null {
  if (!suspicious.test(json)) return null;
  const lost: unknown = {};
  const marked: unknown = JSON.parse(json, (_, value: unknown, { source }: { readonly source?: string } = {}) =>
    typeof value === 'number' && source !== undefined && isLost(source, value) ? lost : value,
  );
  return pathOf(marked, lost);
}

function isLost(source: string, value: number): boolean {
  if (!Number.isFinite(value)) return true;
  if (!/^-?\d+$/.test(source)) return false;
  const exact = BigInt(source);
  return exact >= minInt64 && exact <= maxInt64 && BigInt(value) !== exact;
}

function pathOf(value: unknown, wanted: unknown): readonly (string | number)[] | null {
  if (value === wanted) return [];
  const members = Array.isArray(value) ? [...value.entries()] : isMap(value) ? Object.entries(value) : [];
  for (const [step, member] of members) {
    const below = pathOf(member, wanted);
    if (below !== null) return [step, ...below];
  }
  return null;
}
