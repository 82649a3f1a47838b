import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../hub/cue/engine.ts';
import { builtinDefinitions, fromTexts } from '../../../hub/definitions/catalog.ts';
import { parseFile } from '../../../hub/load/parse.ts';
import type { Application } from '../../../hub/model/documents.ts';
import type { Snapshot } from '../../../hub/model/source.ts';
import { place } from '../../../hub/place/place.ts';
import { render } from '../../../hub/render/render.ts';
import { emptyHistory, recordRevisions } from '../../../hub/render/revisions.ts';
import { providers } from '../../../hub/render/traffic/providers/list.ts';
import type { ProviderRenderer } from '../../../hub/render/traffic/providers/provider.ts';
import { componentSources } from '../../../hub/sources/list.ts';
import { builtinLists, type Lists } from '../../../hub/validate/references.ts';
import { validate } from '../../../hub/validate/validate.ts';
import type { StepInput } from '../../../hub/workflow/step.ts';
import { systemClock } from '../../../shared/adapters/clock.ts';
import { targetsOf } from '../../fixtures/hub/fleet.ts';
import { region } from '../../fixtures/additions/policy.ts';
import { plainPaths } from '../../fixtures/additions/provider.ts';
import { greetingSource } from '../../fixtures/additions/source.ts';
import { wait } from '../../fixtures/additions/step.ts';
import { quietWorld } from '../../fixtures/hub/deliveries.ts';

const text = (name: string): readonly [string, string] => [
  name,
  readFileSync(new URL(`../../fixtures/additions/${name}.cue`, import.meta.url), 'utf8'),
];
const lists: Lists = {
  definitions: [...builtinDefinitions, ...fromTexts(new Map([text('team'), text('greeting')]))],
  sources: [...componentSources, greetingSource],
  policies: [region],
  steps: [wait],
};

function snapshot(yaml: string): Snapshot {
  const { documents, broken, skipped } = parseFile('a.yaml', Buffer.from(yaml));
  const facts = { repository: 'r', commit: 'c', descends: true, files: new Map(), problems: [] };
  return { ...facts, documents, broken: broken === null ? [] : [broken], ignored: skipped.length };
}

const cluster = 'kind: Cluster\nmetadata: {name: local}\nspec: {capabilities: {ingress: true}}\n---\n';
const app = (spec: string): string => `${cluster}kind: Application\nmetadata: {name: app}\nspec: {${spec}}\n`;
const web = (more = ''): string => `components: [{name: web, type: webservice, properties: {image: nginx}${more}}]`;
const problems = (yaml: string, some: Lists): string[] =>
  validate(snapshot(yaml), some).problems.map(({ code, message, hint }) => `${code}: ${message}; ${hint ?? ''}`);

