import { describe, expect, it } from 'vitest';
import type { CopyNumbers } from '../../../../hub/workflow/move.ts';
import { batchesOf } from '../../../../hub/workflow/moves.ts';
import { bookinfo, movesIn } from '../../../fixtures/hub/programs.ts';

const rollout = (properties: object) => ({ traits: [{ type: 'rollout', properties }] });
const step = (type: string, properties: object = {}) => ({ name: type, type, properties });
const canary = (name: string, batchPartition?: number, ...targets: [string, number][]) => ({
  name,
  type: 'canary-rollout',
  properties: {
    ...(batchPartition !== undefined && { batchPartition }),
    ...(targets.length > 0 && {
      traffic: { weightedTargets: targets.map(([revision, weight]) => ({ revision, weight })) },
    }),
  },
});
const two = rollout({ targetSize: 2, rolloutBatches: [{ replicas: 1 }, { replicas: 1 }] });

describe('the steps of agents that steps of a workflow are', () => {
  it.each<[string, Parameters<typeof bookinfo>, string[]]>([
    [
      'a new copy without traffic, a share of it, all',
      [
        [
          step('blue-green-rollout', { partition: '50%' }),
          step('traffic-shift', { partition: '30%' }),
          step('rollout-promotion'),
        ],
      ],
      [
        'blue-green-rollout: pods 50 %, traffic 0 %',
        'traffic-shift: pods 50 %, traffic 30 %',
        'rollout-promotion: pods 100 %, traffic 100 %',
      ],
    ],
    [
      'without a share: all pods, all traffic',
      [[step('blue-green-rollout'), step('traffic-shift')]],
      ['blue-green-rollout: pods 100 %, traffic 0 %', 'traffic-shift: pods 100 %, traffic 100 %'],
    ],
    [
      'traffic without a copy before it',
      [[step('traffic-shift', { partition: '20%' })]],
      ['traffic-shift: pods 20 %, traffic 20 %'],
    ],
    [
      'batches of the trait, traffic as weighted',
      [[canary('first', 0, ['reviews-v1', 90], ['reviews-v2', 10]), canary('rest', 1, ['reviews-v2', 100])], two],
      ['first: reviews 1 pods, traffic 10 %', 'rest: reviews pods 100 %, traffic 100 %'],
    ],
    [
      'names of the two, and what they are to one another',
      [[canary('first', 0, ['stable', 75], ['new', 25]), canary('rest')], two],
      ['first: reviews 1 pods, traffic 25 %', 'rest: reviews pods 100 %, traffic 100 %'],
    ],
    [
      'without weights traffic is as pods are',
      [[canary('first', 0), canary('rest', 1)], two],
      ['first: reviews 1 pods, traffic 50 %', 'rest: reviews pods 100 %, traffic 100 %'],
    ],
    [
      'without batches as many as the program has, all the same',
      [[canary('first', 0), canary('second', 1), canary('rest', 2)]],
      [
        'first: reviews pods 34 %, traffic 34 %',
        'second: reviews pods 67 %, traffic 67 %',
        'rest: reviews pods 100 %, traffic 100 %',
      ],
    ],
    [
      'the traffic of batches can be shifted',
      [[canary('first', 0), step('traffic-shift', { partition: '5%' }), step('rollout-promotion')], two],
      [
        'first: reviews 1 pods, traffic 50 %',
        'traffic-shift: reviews 1 pods, traffic 5 %',
        'rollout-promotion: pods 100 %, traffic 100 %',
      ],
    ],
  ])('%s', (_, doc, expected) => {
    expect(movesIn(bookinfo(...doc))).toEqual(expected);
  });

  it.each<[string, CopyNumbers | null, string]>([
    [
      'another copy is an error with both names',
      { serving: 2, coming: 3 },
      'first: weightedTargets name reviews-v1: reviews-v2 serves, and reviews-v3 is new (stable and new name them, too)',
    ],
    ['of a first installation no name is looked at', null, 'first: reviews 1 pods, traffic 50 %'],
    ['nor of what does not change', { serving: 2, coming: 2 }, 'first: reviews 1 pods, traffic 50 %'],
  ])('%s', (_, numbers, expected) => {
    const doc = bookinfo([canary('first', 0, ['reviews-v1', 90], ['reviews-v2', 10])], two);
    expect(movesIn(doc, () => numbers)).toEqual([expected]);
  });
});

describe('the batches of the trait rollout', () => {
  it.each<[string, object, ReturnType<typeof batchesOf>]>([
    [
      'counts',
      { targetSize: 10, rolloutBatches: [{ replicas: 1 }, { replicas: 4 }, { replicas: 5 }] },
      { size: 10, upTo: [1, 5, 10] },
    ],
    [
      'shares, rounded up',
      { targetSize: 5, rolloutBatches: [{ replicas: '20%' }, { replicas: '30%' }, { replicas: '50%' }] },
      { size: 5, upTo: [1, 3, 5] },
    ],
    [
      'the last has the rest',
      { targetSize: 5, rolloutBatches: [{ replicas: 1 }, { replicas: 1 }] },
      { size: 5, upTo: [1, 5] },
    ],
    [
      'no more than there are',
      { targetSize: 2, rolloutBatches: [{ replicas: 5 }, { replicas: 1 }] },
      { size: 2, upTo: [2, 2] },
    ],
    [
      'as many as are written, without a number of all',
      { rolloutBatches: [{ replicas: 1 }, { replicas: 2 }] },
      { size: 3, upTo: [1, 3] },
    ],
    ['none', { targetSize: 5 }, null],
  ])('%s', (_, properties, expected) => {
    expect(batchesOf({ traits: [{ type: 'rollout', properties: properties as Record<string, unknown> }] })).toEqual(
      expected,
    );
  });

  it('are not there without the trait', () => {
    expect(batchesOf({})).toBeNull();
  });
});
