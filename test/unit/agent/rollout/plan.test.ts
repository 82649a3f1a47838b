import { describe, expect, it } from 'vitest';
import { planApp } from '../../../../agent/rollout/plan.ts';
import { observe, routerId, shortName, type Situation } from '../../../fixtures/agent/rollout.ts';

/** `phase: reason`, then what is done: pods of each workload, weights, what is stopped and deleted. */
function words(situation: Situation): readonly string[] {
  const { phase, reason, replicas, weights, held, scaleToZero, remove } = planApp(observe(situation));
  const pods = [...replicas].map(([id, count]) => `${shortName(id)} ${count}`);
  const split = weights.get(routerId);
  return [
    reason === '' ? phase : `${phase}: ${reason}`,
    ...(pods.length > 0 ? [`pods ${pods.join(', ')}`] : []),
    ...(split === undefined ? [] : [`weights ${split.join(' ')}`]),
    ...(held.size > 0 ? [`hold ${[...held].map(shortName).join(' ')}`] : []),
    ...(scaleToZero.length > 0 ? [`stop ${scaleToZero.map(shortName).join(' ')}`] : []),
    ...(remove.length > 0 ? [`delete ${remove.map(shortName).join(' ')}`] : []),
  ];
}

const v1 = { v1: '2 pods, 100%' };
const v2 = { v2: '2 pods, 100%' };
const both = { v1: '2 pods, 50%', v2: '2 pods, 50%' };

type Row = readonly [step: string, situation: Situation, words: readonly string[]];

describe('a first install', () => {
  it.each<Row>([
    [
      'applies everything but the route',
      { wanted: v1, live: {} },
      ['scale-up: 2 objects to apply', 'pods web-v1 2', 'hold route'],
    ],
    [
      'waits for its pods',
      { wanted: v1, live: { v1: '1/2, no endpoints' } },
      ['ready: Deployment/example-web-v1: 1 of 2 ready', 'pods web-v1 2', 'hold route'],
    ],
    [
      'applies the route',
      { wanted: v1, live: { v1: '2/2' } },
      ['scale-up: 1 objects to apply', 'pods web-v1 2', 'weights 100'],
    ],
    [
      'is settled',
      { wanted: v1, live: { v1: '2/2' }, route: { v1: 100 } },
      ['settled', 'pods web-v1 2', 'weights 100'],
    ],
  ])('%s', (_, situation, expected) => {
    expect(words(situation)).toEqual(expected);
  });
});

describe('a change from one revision to another', () => {
  it.each<Row>([
    [
      'adds the new revision beside the old one',
      { wanted: v2, live: { v1: '2/2' }, route: { v1: 100 }, isOldRoute: true },
      ['scale-up: 2 objects to apply', 'pods web-v2 2', 'hold route'],
    ],
    [
      'waits until it is ready',
      { wanted: v2, live: { v1: '2/2', v2: '1/2' }, route: { v1: 100 }, isOldRoute: true },
      ['ready: Deployment/example-web-v2: 1 of 2 ready', 'pods web-v2 2', 'hold route'],
    ],
    [
      'moves the traffic',
      { wanted: v2, live: { v1: '2/2', v2: '2/2' }, route: { v1: 100 }, isOldRoute: true },
      ['scale-up: 1 objects to apply', 'pods web-v2 2', 'weights 100'],
    ],
    [
      'gives every client the settle time',
      { wanted: v2, live: { v1: '2/2', v2: '2/2' }, route: { v2: 100 }, shifted: 10 },
      ['endpoints: moved traffic settles', 'pods web-v2 2', 'weights 100'],
    ],
    [
      'stops the old pods',
      { wanted: v2, live: { v1: '2/2', v2: '2/2' }, route: { v2: 100 } },
      ['scale-down: old replicas to stop', 'pods web-v2 2', 'weights 100', 'stop web-v1'],
    ],
    [
      'waits for them to end',
      { wanted: v2, live: { v1: '0/0, 2 stopping', v2: '2/2' }, route: { v2: 100 } },
      ['scale-down: old replicas to stop', 'pods web-v2 2', 'weights 100'],
    ],
    [
      'deletes the old workload',
      { wanted: v2, live: { v1: '0/0', v2: '2/2' }, route: { v2: 100 } },
      ['delete: 2 objects to delete', 'pods web-v2 2', 'weights 100', 'delete web-v1'],
    ],
    [
      'deletes the rest of the old revision',
      { wanted: v2, live: { v1: '0/0, only its Service', v2: '2/2' }, route: { v2: 100 } },
      ['delete: 1 objects to delete', 'pods web-v2 2', 'weights 100', 'delete v1'],
    ],
    [
      'is settled',
      { wanted: v2, live: { v2: '2/2' }, route: { v2: 100 } },
      ['settled', 'pods web-v2 2', 'weights 100'],
    ],
  ])('%s', (_, situation, expected) => {
    expect(words(situation)).toEqual(expected);
  });
});

