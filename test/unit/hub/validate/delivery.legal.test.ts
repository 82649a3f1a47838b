import { describe, expect, it } from 'vitest';
import { saidOf } from '../../../fixtures/hub/delivery.ts';

interface Parts {
  readonly components?: readonly string[];
  readonly policies?: readonly string[];
  readonly steps?: readonly string[];
  /** Other documents. */
  readonly more?: string;
}

const web = '{ name: web, type: webservice, properties: { image: nginx:1 } }';
const batches = (count: number): string => {
  const list = Array.from({ length: count }, () => '{ replicas: 1 }').join(', ');
  return `{ type: rollout, properties: { rolloutBatches: [${list}] } }`;
};
const canary = (batch: number, more = ''): string =>
  `{ type: canary-rollout, properties: { batchPartition: ${batch} }${more} }`;
const config = (name: string): string =>
  `{ name: ${name}, type: export2config, properties: { configName: c, data: {} } }`;
const rules = (type: string, selector: string, more = ''): string =>
  `{ type: ${type}, properties: { rules: [{ selector: { ${selector} }${more} }] } }`;

function documentOf({ components = [web], policies = [], steps = [], more = '' }: Parts): string {
  const list = (items: readonly string[]) => items.map((item) => `      - ${item}\n`).join('');
  return [
    'kind: Application\nmetadata: { name: app }\nspec:\n',
    `  components:\n${list(components)}`,
    ...(policies.length === 0 ? [] : [`  policies:\n${list(policies)}`]),
    ...(steps.length === 0 ? [] : [`  workflow:\n    steps:\n${list(steps)}`]),
    more === '' ? '' : `---\n${more}`,
  ].join('');
}

// What stands here means something, in Sluice or as KubeVela documents it: nothing may be said of it.
describe('a document that says what may be', () => {
  it.each<[what: string, parts: Parts]>([
    [
      'two groups of which one runs',
      {
        steps: [
          `{ name: g, type: step-group, if: 'context.name == "a"', subSteps: [${config('a')}] }`,
          `{ name: h, type: step-group, if: 'context.name != "a"', subSteps: [${config('b')}] }`,
        ],
      },
    ],
    [
      'one object in several clusters and namespaces',
      {
        steps: ['', ', cluster: east', ', namespace: far'].map(
          (place) => `{ type: export2config, properties: { configName: c, data: {}${place} } }`,
        ),
      },
    ],
    [
      "a type of one's own that lists objects to which it refers",
      {
        components: [
          '{ name: own, type: follows, properties: { objects: [{ apiVersion: v1, kind: ConfigMap, metadata: { name: c } }] } }',
        ],
        steps: ['{ type: deploy }', config('a')],
        more: [
          'kind: ComponentDefinition\nmetadata: { name: follows }\nspec:\n  schematic:\n    cue:\n      template: |\n',
          '        parameter: objects: [...{...}]\n',
          '        output: {apiVersion: "v1", kind: "ConfigMap", metadata: name: "n\\(len(parameter.objects))"}\n',
        ].join(''),
      },
    ],
    [
      'batches of one component that go on while another one has all',
      {
        components: [web.replace(' } }', ` }, traits: [${batches(3)}] }`), web.replace('web', 'api')],
        steps: [canary(1), canary(4), '{ type: rollout-promotion }'],
      },
    ],
    [
      'batches of which each is under a condition',
      {
        components: [web.replace(' } }', ` }, traits: [${batches(3)}] }`)],
        steps: [
          canary(2, `, if: 'context.name == "a"'`),
          canary(0, `, if: 'context.name != "a"'`),
          '{ type: rollout-promotion }',
        ],
      },
    ],
    [
      'batches with shares of the traffic, and a person between them',
      {
        components: [web.replace(' } }', ` }, traits: [${batches(2)}] }`)],
        steps: [
          '{ type: canary-rollout, properties: { batchPartition: 0, traffic: { weightedTargets: [{ revision: web-v1, weight: 90 }, { revision: web-v2, weight: 10 }] } } }',
          '{ type: suspend }',
          '{ type: canary-rollout, properties: { batchPartition: 1, traffic: { weightedTargets: [{ revision: web-v2, weight: 100 }] } } }',
        ],
      },
    ],
    [
      'what becomes of a component that was taken out',
      { policies: [rules('garbage-collect', 'componentTypes: [statefulset]', ', strategy: never')] },
    ],
    [
      'what becomes of the objects of a trait that was taken out',
      { policies: [rules('garbage-collect', 'traitTypes: [expose]', ', strategy: onAppDelete')] },
    ],
    ['what becomes of kinds', { policies: [rules('shared-resource', 'resourceTypes: [Namespace]')] }],
    ['a policy that is not enabled', { policies: ['{ type: apply-once, properties: { enable: false } }'] }],
    [
      'fields that are left to others where a trait of an override makes the objects',
      {
        policies: [
          '{ name: o, type: override, properties: { components: [{ name: web, traits: [{ type: scaler }] }] } }',
          rules('take-over', 'traitTypes: [scaler]'),
        ],
      },
    ],
    [
      'an override that one of several steps takes, in a group',
      {
        policies: ['{ name: o, type: override, properties: { selector: [web] } }'],
        steps: [
          '{ type: suspend, timeout: 5m }',
          '{ name: g, type: step-group, subSteps: [{ type: deploy, properties: { policies: [o] } }] }',
        ],
      },
    ],
    [
      'what context has, by a member of a member',
      { steps: ['{ type: webhook, inputs: [{ from: context.appLabels.team, parameterKey: url.value }] }'] },
    ],
    [
      'clusters that may all fail or be away',
      { policies: ['{ type: rollout, properties: { maxConcurrent: 100%, maxFailed: 0, maxAbsent: 100% } }'] },
    ],
  ])('%s', (_, parts) => {
    expect(saidOf(documentOf(parts))).toEqual([]);
  });
});
