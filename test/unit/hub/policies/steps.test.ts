import { describe, expect, it } from 'vitest';
import type { Steps } from '../../../../hub/model/reporter.ts';
import { rolloutSettings } from '../../../../hub/model/rollout.ts';
import { checkDuration, checkSteps } from '../../../../hub/policies/steps.ts';
import { problemsOf } from '../../../fixtures/hub/problems.ts';

/** What is said of a place, without the place of the rollout itself. */
function told(
  check: (report: {
    readonly error: (code: string, path: Steps, message: string) => void;
    readonly warn: (code: string, path: Steps, message: string) => void;
  }) => void,
): string[] {
  const found: string[] = [];
  const say = (severity: string) => (code: string, path: Steps, message: string) => {
    found.push(`${severity} ${code} ${path.join('.')}: ${message}`);
  };
  check({ error: say('error'), warn: say('warning') });
  return found;
}
const quiet = { problems: [], failed: () => false, isFull: () => false, skipFollowing: () => undefined };
const problems = (settings: unknown) =>
  told((report) => checkSteps(rolloutSettings.parse(settings), ['properties'], { ...quiet, ...report }));

describe('steps inside clusters', () => {
  it.each<[string, unknown, readonly string[]]>([
    ['are not needed', {}, []],
    ['go forward', { steps: [{ replicas: '20%', weight: 10 }, { pause: {} }, { replicas: '100%', weight: 100 }] }, []],
    ['keep the weight of the step before', { steps: [{ replicas: '50%', weight: 50 }, { replicas: '60%' }] }, []],
    [
      'keep it over a pause, too',
      { steps: [{ replicas: '50%', weight: 50 }, { pause: '5m' }, { replicas: '60%', weight: 40 }] },
      ['error DOCUMENT_INVALID properties.steps.2.weight: the weight goes back from 50 to 40'],
    ],
    [
      'give as many pods as traffic',
      { steps: [{ replicas: '10%', weight: 50 }] },
      ['warning WEIGHTS_INVALID properties.steps.0.weight: 10 % of the pods get 50 % of the traffic'],
    ],
    ['may name a number of pods, of which the share is not known', { steps: [{ replicas: 1, weight: 50 }] }, []],
    [
      'name a number of pods, or a share',
      { steps: [{ replicas: 'most' }] },
      ['error DOCUMENT_INVALID properties.steps.0.replicas: most is neither a number of pods nor a share of them'],
    ],
    [
      'pause for a time that can be counted',
      { steps: [{ replicas: 1 }, { pause: '500ms' }] },
      ['error DOCUMENT_INVALID properties.steps.1.pause: 500ms is not a duration'],
    ],
    [
      'are what a copy can be kept after',
      { keepOld: '10m' },
      [
        'error DOCUMENT_INVALID properties.keepOld: keepOld says how long the copy before stays after the last step, and there are no steps',
      ],
    ],
    [
      'keep it for a time that can be counted',
      { steps: [{ replicas: 1 }], keepOld: 'long' },
      ['error DOCUMENT_INVALID properties.keepOld: long is not a duration'],
    ],
  ])('%s', (_, settings, expected) => {
    expect(problems(settings)).toEqual(expected);
  });

  it.each<[string, boolean]>([
    ['90s', true],
    ['1h30m', true],
    ['10', false],
    ['', false],
    ['-5m', false],
  ])('%j is a duration: %j', (text, isOne) => {
    expect(told((report) => checkDuration(text, ['pause'], { ...quiet, ...report })).length === 0).toBe(isOne);
  });

  it('are checked where a policy of an Application has them', () => {
    const found = problemsOf(`apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: {name: shop}
spec:
  components: [{name: web, type: webservice, properties: {image: a, port: 80}}]
  policies: [{name: slow, type: rollout, properties: {steps: [{replicas: 120%}]}}]
`);
    expect(found).toEqual(['error DOCUMENT_INVALID 6: 120% is neither a number of pods nor a share of them']);
  });
});
