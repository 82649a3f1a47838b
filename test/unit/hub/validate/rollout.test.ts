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

const asked = 'address: http://p:9090, query: errors';

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
    ['an analysis', `{steps: [{analysis: [{prometheus: {${asked}, condition: "<0.05"}, interval: 30s}]}]}`, []],
    [
      'an analysis that says yes or no',
      '{steps: [{analysis: [{prometheus: {address: http://p:9090, query: "a > bool 1"}}]}]}',
      [],
    ],
    [
      'an analysis without a condition',
      `{steps: [{analysis: [{prometheus: {${asked}}}]}]}`,
      ['error DOCUMENT_INVALID nothing says which answers are good'],
    ],
    [
      'an analysis with a word for a condition',
      `{steps: [{analysis: [{prometheus: {${asked}, condition: low}}]}]}`,
      ['error DOCUMENT_INVALID low is not a condition'],
    ],
    [
      'an analysis of no address',
      '{steps: [{analysis: [{prometheus: {address: "p:9090", query: a, condition: ">1"}}]}]}',
      ['error DOCUMENT_INVALID p:9090 is not an http(s):// address'],
    ],
    [
      'two checks of one name',
      `{steps: [{analysis: [{name: a, prometheus: {${asked}, condition: ">1"}}, {name: a, prometheus: {${asked}, condition: ">1"}}]}]}`,
      ['error DOCUMENT_INVALID two checks have the name a'],
    ],
    [
      'waves, and the numbers of both',
      '{waves: [{name: a, clusters: {percent: 5}, soak: 10m, approval: required}], maxConcurrent: 10, maxFailed: 5%, onFailure: rollback}',
      [],
    ],
    ['two waves of one name', '{waves: [{name: a}, {name: a}]}', ['error DOCUMENT_INVALID two waves have the name a']],
    [
      'a wave of the name of the last one',
      '{waves: [{name: rest}]}',
      ['error DOCUMENT_INVALID rest is the name of the last wave'],
    ],
    [
      'a name that another wave has by its place',
      '{waves: [{}, {name: wave-1}]}',
      ['error DOCUMENT_INVALID two waves have the name wave-1'],
    ],
    ['a number that is not known', '{maxFaild: 1}', ['error UNKNOWN_FIELD unknown field spec.rollout.maxFaild']],
    ['a revision that waits for the one before', '{onNewRevision: finish}', []],
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
