import { describe, expect, it } from 'vitest';
import { jsonPatched, mergePatched } from '../../../../hub/render/json-patch.ts';

describe('a JSON merge patch', () => {
  it.each([
    [
      { a: 1, b: 2 },
      { a: null, c: { d: null, e: 3 } },
      { b: 2, c: { e: 3 } },
    ],
    [
      { l: [1, 2], m: { n: 1 } },
      { l: [3], m: { o: 2 } },
      { l: [3], m: { n: 1, o: 2 } },
    ],
    [{ a: 'text' }, { a: { b: 1 } }, { a: { b: 1 } }],
  ])('%j with %j', (base, patch, value) => {
    expect(mergePatched(base, patch)).toEqual(value);
  });
});

describe('a JSON patch', () => {
  const base = { a: { b: 1 }, l: ['x', 'y'], 'c/d~': 1 };

  it.each<[string, readonly object[], object]>([
    [
      'adds, in lists too',
      [
        { op: 'add', path: '/l/1', value: 'n' },
        { op: 'add', path: '/l/-', value: 'z' },
      ],
      { ...base, l: ['x', 'n', 'y', 'z'] },
    ],
    [
      'removes',
      [
        { op: 'remove', path: '/l/0' },
        { op: 'remove', path: '/a/b' },
      ],
      { ...base, a: {}, l: ['y'] },
    ],
    [
      'replaces',
      [
        { op: 'replace', path: '/l/0', value: 'n' },
        { op: 'replace', path: '/c~1d~0', value: 2 },
      ],
      { ...base, l: ['n', 'y'], 'c/d~': 2 },
    ],
    [
      'moves and copies',
      [
        { op: 'move', from: '/a/b', path: '/e' },
        { op: 'copy', from: '/l', path: '/a/l' },
      ],
      { ...base, a: { l: ['x', 'y'] }, e: 1 },
    ],
    ['tests', [{ op: 'test', path: '/a', value: { b: 1 } }], base],
  ])('%s', (_, operations, value) => {
    expect(jsonPatched(base, operations)).toEqual({ value });
    expect(base).toEqual({ a: { b: 1 }, l: ['x', 'y'], 'c/d~': 1 });
  });

  it.each<[unknown, string]>([
    [undefined, 'it has no list of operations'],
    [['x'], 'operations[0]: it is not a mapping'],
    [[{ op: 'add', path: 'a' }], 'operations[0]: path is not a JSON pointer'],
    [[{ op: 'add', path: '/a' }], 'operations[0]: it needs a value'],
    [[{ op: 'add', path: '/x/y', value: 1 }], 'operations[0]: there is nothing at /x'],
    [[{ op: 'add', path: '/l/5', value: 1 }], 'operations[0]: /l/5 is not a place in the list'],
    [[{ op: 'remove', path: '/x' }], 'operations[0]: there is nothing at /x'],
    [[{ op: 'replace', path: '/x', value: 1 }], 'operations[0]: there is nothing at /x'],
    [[{ op: 'move', path: '/x', from: '/y' }], 'operations[0]: there is nothing at /y'],
    [[{ op: 'test', path: '/a/b', value: 2 }], 'operations[0]: /a/b has another value'],
    [
      [{ op: 'merge', path: '/a' }],
      'operations[0]: "merge" is not an operation: add, remove, replace, test, move, copy are',
    ],
  ])('is wrong: %j', (operations, wrong) => {
    expect(jsonPatched(base, operations)).toEqual({ wrong });
  });
});
