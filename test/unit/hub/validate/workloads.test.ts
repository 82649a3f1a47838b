import { describe, expect, it } from 'vitest';
import { validate } from '../../../../hub/validate/validate.ts';
import { problemsOf, snapshotOf } from '../../../fixtures/hub/problems.ts';

describe('what a trait applies to', () => {
  const trait = (list: string) => `---
kind: TraitDefinition
metadata: {name: gold}
spec: {appliesToWorkloads: ${list}, schematic: {cue: {template: "patch: {}"}}}
`;
  const house = (workload: string) => `---
kind: ComponentDefinition
metadata: {name: house}
spec: {${workload}schematic: {cue: {template: "output: {}"}}}
`;
  const used = (type: string) => `kind: Application
metadata: {name: app}
spec: {components: [{name: web, type: ${type}, properties: {image: a}, traits: [{type: gold}]}]}
`;
  const deployment = 'workload: {definition: {apiVersion: apps/v1, kind: Deployment}}, ';
  const policy = 'workload: {type: networkpolicies.networking.k8s.io}, ';

  it.each([
    ['webservice', '[]', ''],
    ['webservice', '["*"]', ''],
    ['webservice', '[worker, webservice]', ''],
    ['webservice', '[deployments.apps]', ''],
    ['webservice', '["*.apps"]', ''],
    ['cron-task', '["*.batch"]', ''],
    ['house', '[deployments.apps]', deployment],
    ['house', '["*.networking.k8s.io"]', policy],
    ['house', '[statefulsets.apps]', ''],
    ['house', '[statefulsets.apps]', 'workload: {type: autodetects.core.oam.dev}, '],
    ['k8s-objects', '[statefulsets.apps]', ''],
  ])('%s is one of %s', (type, list, workload) => {
    expect(
      problemsOf(
        used(type).replace('image: a', type === 'k8s-objects' ? 'objects: []' : 'image: a') +
          trait(list) +
          house(workload),
      ),
    ).toEqual([]);
  });

  it.each([
    ['webservice', '[worker]', ''],
    ['webservice', '[statefulsets.apps, "*.batch"]', ''],
    ['task', '["*.apps"]', ''],
    ['house', '[statefulsets.apps]', deployment],
    ['house', '["*.apps"]', policy],
    ['house', '[webservice]', ''],
  ])('%s is none of %s', (type, list, workload) => {
    expect(problemsOf(used(type) + trait(list) + house(workload))).toEqual([
      `error UNSUPPORTED 3: the trait gold does not apply to ${type}`,
    ]);
  });

  it('is listed for whoever got it wrong', () => {
    const [problem] = validate(snapshotOf(used('task') + trait('[deployments.apps, worker]'))).problems;
    expect(problem).toMatchObject({ app: 'default/app', hint: 'it applies to: deployments.apps, worker' });
  });
});
