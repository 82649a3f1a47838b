import { describe, expect, it } from 'vitest';
import { problemsOf } from '../../../fixtures/hub/problems.ts';

const app = `kind: Application
metadata: {name: example-app}
spec:
  components:
    - {name: testsvc, type: webservice, properties: {image: nginx, port: 8080}}
---
`;

describe('the weights of a rule', () => {
  const rule = (provider: string, weights: readonly (number | null)[]): string => {
    const revisions = weights.map((_, index) => `example-app-v${index + 1}`);
    const targets = weights.map(
      (weight, index) =>
        `{revisionName: example-app-v${index + 1}, componentName: testsvc, port: 80${weight === null ? '' : `, weight: ${weight}`}}`,
    );
    return `${app}kind: ApplicationDeployment
metadata: {name: d}
spec:
  traffic: {provider: ${provider}, hosts: [a.example.com], http: [{weightedTargets: [${targets.join(', ')}]}]}
  appRevisions: [${revisions.map((name) => `{revisionName: ${name}, placement: [{}]}`).join(', ')}]
`;
  };

  it.each([
    ['auto', [50, 50], null],
    ['auto', [100, 0], null],
    ['auto', [null], null],
    ['auto', [null, null], null],
    ['auto', [100], null],
    ['auto', [50], 'the weights add up to 50'],
    ['auto', [50, 49], 'the weights add up to 99'],
    ['auto', [0, 0], 'the weights add up to 0'],
    ['auto', [100, null], 'some targets have a weight and this one has none'],
    ['istio', [null], null],
    ['istio', [null, null], 'istio needs weights to split traffic'],
    ['gateway-api', [null, null], 'gateway-api needs weights to split traffic'],
    ['ingress', [null, null], null],
    ['ingress', [50, 50], 'ingress cannot split by weight'],
    ['ingress', [100], 'ingress cannot split by weight'],
  ] as const)('%s with %j', (provider, weights, message) => {
    expect(problemsOf(rule(provider, weights))).toEqual(
      message === null ? [] : [`error WEIGHTS_INVALID 10: ${message}`],
    );
  });
});
