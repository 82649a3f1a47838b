import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { difference, intersection, pathsOf, union, withNamed } from '../../../lab/cluster/apply/fieldset.ts';
import type { Fields } from '../../../lab/cluster/apply/fieldset.ts';

/** A set in fieldsV1 form from its paths (`a.b`). */
function setOf(paths: readonly string[]): Fields {
  const root: Record<string, unknown> = {};
  for (const path of paths) {
    let at = root;
    for (const part of path.split('.')) at = (at[`f:${part}`] ??= {}) as Record<string, unknown>;
    at['.'] = {};
  }
  return tidy(root, true);
}

function tidy(node: Record<string, unknown>, isRoot: boolean): Fields {
  const children = Object.entries(node).filter(([key]) => key !== '.');
  if (children.length === 0) return {};
  const kept = children.map(([key, child]) => [key, tidy(child as Record<string, unknown>, false)] as const);
  return { ...(node['.'] !== undefined && !isRoot ? { '.': {} } : {}), ...Object.fromEntries(kept) };
}

const path = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'));
const paths = fc.uniqueArray(path, { maxLength: 8 });
const listed = (fields: Fields): string[] =>
  pathsOf(fields)
    .map((text) => text.slice(1))
    .sort();

describe('field sets', () => {
  it('agree with plain sets of paths for union, difference and intersection', () => {
    fc.assert(
      fc.property(paths, paths, (left, right) => {
        const [a, b] = [setOf(left), setOf(right)];
        expect(listed(union(a, b))).toEqual([...new Set([...left, ...right])].sort());
        expect(listed(difference(a, b))).toEqual(left.filter((item) => !right.includes(item)).sort());
        expect(listed(intersection(a, b))).toEqual(left.filter((item) => right.includes(item)).sort());
      }),
    );
  });

  it('name every field on the way when asked to', () => {
    expect(listed(withNamed(setOf(['a.b.c'])))).toEqual(['a', 'a.b', 'a.b.c']);
  });

  it('write list keys as the API server does in its conflicts', () => {
    const fields = { 'f:spec': { 'f:containers': { 'k:{"name":"main"}': { '.': {}, 'f:image': {} } } } };
    expect(pathsOf(fields)).toEqual(['.spec.containers[name="main"]', '.spec.containers[name="main"].image']);
  });
});
