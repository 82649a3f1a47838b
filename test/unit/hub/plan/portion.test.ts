import { describe, expect, it } from 'vitest';
import type { NextBundle } from '../../../../hub/model/bundle.ts';
import type { PublishedBundles } from '../../../../hub/model/published-bundle.ts';
import { portionsOf } from '../../../../hub/plan/portion.ts';

type Apps = Readonly<Record<string, number>>;

const revisionOf = (apps: Apps) => ({
  apps: Object.entries(apps).map(([name, version]) => ({ namespace: 'default', name, digest: `${version}` })),
});

/** Bundles by cluster: what is published, and what is planned. */
function fleet(clusters: Readonly<Record<string, readonly [before: Apps, planned: Apps]>>) {
  const all = Object.entries(clusters);
  const bundles = new Map(all.map(([cluster, [before]]) => [cluster, { cluster, revision: revisionOf(before) }]));
  const planned = all.map(([cluster, [, apps]]) => ({ cluster, revision: revisionOf(apps) }));
  return { bundles: bundles as unknown as PublishedBundles, planned: planned as unknown as readonly NextBundle[] };
}

const portions = (clusters: Parameters<typeof fleet>[0], most: number) => {
  const { bundles, planned } = fleet(clusters);
  return portionsOf(planned, bundles, most).map((portion) => portion.map(({ cluster }) => cluster));
};
const [one, two] = [{ all: 1 }, { all: 2 }];

describe('the portions of what is published', () => {
  it.each<
    [rule: string, clusters: Parameters<typeof fleet>[0], most: number, expected: readonly (readonly string[])[]]
  >([
    ['are one where nothing is planned', {}, 2, [[]]],
    ['are one, in its order, where all fit', { b: [one, two], a: [one, two] }, 2, [['b', 'a']]],
    ['are full ones, then the rest', { c: [one, two], a: [one, two], b: [one, two] }, 2, [['a', 'b'], ['c']]],
    [
      'have a change of few clusters before a change of many',
      {
        a: [one, two],
        b: [one, two],
        c: [
          { ...one, group: 1 },
          { ...two, group: 2 },
        ],
        d: [{ group: 1 }, { group: 2 }],
      },
      2,
      [
        ['c', 'd'],
        ['a', 'b'],
      ],
    ],
    [
      'count a new cluster by what it gets first',
      { a: [{}, one], b: [one, two], c: [{}, { ...one, own: 1 }] },
      1,
      [['c'], ['a'], ['b']],
    ],
    [
      'keep those together that an application leaves, however many',
      { a: [one, two], b: [{ ...one, old: 1 }, one], c: [{ old: 1 }, {}], d: [one, two] },
      1,
      [['b', 'c'], ['a'], ['d']],
    ],
    ['have those last of which no application changes', { a: [one, one], b: [one, two] }, 1, [['b'], ['a']]],
  ])('%s', (_, clusters, most, expected) => {
    expect(portions(clusters, most)).toEqual(expected);
  });

  it('are all of what is planned, each once', () => {
    const clusters = Object.fromEntries(
      Array.from({ length: 23 }, (_, i) => [`c${i}`, [one, i % 3 === 0 ? {} : two] as const]),
    );
    for (const most of [1, 2, 5, 22, 23, 24]) {
      const found = portions(clusters, most);
      expect(found.flat().sort()).toEqual(Object.keys(clusters).sort());
      expect(found.slice(1).every((portion) => portion.length > 0 && portion.length <= most)).toBe(true);
    }
  });
});
