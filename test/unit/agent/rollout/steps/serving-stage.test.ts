import { describe, expect, it } from 'vitest';
import type { BundleDelivery } from '../../../../../shared/wire/revision.ts';
import { appliedCopies, type CopyMoment } from '../../../../fixtures/agent/stages.ts';

const steps: BundleDelivery['steps'] = [{ type: 'scale', replicas: { percent: 100 }, weight: 100 }];

describe('on the way back, without weights', () => {
  it.each<[string, Omit<CopyMoment, 'kind' | 'steps'>, object]>([
    [
      'what serves is whole: the new copy goes',
      { live: { reviews: [2, 2], 'reviews-v2': [1, 1] } },
      { pods: { reviews: 2, 'reviews-v2': 0 }, service: 'reviews', leaving: ['reviews-v2'] },
    ],
    [
      'what serves has no pods any more: the new copy serves until it has',
      { live: { reviews: [0, 0], 'reviews-v2': [2, 2] } },
      { pods: { reviews: 2, 'reviews-v2': 2 }, service: 'both' },
    ],
    [
      'as many as are missing stay',
      { live: { reviews: [2, 1], 'reviews-v2': [2, 2] } },
      { pods: { reviews: 2, 'reviews-v2': 1 }, service: 'both' },
    ],
    [
      'what is not ready goes at once: it may hold the room',
      { live: { reviews: [1, 1], 'reviews-v2': [2, 0] } },
      { pods: { reviews: 2, 'reviews-v2': 0 }, service: 'reviews', leaving: ['reviews-v2'] },
    ],
    [
      'what cannot be led to with the other goes',
      { to: { isKnown: false }, live: { reviews: [1, 1], 'reviews-v2': [2, 2] } },
      { pods: { reviews: 2, 'reviews-v2': 0 }, service: 'reviews', leaving: ['reviews-v2'] },
    ],
    [
      'copies of earlier deliveries alone are ready: the Service leads to them, too',
      { live: { reviews: [2, 0] }, earlier: 1 },
      { pods: { reviews: 2 }, service: 'both' },
    ],
    [
      'what serves has ready pods: those of earlier deliveries are nothing to it',
      { live: { reviews: [2, 1] }, earlier: 1 },
      { pods: { reviews: 2 }, service: 'reviews' },
    ],
    ['the new copy was never made', { live: { reviews: [2, 2] } }, { pods: { reviews: 2 }, service: 'reviews' }],
  ])('%s', (_, moment, expected) => {
    expect(appliedCopies({ ...moment, kind: 'serving', steps })).toEqual(expected);
  });
});
