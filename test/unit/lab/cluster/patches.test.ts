import { describe, expect, it } from 'vitest';
import { jsonPatch, mergePatch, PatchFailure } from '../../../lab/cluster/apply/patch.ts';
import { strategicPatch } from '../../../lab/cluster/apply/strategic.ts';
import { builtInSchema } from '../../../lab/cluster/types/builtin.ts';

describe('JSON merge patches', () => {
  it('merge objects, replace lists and remove what is null', () => {
    const target = { a: { b: 1, c: [1, 2] }, d: 1 };
    expect(mergePatch(target, { a: { c: [3] }, d: null, e: { f: 2 } })).toEqual({ a: { b: 1, c: [3] }, e: { f: 2 } });
  });
});

describe('JSON patches', () => {
  it.each([
    ['add', [{ op: 'add', path: '/list/-', value: 3 }], { list: [1, 2, 3], 'a/b': 1 }],
    ['remove', [{ op: 'remove', path: '/list/0' }], { list: [2], 'a/b': 1 }],
    ['replace', [{ op: 'replace', path: '/a~1b', value: 5 }], { list: [1, 2], 'a/b': 5 }],
    ['move', [{ op: 'move', from: '/a~1b', path: '/c' }], { list: [1, 2], c: 1 }],
    ['copy', [{ op: 'copy', from: '/list/1', path: '/c' }], { list: [1, 2], 'a/b': 1, c: 2 }],
    ['test', [{ op: 'test', path: '/list/1', value: 2 }], { list: [1, 2], 'a/b': 1 }],
  ])('know %s', (_name, operations, expected) => {
    expect(jsonPatch({ list: [1, 2], 'a/b': 1 }, operations)).toEqual(expected);
  });

  it.each([
    ['a path that is missing', [{ op: 'replace', path: '/nope', value: 1 }]],
    ['a test that fails', [{ op: 'test', path: '/a', value: 2 }]],
    ['an index out of bounds', [{ op: 'remove', path: '/list/7' }]],
    ['an unknown operation', [{ op: 'shake', path: '/a' }]],
  ])('refuse %s', (_name, operations) => {
    expect(() => jsonPatch({ a: 1, list: [] }, operations)).toThrow(PatchFailure);
  });
});

describe('strategic merge patches', () => {
  const schema = builtInSchema('Pod');
  const pod = {
    spec: {
      containers: [
        { name: 'a', image: 'a:1' },
        { name: 'b', image: 'b:1' },
      ],
    },
  };

  it('merge list items by their key', () => {
    const patch = {
      spec: {
        containers: [
          { name: 'b', image: 'b:2' },
          { name: 'c', image: 'c:1' },
        ],
      },
    };
    expect(strategicPatch(pod, patch, schema)['spec']).toEqual({
      containers: [
        { name: 'a', image: 'a:1' },
        { name: 'b', image: 'b:2' },
        { name: 'c', image: 'c:1' },
      ],
    });
  });

  it('delete an item, and put the rest in the order asked for', () => {
    const patch = {
      spec: {
        '$setElementOrder/containers': [{ name: 'c' }, { name: 'b' }],
        containers: [
          { name: 'a', $patch: 'delete' },
          { name: 'c', image: 'c:1' },
        ],
      },
    };
    expect(strategicPatch(pod, patch, schema)['spec']).toEqual({
      containers: [
        { name: 'c', image: 'c:1' },
        { name: 'b', image: 'b:1' },
      ],
    });
  });

  it('replace a map, remove items of a set, and keep only the keys that are named', () => {
    const target = {
      metadata: { finalizers: ['x', 'y'] },
      spec: { nodeSelector: { a: '1' }, hostNetwork: true, dnsPolicy: 'x' },
    };
    const patch = {
      metadata: { '$deleteFromPrimitiveList/finalizers': ['x'] },
      spec: { nodeSelector: { $patch: 'replace', b: '2' }, $retainKeys: ['nodeSelector', 'hostNetwork'] },
    };
    expect(strategicPatch(target, patch, schema)).toEqual({
      metadata: { finalizers: ['y'] },
      spec: { nodeSelector: { b: '2' }, hostNetwork: true },
    });
  });
});