describe('a change of the split', () => {
  it.each<Row>([
    [
      'moves weights alone',
      { wanted: both, live: { v1: '2/2', v2: '2/2' }, route: { v1: 100, v2: 0 } },
      ['shift: traffic to move', 'pods web-v1 2, web-v2 2', 'weights 50 50'],
    ],
    [
      'waits for pods that are still to be added',
      { wanted: both, live: { v1: '2/2', v2: '1/1' }, route: { v1: 100, v2: 0 } },
      ['scale-up: replicas to add', 'pods web-v1 2, web-v2 2', 'weights 100 0'],
    ],
  ])('%s', (_, situation, expected) => {
    expect(words(situation)).toEqual(expected);
  });
});

describe('fewer pods', () => {
  const route = { v1: 50, v2: 50 };
  it.each<Row>([
    [
      'are left when everything is ready',
      { wanted: both, live: { v1: '4/4', v2: '2/2' }, route },
      ['scale-down: old replicas to stop', 'pods web-v1 2, web-v2 2', 'weights 50 50'],
    ],
    [
      'are not left while the other revision is not ready',
      { wanted: both, live: { v1: '4/4', v2: '1/2' }, route },
      ['ready: Deployment/example-web-v2: 1 of 2 ready', 'pods web-v1 4, web-v2 2', 'weights 50 50'],
    ],
    [
      'are left at once where that costs no ready pod',
      { wanted: both, live: { v1: '2/4, (2 of 4 ready)', v2: '2/2' }, route },
      ['ready: Deployment/example-web-v1: 2 of 4 ready', 'pods web-v1 2, web-v2 2', 'weights 50 50'],
    ],
    [
      'are not left while traffic is still to move',
      { wanted: both, live: { v1: '4/4', v2: '2/2' }, route: { v1: 90, v2: 10 } },
      ['shift: traffic to move', 'pods web-v1 4, web-v2 2', 'weights 50 50'],
    ],
  ])('%s', (_, situation, expected) => {
    expect(words(situation)).toEqual(expected);
  });
});

describe('a change that does not become ready', () => {
  const late = { wanted: v2, live: { v1: '2/2', v2: '0/2' }, route: { v1: 100 }, isOldRoute: true };
  it.each<Row>([
    [
      'waits until the progress deadline',
      { ...late, waited: 9 },
      ['ready: Deployment/example-web-v2: 0 of 2 ready', 'pods web-v2 2', 'hold route'],
    ],
    [
      'is blocked from then on, with the old revision in place',
      { ...late, waited: 10 },
      [
        'blocked: example-v2 did not become ready in 10 s: Deployment/example-web-v2: 0 of 2 ready',
        'pods web-v2 2',
        'hold route',
      ],
    ],
    [
      'is blocked at once when its workload failed',
      { ...late, live: { v1: '2/2', v2: '0/2, failed' } },
      [
        'blocked: example-v2 failed: Deployment/example-web-v2: 0 of 2 ready (timed out)',
        'pods web-v2 2',
        'hold route',
      ],
    ],
    [
      'waits when an object cannot be applied, and says why',
      { ...late, faults: { 'example-web-v2': 'denied by a webhook' } },
      ['ready: Deployment/example-web-v2: denied by a webhook', 'pods web-v2 2', 'hold route'],
    ],
    [
      'names the revision that is late',
      { wanted: both, live: { v1: '2/2', v2: '1/2' }, route: { v1: 100, v2: 0 }, waited: 10 },
      [
        'blocked: example-v2 did not become ready in 10 s: Deployment/example-web-v2: 1 of 2 ready',
        'pods web-v1 2, web-v2 2',
        'weights 100 0',
      ],
    ],
    [
      'is settled where the split is moved already, and still names the revision that is late',
      { wanted: both, live: { v1: '2/2', v2: '1/2' }, route: { v1: 50, v2: 50 }, waited: 10 },
      [
        'settled: example-v2 did not become ready in 10 s: Deployment/example-web-v2: 1 of 2 ready',
        'pods web-v1 2, web-v2 2',
        'weights 50 50',
      ],
    ],
    [
      'goes on by itself when it becomes ready after all',
      { ...late, live: { v1: '2/2', v2: '2/2' }, waited: 60 },
      ['scale-up: 1 objects to apply', 'pods web-v2 2', 'weights 100'],
    ],
    [
      'is settled where nothing is left to do: a pod that dies later blocks no change',
      { wanted: v1, live: { v1: '1/2' }, route: { v1: 100 }, waited: 60 },
      [
        'settled: example-v1 did not become ready in 10 s: Deployment/example-web-v1: 1 of 2 ready',
        'pods web-v1 2',
        'weights 100',
      ],
    ],
  ])('%s', (_, situation, expected) => {
    expect(words(situation)).toEqual(expected);
  });
});

