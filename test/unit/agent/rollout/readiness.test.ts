import { describe, expect, it } from 'vitest';
import {
  appReadiness,
  expectedEndpoints,
  revisionOf,
  revisionReadiness,
  wantsNoPods,
  workloadReadiness,
  type Readiness,
} from '../../../../agent/rollout/readiness.ts';
import { observe, type Situation } from '../../../fixtures/agent/rollout.ts';

const web = (name: string) => `apps/Deployment/default/example-web-${name}`;
const service = (name: string) => `/Service/default/example-${name}`;
const words = (readiness: Readiness) =>
  readiness.ok ? 'ready' : `${readiness.isFailed ? 'failed, ' : ''}${readiness.why}`;

describe('a workload is ready', () => {
  const two = { v1: '2 pods, 100%' };
  it.each<[rule: string, situation: Situation, words: string]>([
    ['when it runs all the pods that the bundle wants', { wanted: two, live: { v1: '2/2' } }, 'ready'],
    ['when it runs more than those', { wanted: two, live: { v1: '4/4' } }, 'ready'],
    ['not while one is missing', { wanted: two, live: { v1: '1/2' } }, 'Deployment/example-web-v1: 1 of 2 ready'],
    [
      'not by the pods that it runs, where the bundle wants more',
      { wanted: { v1: '3 pods, 100%' }, live: { v1: '2/2' } },
      'Deployment/example-web-v1: 2 of 3 ready',
    ],
    [
      'not while its controller is at work, and says so once',
      { wanted: two, live: { v1: '1/2, (1 of 2 ready)' } },
      'Deployment/example-web-v1: 1 of 2 ready',
    ],
    [
      'not while its controller is at work, and says more',
      { wanted: two, live: { v1: '1/2, (1 of 2 updated)' } },
      'Deployment/example-web-v1: 1 of 2 ready (1 of 2 updated)',
    ],
    [
      'not although all pods are, while its controller is at work',
      { wanted: two, live: { v1: '2/4, (2 of 4 updated)' } },
      'Deployment/example-web-v1: 2 of 4 updated',
    ],
    [
      'not when its controller gave up',
      { wanted: two, live: { v1: '1/2, failed' } },
      'failed, Deployment/example-web-v1: 1 of 2 ready (timed out)',
    ],
    [
      'not with the content before this one',
      { wanted: two, live: { v1: '2/2, old content' } },
      'Deployment/example-web-v1: not applied yet',
    ],
    ['not before it exists', { wanted: two, live: {} }, 'Deployment/example-web-v1: not created yet'],
    [
      'not when it was deleted by hand',
      { wanted: two, live: { v1: '2/2, vanished' } },
      'Deployment/example-web-v1: not created yet',
    ],
    [
      'not when it could not be applied',
      { wanted: two, live: { v1: '2/2' }, faults: { 'example-web-v1': 'denied' } },
      'Deployment/example-web-v1: denied',
    ],
    ['when it is to run none', { wanted: { v1: '0 pods' }, live: { v1: '0/0' } }, 'ready'],
  ])('%s', (_, situation, expected) => {
    const observed = observe(situation);
    expect(words(workloadReadiness(observed, observed.app!, web('v1')))).toBe(expected);
  });
});

describe('readiness of several', () => {
  const observed = observe({ wanted: { v1: '1 pod, 50%', v2: '2 pods, 50%' }, live: { v1: '1/1', v2: '0/2' } });
  const app = observed.app!;

  it('is that of one revision alone, or of the application', () => {
    expect(words(revisionReadiness(observed, app, 'example-v1'))).toBe('ready');
    expect(words(revisionReadiness(observed, app, 'example-v2'))).toBe('Deployment/example-web-v2: 0 of 2 ready');
    expect(words(revisionReadiness(observed, app, 'example-v3'))).toBe('ready');
    expect(words(appReadiness(observed, app))).toBe('Deployment/example-web-v2: 0 of 2 ready');
  });

  it('tells objects of a revision from those of none', () => {
    expect([revisionOf(app, web('v2')), revisionOf(app, app.traffic[0]!.id), revisionOf(app, web('v9'))]).toEqual([
      'example-v2',
      null,
      null,
    ]);
  });
});

describe('the pods behind a Service', () => {
  it.each<[rule: string, situation: Situation, expected: number, wantsNone: boolean]>([
    ['are as many as are wanted', { wanted: { v1: '3 pods' }, live: { v1: '1/1' } }, 3, false],
    ['are one at least', { wanted: { v1: '0 pods' }, live: { v1: '0/0' } }, 1, true],
    [
      'are one where its workload is not known yet',
      { wanted: { v1: '3 pods' }, live: { v1: '0/0, only its Service' } },
      1,
      false,
    ],
    ['are one where the Service is not known yet', { wanted: { v1: '3 pods' }, live: {} }, 1, false],
    [
      'are not those of another revision',
      { wanted: { v1: '3 pods', v2: '5 pods' }, live: { v1: '1/1', v2: '5/5' } },
      3,
      false,
    ],
  ])('%s', (_, situation, expected, wantsNone) => {
    const observed = observe(situation);
    expect(expectedEndpoints(observed, observed.app!, service('v1'))).toBe(expected);
    expect(wantsNoPods(observed, observed.app!, service('v1'))).toBe(wantsNone);
  });
});
