import { describe, expect, it } from 'vitest';
import { problemsOf } from '../../../fixtures/hub/problems.ts';

/** The problems of a deployment with this rollout, without their lines. */
const problems = (rollout: string, provider = 'auto') =>
  problemsOf(`kind: Application
metadata: {name: shop}
spec: {components: [{name: web, type: webservice, properties: {image: a, port: 80}}]}
---
kind: ApplicationDeployment
metadata: {name: d}
spec: {traffic: {provider: ${provider}, http: [${rule}]}, appRevisions: [{revisionName: shop-v1, placement: [{}]}], rollout: ${rollout}}
`).map((line) => line.replace(/ \d+: /, ' '));

const canary = '{replicas: 20%, weight: 10}, {pause: 5m}, {pause: {}}, {replicas: 100%, weight: 100}';
const rule = '{weightedTargets: [{revisionName: shop-v1, componentName: web, port: 80}]}';

describe('the steps of a rollout', () => {
  it.each<[string, string, readonly string[]]>([
    ['shares, pauses, all', `{steps: [${canary}], keepOld: 10m}`, []],
    ['a number of pods', '{steps: [{replicas: 3}]}', []],
    ['no steps', '{steps: []}', []],
    [
      'less pods than traffic',
      '{steps: [{replicas: 10%, weight: 50}]}',
      ['warning WEIGHTS_INVALID 10 % of the pods get 50 % of the traffic'],
    ],
    [
      'a weight that goes back',
      '{steps: [{replicas: 50%, weight: 50}, {replicas: 100%, weight: 10}]}',
      ['error DOCUMENT_INVALID the weight goes back from 50 to 10'],
    ],
    [
      'a share of more than all',
      '{steps: [{replicas: 120%}]}',
      ['error DOCUMENT_INVALID 120% is neither a number of pods nor a share of them'],
    ],
    ['a pause of no length', '{steps: [{pause: soon}]}', ['error DOCUMENT_INVALID soon is not a duration']],
    ['an analysis', '{steps: [{analysis: {}}]}', ['error UNSUPPORTED an analysis is not supported yet']],
    ['waves', '{waves: [{name: a}]}', ['error UNSUPPORTED rollout.waves is not supported']],
    [
      'a copy that is kept after no steps',
      '{keepOld: 10m}',
      [
        'error DOCUMENT_INVALID keepOld says how long the copy before stays after the last step, and there are no steps',
      ],
    ],
  ])('%s', (_, rollout, expected) => {
    expect(problems(rollout)).toEqual(expected);
  });

  it('have no weights where nothing leads traffic by weights', () => {
    expect(problems('{steps: [{replicas: 20%, weight: 10}]}', 'ingress')).toEqual([
      'warning WEIGHTS_INVALID no traffic is led by weights here: it moves with promotion, and the step moves pods alone',
    ]);
  });

  it('are one of the known forms', () => {
    expect(problems('{steps: [{replica: 20%}]}').join()).toMatch(/^error /);
  });
});
