import { describe, expect, it } from 'vitest';
import { errorsOf, problemsOf } from '../../../fixtures/hub/problems.ts';

const raw = (objects: string) => `{name: raw, type: k8s-objects, properties: {objects: [${objects}]}}`;
const object = (kind: string, name: string) => `{apiVersion: batch/v1, kind: ${kind}, metadata: {name: ${name}}}`;
const components = `
    - {name: web, type: webservice, properties: {image: a, port: 80}}
    - {name: smoke, type: task, properties: {image: b}}
    - {name: nightly, type: cron-task, properties: {image: b, schedule: "0 2 * * *"}}`;

/** An Application whose rollout asks this Job, with these components beside its own. */
const application = (job: string, more = ''): string => `kind: Application
metadata: {name: shop}
spec:
  components:${components}${more === '' ? '' : `\n    - ${more}`}
  policies:
    - {name: p, type: rollout, properties: {steps: [{replicas: 50%}, {analysis: [{job: ${job}}]}]}}
`;

/** Of a repository: a type that runs as a Deployment, and a trait; either has a Job beside it. */
const definitions = `---
kind: ComponentDefinition
metadata: {name: own}
spec:
  workload: {definition: {apiVersion: apps/v1, kind: Deployment}}
  schematic: {cue: {template: "output: {apiVersion: \\"apps/v1\\", kind: \\"Deployment\\"}, outputs: check: {apiVersion: \\"batch/v1\\", kind: \\"Job\\"}"}}
---
kind: TraitDefinition
metadata: {name: checked}
spec: {schematic: {cue: {template: "outputs: check: {apiVersion: \\"batch/v1\\", kind: \\"Job\\"}"}}}
`;

describe('the Job that an analysis asks', () => {
  it.each<[string, string, string, readonly string[]]>([
    ['a component that is one', 'smoke', '', []],
    ['the one Job of a component of objects', 'raw', raw(`${object('Job', 'check')}, ${object('CronJob', 'x')}`), []],
    ['all Jobs of a component of objects', 'raw', raw(`${object('Job', 'one')}, ${object('Job', 'two')}`), []],
    ['an object by its name', 'check', raw(object('Job', 'check')), []],
    [
      'a component that runs on',
      'web',
      '',
      [
        'web is not a Job: it runs as deployments.apps; name a component of type task, or a Job among the objects of the application',
      ],
    ],
    [
      'one that runs by a schedule',
      'nightly',
      '',
      [
        'nightly runs by a schedule, and comes to no end; name a component of type task, or a Job among the objects of the application',
      ],
    ],
    [
      'a CronJob by its name',
      'night',
      raw(object('CronJob', 'night')),
      [
        'the CronJob night comes to no end; name a component of type task, or a Job among the objects of the application',
      ],
    ],
    [
      'objects without a Job',
      'raw',
      raw(object('CronJob', 'night')),
      [
        'raw has no Job among its objects; name a component of type task, or a Job among the objects of the application',
      ],
    ],
    [
      'a name that nothing has',
      'smokes',
      '',
      ['the application has no component and no Job of the name smokes; did you mean smoke?'],
    ],
    [
      'a name that a file may have',
      'check',
      '{name: more, type: k8s-objects, properties: {path: a.yaml, objects: []}}',
      [],
    ],
    ['the name that a task gets', 'shop-smoke', '', []],
    ['the name that a copy of a task gets', 'smoke-v2', '', []],
    [
      'a component whose trait of the repository may bring one',
      'api',
      '{name: api, type: webservice, properties: {image: a}, traits: [{type: checked}]}',
      [],
    ],
    [
      'an object of such a trait',
      'api-check',
      '{name: api, type: webservice, properties: {image: a}, traits: [{type: checked}]}',
      [],
    ],
    ['a component of a type of the repository', 'own', '{name: own, type: own}', []],
    ['an object of such a component', 'own-check', '{name: own, type: own}', []],
  ])('is %s', (_, job, more, expected) => {
    const found = errorsOf(`${application(job, more)}${definitions}`).filter((line) =>
      line.startsWith('REFERENCE_NOT_FOUND'),
    );
    const of = expected.map((text) => `REFERENCE_NOT_FOUND ${more === '' ? 9 : 10}:83 ${text}`);
    expect(found.filter((line) => !line.includes('a.yaml'))).toEqual(of);
  });

  it('is looked for in the revisions of a deployment, of which an older one may have it', () => {
    const deployed = (job: string): string => `${application('smoke').replace(/ {2}policies:[^]*/, '')}---
kind: ApplicationDeployment
metadata: {name: d}
spec: {appRevisions: [{revisionName: shop-v1, placement: [{}]}], rollout: {steps: [{analysis: [{job: ${job}, timeout: 5m}]}]}}
`;
    expect(problemsOf(deployed('smoke'))).toEqual([]);
    expect(problemsOf(deployed('web'))).toEqual([
      'warning REFERENCE_NOT_FOUND 11: web is not a Job: it runs as deployments.apps',
    ]);
  });

  it('belongs to steps in a cluster: the hub asks no Job between waves', () => {
    const text = application('smoke').replace(/steps: .*\]\}\}/, 'analysis: [{job: smoke}]}}');
    expect(errorsOf(text).join()).toContain('unknown field');
  });

  it('has a time that is a duration', () => {
    expect(errorsOf(application('smoke, timeout: soon')).join()).toContain('it is not a duration like 90s');
  });
});
