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

describe('what a trait cannot be beside', () => {
  const trait = (name: string, more: string) => `---
kind: TraitDefinition
metadata: {name: ${name}, labels: {tier: ${name}}}
spec: {${more}schematic: {cue: {template: "patch: {}"}}}
`;
  const used = (...types: readonly string[]) => `kind: Application
metadata: {name: app}
spec: {components: [{name: web, type: webservice, properties: {image: a}, traits: [${types.map((type) => `{type: ${type}}`).join(', ')}]}]}
`;

  it.each([
    ['conflictsWith: [iron], ', '', 'the trait gold cannot be beside iron'],
    ['conflictsWith: ["labelSelector:tier=iron"], ', '', 'the trait gold cannot be beside iron'],
    ['', 'conflictsWith: [gold], ', 'the trait iron cannot be beside gold'],
    [
      'conflictsWith: ["*.example.com"], ',
      'definitionRef: {name: irons.example.com}, ',
      'the trait gold cannot be beside iron',
    ],
  ])('is told: %s%s', (ofGold, ofIron, words) => {
    const documents = trait('gold', ofGold) + trait('iron', ofIron);
    expect(problemsOf(used('gold', 'iron') + documents)).toEqual([`error UNSUPPORTED 3: ${words}`]);
    expect(problemsOf(used('gold') + documents)).toEqual([]);
  });

  it('may be a built-in one', () => {
    const documents = trait('gold', 'conflictsWith: [scaler], ');
    expect(problemsOf(used('gold', 'scaler') + documents)).toEqual([
      'error UNSUPPORTED 3: the trait gold cannot be beside scaler',
    ]);
    expect(problemsOf(used('gold', 'labels') + documents)).toEqual([]);
  });
});

describe('a definition that cannot be used', () => {
  it('is an error for the application that uses it, and for no other', () => {
    const documents = `---
kind: TraitDefinition
metadata: {name: gold}
spec: {controlPlaneOnly: true, schematic: {cue: {template: "patch: {}"}}}
---
kind: Application
metadata: {name: app}
spec: {components: [{name: web, type: webservice, properties: {image: a}, traits: [{type: gold}]}]}
---
kind: Application
metadata: {name: other}
spec: {components: [{name: web, type: webservice, properties: {image: a}}]}
`;
    const { fleet, problems } = validate(snapshotOf(documents));
    expect(problems.map(({ severity, app }) => `${severity} ${app ?? '-'}`)).toEqual([
      'warning -',
      'error default/app',
    ]);
    expect(problems[1]?.message).toContain('gold cannot be used: its objects are for the control plane alone');
    expect(fleet.applications.map(({ doc }) => doc.metadata.name)).toEqual(['other']);
  });
});
