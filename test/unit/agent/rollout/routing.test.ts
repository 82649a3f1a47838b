import { describe, expect, it } from 'vitest';
import { planRouting } from '../../../../agent/rollout/routing.ts';
import { observe, routerId, type Situation } from '../../../fixtures/agent/rollout.ts';

/** What is written of the traffic object, then why it waits or where it stands. */
function words(situation: Situation): string {
  const observed = observe(situation);
  const { weights, held, waitsFor, isMoved, isSettled, why } = planRouting(observed, observed.app!);
  const split = weights.get(routerId);
  const does = held.has(routerId) ? 'held' : (split?.join(' ') ?? 'nothing');
  if (waitsFor !== null) expect([isMoved, isSettled, waitsFor.isFailed]).toEqual([false, false, false]);
  if (waitsFor !== null) return `${does}; waits for ${waitsFor.revision}: ${waitsFor.why}`;
  return `${does}; ${isSettled ? 'settled' : isMoved ? `moved, ${why}` : 'to move'}`;
}

const half = { v1: '1 pod, 50%', v2: '1 pod, 50%' };
const toV2 = { v1: '1 pod, 0%', v2: '1 pod, 100%' };

describe('the weights of a first traffic object', () => {
  it.each<[rule: string, situation: Situation, words: string]>([
    [
      'are the wanted ones when every backend has endpoints',
      { wanted: half, live: { v1: '1/1', v2: '1/1' } },
      '50 50; to move',
    ],
    [
      'give all of the traffic to the backends that are ready',
      { wanted: { v1: '1 pod, 30%', v2: '1 pod, 70%' }, live: { v1: '1/1', v2: '0/1' } },
      '100 0; waits for example-v2: Deployment/example-web-v2: 0 of 1 ready',
    ],
    [
      'wait while no backend is ready: the object is held',
      { wanted: half, live: { v1: '0/1', v2: '0/1' } },
      'held; waits for example-v1: Deployment/example-web-v1: 0 of 1 ready',
    ],
    [
      'wait while endpoints are not listed',
      { wanted: half, live: { v1: '1/1', v2: '1/1' }, unlisted: ['EndpointSlice'] },
      'held; waits for example-v1: Service/example-v1 has no ready endpoints',
    ],
    [
      'do not wait for a backend that gets no traffic',
      { wanted: toV2, live: { v1: '0/1', v2: '1/1' } },
      '0 100; to move',
    ],
  ])('%s', (_, situation, expected) => {
    expect(words(situation)).toBe(expected);
  });
});

describe('the weights of a live traffic object', () => {
  const live = { v1: '1/1', v2: '1/1' };
  it.each<[rule: string, situation: Situation, words: string]>([
    [
      'are the wanted ones once each gaining revision is ready',
      { wanted: half, live, route: { v1: 100, v2: 0 } },
      '50 50; to move',
    ],
    [
      'stay what they are while a gaining revision is not ready',
      { wanted: half, live: { v1: '1/1', v2: '0/1' }, route: { v1: 100, v2: 0 } },
      '100 0; waits for example-v2: Deployment/example-web-v2: 0 of 1 ready',
    ],
    [
      'stay what they are while a gaining revision has ready pods and no endpoints',
      { wanted: half, live: { v1: '1/1', v2: '1/1, no endpoints' }, route: { v1: 100, v2: 0 } },
      '100 0; waits for example-v2: Service/example-v2 has no ready endpoints',
    ],
    [
      'stay what they are while the new content of a gaining revision is not applied',
      { wanted: half, live: { v1: '1/1', v2: '1/1, old content' }, route: { v1: 100, v2: 0 } },
      '100 0; waits for example-v2: Deployment/example-web-v2: not applied yet',
    ],
    [
      'give nothing to a backend that is not in the live split while it is not ready',
      { wanted: half, live: { v1: '1/1', v2: '0/1' }, route: { v1: 100 } },
      '100 0; waits for example-v2: Deployment/example-web-v2: 0 of 1 ready',
    ],
    [
      'move although a revision that loses traffic is not ready',
      { wanted: toV2, live: { v1: '0/1', v2: '1/1' }, route: { v1: 100, v2: 0 } },
      '0 100; to move',
    ],
    [
      'are not written together with other new content while a revision waits: the object is held',
      { wanted: half, live: { v1: '1/1', v2: '0/1' }, route: { v1: 100 }, isOldRoute: true },
      'held; waits for example-v2: Deployment/example-web-v2: 0 of 1 ready',
    ],
    [
      'are held while its kind is not listed: the live split is unknown',
      { wanted: half, live, route: { v1: 100, v2: 0 }, unlisted: ['VirtualService'] },
      'held; to move',
    ],
    [
      'count as moved when the live split differs by rounding alone',
      { wanted: half, live, route: { v1: 503, v2: 497 } },
      '50 50; settled',
    ],
    [
      'count as not moved when the live split differs by a percent',
      { wanted: half, live, route: { v1: 51, v2: 49 } },
      '50 50; to move',
    ],
    [
      'count as not moved while one of several backends differs',
      {
        wanted: { v1: '1 pod, 50%', v2: '1 pod, 25%', v3: '1 pod, 25%' },
        live: { v1: '1/1', v2: '1/1', v3: '1/1' },
        route: { v1: 50, v2: 40, v3: 10 },
      },
      '50 25 25; to move',
    ],
    [
      'count as not moved while other content is to be applied',
      { wanted: half, live, route: { v1: 50, v2: 50 }, isOldRoute: true },
      '50 50; to move',
    ],
  ])('%s', (_, situation, expected) => {
    expect(words(situation)).toBe(expected);
  });
});

