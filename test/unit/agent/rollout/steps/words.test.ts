import { describe, expect, it } from 'vitest';
import type { Position, StepMode } from '../../../../../agent/model/delivery.ts';
import { saidOf, stepText } from '../../../../../agent/rollout/steps/words.ts';
import type { BundleDelivery, DeliveryStep } from '../../../../../shared/wire/revision.ts';

const steps: DeliveryStep[] = [
  { type: 'scale', replicas: { percent: 10 }, weight: 10 },
  { type: 'pause', seconds: 300 },
  { type: 'pause' },
  { type: 'analysis', checks: [{ name: 'errors', job: 'batch/Job/shop/check', timeoutSeconds: 60 }] },
  { type: 'scale', replicas: { count: 3 } },
];

describe('what is said of a delivery', () => {
  interface Facts {
    readonly position?: Partial<Position> | null;
    readonly mode?: StepMode;
    readonly action?: BundleDelivery['action'];
    readonly unsure?: string;
  }
  it.each<[string, Facts, string]>([
    ['it goes on', { position: { step: 0 } }, 'running at 0'],
    ['it pauses', { position: { step: 1 } }, 'paused at 1: pauses for 300 s'],
    [
      'it waits for a person',
      { position: { step: 2 } },
      'paused at 2: waits for a decision: `sluice-hub rollout show` says which',
    ],
    ['an analysis goes on', { position: { step: 3 } }, 'running at 3'],
    ['an analysis cannot tell', { position: { step: 3 }, unsure: 'errors: no data' }, 'paused at 3: errors: no data'],
    ['the hub paused it', { action: 'pause', position: { step: 0 } }, 'paused at 0: the hub paused it'],
    [
      'the site holds',
      { mode: 'back', position: { step: 1 } },
      'paused at 1: held at this site: it goes on when that ends',
    ],
    ['nothing has begun', { position: null }, 'running at 0: waits for what served to be seen'],
    ['it went back', { position: { step: 1, returned: '0 of 1 ready' }, mode: 'back' }, 'returned at 1: 0 of 1 ready'],
    ['it is done', { position: { step: 5, isDone: true } }, 'done at 5'],
  ])('%s', (_, { position = {}, mode = 'move', action = 'run', unsure = null }, expected) => {
    const now = position === null ? null : { number: 3, attempt: 1, step: 0, waitedMs: 0, totals: {}, ...position };
    const { phase, step, reason } = saidOf({
      delivery: { number: 3, attempt: 1, action, steps },
      position: now,
      mode,
      unsure,
    });
    expect(`${phase} at ${step}${reason === undefined ? '' : `: ${reason}`}`).toBe(expected);
  });
});

it.each([
  [0, 'step 1 of 5 (pods 10 %, traffic 10 %)'],
  [1, 'step 2 of 5 (pause)'],
  [3, 'step 4 of 5 (analysis errors)'],
  [4, 'step 5 of 5 (pods 3)'],
  [5, 'promotion'],
])('step %i in words', (at, words) => {
  expect(stepText({ steps }, at)).toBe(words);
});
