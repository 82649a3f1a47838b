import { describe, expect, it } from 'vitest';
import type { CueFact } from '../../../../hub/cue/program.ts';
import { factsOf, withDefaults, type Defaults } from '../../../../hub/render/facts.ts';
import { unified, type Conflict } from '../../../../hub/render/unify.ts';

type Fact = CueFact;
const key = (patchKey: string, ...path: CueFact['path']): Fact => ({ path, patchKey });
const way = (patchStrategy: string, ...path: CueFact['path']): Fact => ({ path, patchStrategy });
const defaultAt = (...path: CueFact['path']): Fact => ({ path, isDefault: true });
const openAt = (...path: CueFact['path']): Fact => ({ path, isOpen: true });

function apply(base: unknown, patch: unknown, facts: readonly Fact[] = [], baseFacts: readonly Fact[] = []) {
  const defaults: Defaults = new WeakMap();
  const conflicts: Conflict[] = [];
  withDefaults(base, factsOf(baseFacts), defaults);
  const value = unified(base, patch, factsOf(facts), { defaults, conflicts });
  return { value, conflicts: conflicts.map(({ path, problem }) => `${problem} ${path.join('.')}`), defaults };
}

describe('a patch that is unified with a value', () => {
  it.each<[rule: string, base: unknown, patch: unknown, facts: readonly Fact[], value: unknown]>([
    ['adds members', { a: 1 }, { b: { c: 2 } }, [], { a: 1, b: { c: 2 } }],
    ['may say what is there already', { a: 1, l: [1] }, { a: 1, l: [1] }, [], { a: 1, l: [1] }],
    ['keeps null as a value', {}, { a: null }, [], { a: null }],
    ['replaces what says retainKeys', { a: { b: 1 } }, { a: { c: 2 } }, [way('retainKeys', 'a')], { a: { c: 2 } }],
    ['replaces a list', { l: [1, 2] }, { l: [3] }, [way('replace', 'l')], { l: [3] }],
    [
      'merges a list by key: matches in their slot, others after, what has no key stays',
      { l: [{ n: 'a', x: 1 }, { y: 1 }, { n: 'b' }] },
      { l: [{ n: 'c' }, { n: 'b', x: 2 }] },
      [key('n', 'l')],
      { l: [{ n: 'a', x: 1 }, { y: 1 }, { n: 'b', x: 2 }, { n: 'c' }] },
    ],
    [
      'by a key further in',
      { l: [{ ref: { name: 'a' }, x: 1 }] },
      { l: [{ ref: { name: 'a' }, y: 2 }] },
      [key('ref.name', 'l')],
      { l: [{ ref: { name: 'a' }, x: 1, y: 2 }] },
    ],
    [
      'by the first of two keys that an item has',
      {
        l: [
          { name: 'a', x: 1 },
          { path: '/p', x: 1 },
        ],
      },
      {
        l: [
          { path: '/p', y: 1 },
          { name: 'a', y: 2 },
        ],
      },
      [key('name,path', 'l')],
      {
        l: [
          { name: 'a', x: 1, y: 2 },
          { path: '/p', x: 1, y: 1 },
        ],
      },
    ],
    [
      'replaces the item that matches where the list says retainKeys',
      { l: [{ n: 'a', x: 1 }, { n: 'b' }] },
      { l: [{ n: 'a', y: 1 }] },
      [{ path: ['l'], patchKey: 'n', patchStrategy: 'retainKeys' }],
      { l: [{ n: 'a', y: 1 }, { n: 'b' }] },
    ],
    [
      'takes the key for lists below, too',
      { c: [{ name: 'a', env: [{ name: 'E', value: '1' }] }] },
      { c: [{ name: 'a', env: [{ name: 'F', value: '2' }] }] },
      [key('name', 'c')],
      {
        c: [
          {
            name: 'a',
            env: [
              { name: 'E', value: '1' },
              { name: 'F', value: '2' },
            ],
          },
        ],
      },
    ],
    [
      'takes the key from above',
      { s: { l: [{ n: 1, a: 1 }] } },
      { s: { l: [{ n: 1, b: 1 }] } },
      [key('n', 's')],
      { s: { l: [{ n: 1, a: 1, b: 1 }] } },
    ],
    [
      'merges by index where no item has the key',
      { l: [{ p: 1 }] },
      { l: [{ q: 2 }] },
      [key('n', 'l')],
      { l: [{ p: 1, q: 2 }] },
    ],
    [
      'merges by index without a key',
      { l: [{ p: 1 }] },
      { l: [{ q: 2 }, { r: 3 }] },
      [],
      { l: [{ p: 1, q: 2 }, { r: 3 }] },
    ],
    [
      'by index, where its list is open, leaves what is more',
      { l: [{ p: 1 }, { p: 2 }] },
      { l: [{ q: 2 }] },
      [openAt('l')],
      { l: [{ p: 1, q: 2 }, { p: 2 }] },
    ],
    ['changes nothing by a key without items', { l: [{ n: 'a' }] }, { l: [] }, [key('n', 'l')], { l: [{ n: 'a' }] }],
    ['gives way with its default', { a: 3 }, { a: 1 }, [defaultAt('a')], { a: 3 }],
    [
      'has the strategy where it stands, not below',
      { a: { l: [1], m: { x: 1 } } },
      { a: { m: { y: 2 } } },
      [way('replace', 'b')],
      { a: { l: [1], m: { x: 1, y: 2 } } },
    ],
  ])('%s', (_, base, patch, facts, value) => {
    const before = JSON.stringify([base, patch]);
    const found = apply(base, patch, facts);
    expect(found.conflicts).toEqual([]);
    expect(found.value).toEqual(value);
    expect(JSON.stringify([base, patch])).toBe(before);
  });

  it.each<[rule: string, base: unknown, patch: unknown, facts: readonly Fact[], conflicts: readonly string[]]>([
    ['another value', { a: 1, b: { c: 'x' } }, { a: 2, b: { c: 'y' } }, [], ['value a', 'value b.c']],
    ['another kind of value', { a: { b: 1 } }, { a: [1] }, [], ['value a']],
    ['null for a value', { a: 1 }, { a: null }, [], ['value a']],
    ['a shorter list', { l: [1, 2] }, { l: [1] }, [], ['length l']],
    ['another value in a list, by index', { l: [{ n: 'a' }] }, { l: [{ n: 'b' }] }, [], ['value l.0.n']],
    [
      'another value in a list, by key',
      { l: [{ n: 'b' }, { n: 'a', v: 1 }] },
      { l: [{ n: 'a', v: 2 }] },
      [key('n', 'l')],
      ['value l.1.v'],
    ],
    ['a default of another kind', { a: 'x' }, { a: 1 }, [defaultAt('a')], ['value a']],
  ])('conflicts: %s', (_, base, patch, facts, conflicts) => {
    expect(apply(base, patch, facts).conflicts).toEqual(conflicts);
  });

  it('takes the place of a default, once', () => {
    const first = apply(
      { spec: { replicas: 1, n: 1 } },
      { spec: { replicas: 3 } },
      [],
      [defaultAt('spec', 'replicas'), defaultAt('spec', 'n')],
    );
    expect([first.value, first.conflicts]).toEqual([{ spec: { replicas: 3, n: 1 } }, []]);
    const conflicts: Conflict[] = [];
    const again = { defaults: first.defaults, conflicts };
    expect(unified(first.value, { spec: { n: 2 } }, undefined, again)).toEqual({ spec: { replicas: 3, n: 2 } });
    expect(conflicts).toEqual([]);
    unified(first.value, { spec: { replicas: 4 } }, undefined, again);
    expect(conflicts).toEqual([{ path: ['spec', 'replicas'], problem: 'value' }]);
  });

  it('brings defaults that the next one may replace', () => {
    const first = apply({}, { a: { b: 1 }, c: 1 }, [defaultAt('a', 'b'), defaultAt('c')]);
    const conflicts: Conflict[] = [];
    const again = { defaults: first.defaults, conflicts };
    expect(unified(first.value, { a: { b: 2 }, c: 2 }, undefined, again)).toEqual({ a: { b: 2 }, c: 2 });
    expect(conflicts).toEqual([]);
  });
});