describe('the weight of a revision that has lost all of its endpoints', () => {
  const third = { v1: '1 pod, 50%', v2: '1 pod, 30%', v3: '1 pod, 20%' };
  it.each<[rule: string, situation: Situation, words: string]>([
    [
      'leaves it to the one that has some',
      { wanted: half, live: { v1: '1/1', v2: '0/1' }, route: { v1: 50, v2: 50 } },
      '100 0; waits for example-v2: Deployment/example-web-v2: 0 of 1 ready',
    ],
    [
      'leaves it to those that have some, in proportion',
      { wanted: third, live: { v1: '1/1', v2: '0/1', v3: '1/1' }, route: { v1: 50, v2: 30, v3: 20 } },
      '71 0 29; waits for example-v2: Deployment/example-web-v2: 0 of 1 ready',
    ],
    [
      'has left it: nothing moves until it is ready again',
      { wanted: third, live: { v1: '1/1', v2: '0/1', v3: '1/1' }, route: { v1: 71, v2: 0, v3: 29 } },
      '71 0 29; waits for example-v2: Deployment/example-web-v2: 0 of 1 ready',
    ],
    [
      'leaves it also when its pods are ready, and no address is',
      { wanted: half, live: { v1: '1/1', v2: '1/1, no endpoints' }, route: { v1: 50, v2: 50 } },
      '100 0; waits for example-v2: Service/example-v2 has no ready endpoints',
    ],
    [
      'comes back when it is ready again',
      { wanted: half, live: { v1: '1/1', v2: '1/1' }, route: { v1: 100, v2: 0 } },
      '50 50; to move',
    ],
    [
      'leaves it in the middle of a move, too',
      {
        wanted: { v1: '1 pod, 10%', v2: '1 pod, 20%', v3: '1 pod, 70%' },
        live: { v1: '1/1', v2: '0/1', v3: '0/1' },
        route: { v1: 50, v2: 50, v3: 0 },
      },
      '100 0 0; waits for example-v3: Deployment/example-web-v3: 0 of 1 ready',
    ],
    [
      'stays where no other of the rule has any',
      { wanted: half, live: { v1: '0/1', v2: '0/1' }, route: { v1: 50, v2: 50 } },
      '50 50; moved, Service/example-v1 has 0 of 1 ready endpoints',
    ],
    [
      'does not go to a revision that the document keeps without traffic',
      { wanted: { v1: '1 pod, 100%', v2: '1 pod, 0%' }, live: { v1: '0/1', v2: '1/1' }, route: { v1: 100, v2: 0 } },
      '100 0; moved, Service/example-v1 has 0 of 1 ready endpoints',
    ],
    [
      'stays while endpoints are not listed: unknown is not lost',
      { wanted: half, live: { v1: '1/1', v2: '1/1' }, route: { v1: 50, v2: 50 }, unlisted: ['EndpointSlice'] },
      '50 50; moved, Service/example-v1 has 0 of 1 ready endpoints',
    ],
  ])('%s', (_, situation, expected) => {
    expect(words(situation)).toBe(expected);
  });
});