describe('what a list has more', () => {
  let cue: CueEngine;
  beforeAll(() => {
    cue = startCueEngine({ clock: systemClock });
  });
  afterAll(() => cue.close());

  /** Validates and renders a repository of one file; the objects by `Kind/name`. */
  const rendered = async (yaml: string, renderers: readonly ProviderRenderer[] = providers) => {
    const { fleet, problems: found } = validate(snapshot(yaml), lists);
    expect(found).toEqual([]);
    const history = recordRevisions(emptyHistory, fleet, lists);
    const targets = targetsOf(fleet);
    const placed = place({ fleet, history, targets, picks: new Map(), previous: [], localCluster: 'local' });
    const input = { fleet, history, assignments: placed.assignments, targets, ...lists, providers: renderers };
    const { apps, holds } = await render(cue, input, new AbortController().signal);
    expect(holds).toEqual([]);
    const objects = apps.flatMap((one) => one.objects.map(({ object }) => object));
    return new Map(objects.map((object) => [`${object.kind}/${object.metadata.name}`, object]));
  };

  it('a trait is found, applied, and refused where it does not apply', async () => {
    const trait = ', traits: [{type: team, properties: {name: blue}}]';
    const objects = await rendered(app(web(trait)));
    expect(objects.get('Deployment/web')).toMatchObject({
      metadata: { labels: { team: 'blue' } },
      spec: { template: { metadata: { labels: { team: 'blue' } } } },
    });
    const task = `components: [{name: t, type: task, properties: {image: nginx}${trait}}]`;
    expect(problems(app(task), lists)).toEqual([
      'UNSUPPORTED: the trait team does not apply to task; it applies to: deployments.apps, statefulsets.apps',
    ]);
    expect(problems(app(web(', traits: [{type: tean}]')), lists)).toEqual([
      'UNSUPPORTED: no trait type tean; did you mean team?',
    ]);
  });

  it('a component type gets its objects from a source of its own, which checks its properties', async () => {
    const greeting = (words: string): string =>
      app(`components: [{name: hello, type: greeting, properties: {text: ${words}}}]`);
    expect((await rendered(greeting('good day'))).get('ConfigMap/hello')).toMatchObject({ data: { text: 'good day' } });
    expect(problems(greeting('""'), lists)).toEqual(['DOCUMENT_INVALID: the greeting is empty; ']);
  });

  it('a traffic provider writes the traffic object', async () => {
    const deployment = `---
kind: ApplicationDeployment
metadata: {name: deploy}
spec:
  appRevisions: [{revisionName: app-v1, placement: [{clusterSelector: {name: local}}]}]
  traffic: {hosts: [a.example], http: [{weightedTargets: [{revisionName: app-v1, componentName: web, port: 80}]}]}
`;
    const objects = await rendered(app(web()) + deployment, [plainPaths]);
    expect(objects.get('Ingress/deploy')).toMatchObject({ spec: { rules: [{ service: 'app-v1', port: 80 }] } });
  });

  it('a policy is read with its schema and checked', () => {
    const policy = (properties: string): string =>
      app(`${web()}, policies: [{type: region, properties: ${properties}}]`);
    expect(problems(policy('{name: eu}'), lists)).toEqual([]);
    expect(problems(policy('{name: EU}'), lists)).toEqual([
      'NAME_INVALID: "EU" is not a region; use lower case letters',
    ]);
    expect(problems(policy('{nam: eu}'), lists)).toEqual([
      'DOCUMENT_INVALID: name is missing; ',
      'UNKNOWN_FIELD: unknown field nam; did you mean name?',
    ]);
    const [effect] = region.apply({ name: 'policy-0', properties: { name: 'eu' } }, {} as Application);
    const has = (labels: Record<string, string>) =>
      effect?.kind === 'scope' && effect.scope.has({ name: 'one', labels });
    expect([has({ region: 'eu' }), has({ region: 'us' }), has({})]).toEqual([true, false, false]);
  });

  it('a workflow step is read with its schema and checked', () => {
    const step = (properties: string): string =>
      app(`${web()}, workflow: {steps: [{type: wait, properties: ${properties}}]}`);
    expect(problems(step('{seconds: 5}'), lists)).toEqual([]);
    expect(problems(step('{seconds: 100000}'), lists)).toEqual(['UNSUPPORTED: that is more than a day; ']);
    expect(problems(step('{seconds: soon}'), lists)).toEqual([
      'DOCUMENT_INVALID: seconds must be a number, and is text; ',
    ]);
  });

  it.each([
    ['2026-01-01T00:00:04Z', 'suspending', '2026-01-01T00:00:05.000Z'],
    ['2026-01-01T00:00:05Z', 'succeeded', null],
  ])('a workflow step says at %s that it is %s', (now, phase, askAt) => {
    const input: StepInput = {
      application: {} as Application,
      phase: 'running',
      startedAt: '2026-01-01T00:00:00Z',
      now,
      inputs: {},
      wants: [],
      decisions: [],
      effectId: 'app#1/step-0/1',
      ...quietWorld,
      context: {},
    };
    expect(wait.run({ name: 'step-0', properties: { seconds: 5 } }, input)).toMatchObject({ phase, askAt });
  });

  it.each([
    ['policies: [{type: regions}]', 'UNSUPPORTED: the policy regions is not supported; did you mean region?'],
    ['policies: [{type: tropology}]', 'UNSUPPORTED: the policy tropology is not supported; supported policies: region'],
    [
      'workflow: {steps: [{type: deplore}]}',
      'UNSUPPORTED: the workflow step deplore is not supported; supported steps: wait',
    ],
  ])('%s is refused with the list', (more, line) => {
    expect(problems(app(`${web()}, ${more}`), lists)).toEqual([line]);
  });

  it.each([
    [
      'policies: [{type: region}]',
      'UNSUPPORTED: the policy region is not supported; supported policies: apply-once, deployment-insights, env-binding, garbage-collect, health, override, read-only, replication, resource-update, rollout, security, shared-resource, take-over, topology',
    ],
    [
      'workflow: {steps: [{type: wait}]}',
      'UNSUPPORTED: the workflow step wait is not supported; supported steps: apply-application, apply-component, apply-object, apply-remaining, blue-green-rollout, canary-rollback, canary-rollout, check-metrics, collect-service-endpoints, depends-on-app, deploy, deploy2env, export2config, notification, print-message-in-status, read-object, request, rollout-promotion, step-group, suspend, traffic-shift, webhook',
    ],
  ])('%s is refused without it', (more, line) => {
    expect(problems(app(`${web()}, ${more}`), builtinLists)).toEqual([line]);
  });
});