describe('the end of an application', () => {
  it.each<Row>([
    [
      'begins with its route',
      { wanted: null, live: { v1: '2/2' }, route: { v1: 100 } },
      ['scale-down: 3 objects to delete', 'delete route'],
    ],
    [
      'goes on with its pods',
      { wanted: null, live: { v1: '2/2' } },
      ['scale-down: 2 objects to delete', 'stop web-v1'],
    ],
    ['deletes its workloads', { wanted: null, live: { v1: '0/0' } }, ['delete: 2 objects to delete', 'delete web-v1']],
    [
      'deletes the rest',
      { wanted: null, live: { v1: '0/0, only its Service' } },
      ['delete: 1 objects to delete', 'delete v1'],
    ],
    ['is settled when nothing is left', { wanted: null, live: {} }, ['settled']],
  ])('%s', (_, situation, expected) => {
    expect(words(situation)).toEqual(expected);
  });
});

describe('the deadline of a plan', () => {
  it.each<[rule: string, situation: Situation, after: number | null]>([
    ['is the progress deadline while it waits', { wanted: v1, live: { v1: '0/2' }, waited: 4 }, 6_000],
    ['is the whole progress deadline when it begins to wait', { wanted: v1, live: { v1: '0/2' } }, 10_000],
    ['is the end of the settle time', { wanted: v1, live: { v1: '2/2' }, route: { v1: 100 }, shifted: 400 }, 600],
    ['is none once it is blocked', { wanted: v1, live: { v1: '0/2' }, waited: 11 }, null],
    ['is none once it is settled', { wanted: v1, live: { v1: '2/2' }, route: { v1: 100 } }, null],
  ])('%s', (_, situation, after) => {
    const observed = observe(situation);
    const { deadline } = planApp(observed);
    expect(deadline === null ? null : deadline - observed.now).toBe(after);
  });
});

describe('a plan waits, so that its progress deadline runs', () => {
  it.each<[rule: string, situation: Situation, isWaiting: boolean]>([
    ['while pods are not ready', { wanted: v1, live: { v1: '0/2' } }, true],
    ['while it is blocked, too', { wanted: v1, live: { v1: '0/2' }, waited: 60 }, true],
    ['not once all is ready', { wanted: v1, live: { v1: '2/2' }, route: { v1: 100 } }, false],
    ['not while old objects are deleted', { wanted: v2, live: { v1: '0/0', v2: '2/2' }, route: { v2: 100 } }, false],
  ])('%s', (_, situation, expected) => {
    expect(planApp(observe(situation)).isWaiting).toBe(expected);
  });
});

describe('a wait for pods', () => {
  const late = { wanted: v1, live: { v1: '1/2' as const }, route: { v1: 100 } };
  const wait = (situation: Situation) => {
    const { isWaiting, blocked, deadline } = planApp({ ...observe(situation), waitingSince: 0 });
    return [isWaiting, blocked?.what ?? 'not blocked', deadline];
  };

  it('is given up after the progress deadline', () => {
    expect(wait(late).slice(0, 2)).toEqual([true, 'example-v1 did not become ready in 10 s']);
  });

  it.each(['Deployment', 'EndpointSlice'])('has no deadline while a %s cannot be seen', (kind) => {
    expect(wait({ ...late, live: { v1: '1/2' }, unlisted: [kind] })).toEqual([false, 'not blocked', null]);
  });
});