describe('the weight of a revision of which no pod is wanted', () => {
  const none = { v1: '1 pod, 90%', v2: '0 pods, 10%' };
  it.each<[rule: string, situation: Situation, words: string]>([
    [
      'goes to the others before its pods go',
      { wanted: none, live: { v1: '1/1', v2: '1/1' }, route: { v1: 90, v2: 10 } },
      '100 0; to move',
    ],
    [
      'is with the others: that is the split',
      { wanted: none, live: { v1: '1/1', v2: '0/0' }, route: { v1: 100, v2: 0 } },
      '100 0; settled',
    ],
    [
      'never moves there, although its workload is what is wanted',
      { wanted: none, live: { v1: '1/1', v2: '0/0' }, route: { v1: 100 } },
      '100 0; settled',
    ],
    [
      'stays where no pod of any revision is wanted: all of it is to stop',
      { wanted: { v1: '0 pods, 100%' }, live: { v1: '0/0' }, route: { v1: 100 } },
      '100; moved, Service/example-v1 has 0 of 1 ready endpoints',
    ],
  ])('%s', (_, situation, expected) => {
    expect(words(situation)).toBe(expected);
  });
});

describe('moved traffic', () => {
  const moved = { wanted: toV2, route: { v1: 0, v2: 100 } };
  it.each<[rule: string, situation: Situation, words: string]>([
    ['is settled', { ...moved, live: { v1: '1/1', v2: '1/1' } }, '0 100; settled'],
    [
      'settles for the settle time',
      { ...moved, live: { v1: '1/1', v2: '1/1' }, shifted: 999 },
      '0 100; moved, moved traffic settles',
    ],
    [
      'is settled after the settle time',
      { ...moved, live: { v1: '1/1', v2: '1/1' }, shifted: 1_000 },
      '0 100; settled',
    ],
    [
      'waits for as many endpoints as pods are wanted',
      { ...moved, wanted: { v1: '1 pod, 0%', v2: '3 pods, 100%' }, live: { v1: '1/1', v2: '2/3' } },
      '0 100; moved, Service/example-v2 has 2 of 3 ready endpoints',
    ],
    [
      'does not wait for endpoints of a backend without traffic',
      { ...moved, live: { v1: '0/1', v2: '1/1' } },
      '0 100; settled',
    ],
  ])('%s', (_, situation, expected) => {
    expect(words(situation)).toBe(expected);
  });
});

describe('the backends of an Ingress, which has no weights', () => {
  const ingress = { provider: 'ingress', wanted: { v1: '1 pod, 0%', v2: '1 pod, 100%' } } as const;
  it.each<[rule: string, situation: Situation, words: string]>([
    [
      'are written when all that are wanted are ready',
      { ...ingress, live: { v1: '1/1', v2: '1/1' } },
      '0 100; to move',
    ],
    [
      'are not left out while they are not ready: the object is held',
      { ...ingress, wanted: half, live: { v1: '1/1', v2: '0/1' } },
      'held; waits for example-v2: Deployment/example-web-v2: 0 of 1 ready',
    ],
    [
      'are moved when the live object has the wanted ones, whatever it says of weights',
      { ...ingress, live: { v1: '1/1', v2: '1/1' }, route: { v2: 100 } },
      '0 100; settled',
    ],
    [
      'wait for a backend that gains all of the traffic',
      { ...ingress, live: { v1: '1/1', v2: '0/1' }, route: { v1: 100 }, isOldRoute: true },
      'held; waits for example-v2: Deployment/example-web-v2: 0 of 1 ready',
    ],
    [
      'are not moved while an unwanted one is live',
      { ...ingress, live: { v1: '1/1', v2: '1/1' }, route: { v1: 100, v2: 100 } },
      '0 100; to move',
    ],
  ])('%s', (_, situation, expected) => {
    expect(words(situation)).toBe(expected);
  });
});

describe('an application without traffic', () => {
  it('is settled at once, also when traffic of it was moved before', () => {
    expect(words({ wanted: { v1: '1 pod' }, live: { v1: '1/1' }, provider: 'none', shifted: 1 })).toBe(
      'nothing; settled',
    );
  });
});
