import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { selectClusters } from '../../hub/place/select.ts';
import { normalise } from '../../hub/render/weights.ts';

const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { minLength: 1, maxLength: 12 });
const pick = fc.oneof(fc.constant('one' as const), fc.constant('all' as const), fc.integer({ min: 1, max: 5 }));
const targets = (clusters: readonly string[]) =>
  clusters.map((name) => ({ name, labels: { usage: 'prod' }, capabilities: null }));

describe('placement and weights hold for any input', () => {
  it('adding a cluster never moves a recorded pick', () => {
    fc.assert(
      fc.property(names, fc.stringMatching(/^[A-Z]{1,6}$/), pick, (clusters, added, how) => {
        const selector = { labels: { usage: 'prod' }, pick: how };
        const before = selectClusters('ns/d', selector, targets(clusters), []);
        const after = selectClusters('ns/d', selector, targets([...clusters, added]), before.clusters);
        expect(after.clusters.filter((name) => name !== added)).toEqual(expect.arrayContaining([...before.clusters]));
        if (typeof how !== 'number' && how === 'one') expect(after.clusters).toEqual(before.clusters);
      }),
    );
  });

  it('takes as many clusters as asked for, never one twice, in whatever order they come', () => {
    fc.assert(
      fc.property(names, pick, (clusters, how) => {
        const selector = { pick: how };
        const taken = selectClusters('ns/d', selector, targets(clusters), []).clusters;
        const wanted = how === 'all' ? clusters.length : how === 'one' ? 1 : how;
        expect(new Set(taken).size).toBe(taken.length);
        expect(taken).toHaveLength(Math.min(wanted, clusters.length));
        expect(selectClusters('ns/d', selector, targets(clusters.toReversed()), []).clusters).toEqual(taken);
      }),
    );
  });

  it('weights add up to 100 after normalising, in the order of their size', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 20 }), (weights) => {
        const normal = normalise(weights);
        expect(normal.reduce((sum, weight) => sum + weight, 0)).toBe(100);
        expect(normal.every((weight) => Number.isInteger(weight) && weight >= 0)).toBe(true);
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        normal.forEach((weight, index) => {
          const exact = total === 0 ? 100 / weights.length : (weights[index]! * 100) / total;
          expect(Math.abs(weight - exact)).toBeLessThan(1);
        });
      }),
    );
  });

  it('weights that add up to 100 stay as they are', () => {
    expect(normalise([50, 50])).toEqual([50, 50]);
    expect(normalise([99, 1, 0])).toEqual([99, 1, 0]);
    expect(normalise([1, 1, 1])).toEqual([34, 33, 33]);
    expect(normalise([0, 0])).toEqual([50, 50]);
    expect(normalise([])).toEqual([]);
  });
});
