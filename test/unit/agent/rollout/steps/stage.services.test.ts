import { describe, expect, it } from 'vitest';
import type { BundleDelivery } from '../../../../../shared/wire/revision.ts';
import { appliedCopies, type CopyMoment } from '../../../../fixtures/agent/stages.ts';

const beside: BundleDelivery['steps'] = [{ type: 'scale', replicas: { percent: 50 }, weight: 0 }];
const half: BundleDelivery['steps'] = [{ type: 'scale', replicas: { percent: 50 }, weight: 50 }];
const all: BundleDelivery['steps'] = [{ type: 'scale', replicas: { percent: 100 }, weight: 100 }];
const batch: BundleDelivery['steps'] = [{ type: 'scale', replicas: { count: 1 }, weight: 10, components: ['reviews'] }];
const both = { reviews: [2, 2], 'reviews-v2': [1, 1] } as const;

describe('what a Service without weights leads to', () => {
  it.each<[string, CopyMoment, object]>([
    [
      'weight 0, and copies of earlier deliveries alone are ready: all copies',
      { steps: beside, live: { reviews: [2, 0], 'reviews-v2': [1, 0] }, earlier: 1 },
      { pods: { reviews: 2, 'reviews-v2': 1 }, service: 'both' },
    ],
    [
      'weight 0: what serves has all traffic, and all of its pods',
      { steps: beside, live: both },
      { pods: { reviews: 2, 'reviews-v2': 1 }, service: 'reviews' },
    ],
    [
      'between: both, and their pods decide',
      { steps: half, live: both },
      { pods: { reviews: 1, 'reviews-v2': 1 }, service: 'both' },
    ],
    [
      'a batch: the copy before gives up as many as the new one has ready, whatever its traffic',
      { steps: batch, live: both },
      { pods: { reviews: 1, 'reviews-v2': 1 }, service: 'both' },
    ],
    [
      'a batch that is not ready takes nothing from what serves',
      { steps: batch, live: { reviews: [2, 2], 'reviews-v2': [1, 0] } },
      { pods: { reviews: 2, 'reviews-v2': 1 }, service: 'both' },
    ],
    [
      'weight 100: both until the new copy has all of its pods',
      { steps: all, live: { reviews: [1, 1], 'reviews-v2': [2, 1] } },
      { pods: { reviews: 1, 'reviews-v2': 2 }, service: 'both' },
    ],
    [
      'then the new one alone',
      { steps: all, live: { reviews: [1, 1], 'reviews-v2': [2, 2] } },
      { pods: { reviews: 0, 'reviews-v2': 2 }, service: 'reviews-v2' },
    ],
    [
      'where it cannot lead to both, what serves keeps traffic and pods until the new copy is ready',
      { steps: all, to: { isKnown: false }, live: { reviews: [2, 2], 'reviews-v2': [2, 1] } },
      { pods: { reviews: 2, 'reviews-v2': 2 }, service: 'reviews' },
    ],
    [
      'and its pods until the new copy has the traffic',
      { steps: all, to: { isKnown: false }, live: { reviews: [2, 2], 'reviews-v2': [2, 2] } },
      { pods: { reviews: 2, 'reviews-v2': 2 }, service: 'reviews-v2' },
    ],
    [
      'promoted: the new one',
      { kind: 'whole', steps: all, live: { reviews: [0, 0], 'reviews-v2': [2, 2] } },
      { pods: { reviews: 0, 'reviews-v2': 2 }, service: 'reviews-v2' },
    ],
  ])('%s', (_, moment, expected) => {
    expect(appliedCopies(moment)).toEqual(expected);
  });
});
