import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import { problemLine } from '../../../../hub/status/problem.ts';
import { previewFolder } from '../../../../hub/operations/preview.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';

const { signal } = new AbortController();
const repos = { openLocal: () => Promise.resolve(null) };
const component = (name: string, type: string, properties: string, more = ''): string =>
  `kind: Application\nmetadata: { name: ${name} }\nspec:\n  components:\n  - name: ${name}\n    type: ${type}\n    properties: { ${properties} }\n${more}`;
const placed = (name: string, more = ''): string =>
  `---\nkind: ApplicationDeployment\nmetadata: { name: ${name} }\nspec:\n  appRevisions:\n  - revisionName: ${name}-v1\n    placement: [{ clusterSelector: { labels: { env: prod } } }]\n${more}`;
const raw = (name: string, object: string): string => component(name, 'k8s-objects', `objects: [${object}]`);
const pods = (container: string): string =>
  `{ apiVersion: v1, kind: Pod, metadata: { name: a }, spec: { containers: [${container}] } }`;
const ofKind = (apiVersion: string, kind: string, more: string): string =>
  `{ apiVersion: ${apiVersion}, kind: ${kind}, metadata: { name: a }, ${more} }`;

/** Documents with one fault each, and what is said of it. */
const thirty: readonly (readonly [name: string, text: string, said: RegExp])[] = [
  [
    'a property that is misspelled',
    component('a', 'webservice', 'imgae: x'),
    /unknown property "imgae"; .*; did you mean image\?/,
  ],
  [
    'a condition that cannot be read',
    component(
      'a',
      'webservice',
      'image: x',
      '  workflow: { steps: [{ name: w, type: suspend, if: "status.w.failed &&" }] }\n',
    ),
    /the condition cannot be read: expected operand, and it ends; .*; write CUE/,
  ],
  [
    'a property of the wrong type',
    component('a', 'webservice', 'image: x, replicas: two'),
    /"replicas" has the wrong type/,
  ],
  ['a property that is missing', component('a', 'worker', 'cpu: "1"'), /"image" is missing/],
  [
    'a habit of Kubernetes',
    component('a', 'worker', 'image: x, command: [a]'),
    /unknown property "command"; .*; did you mean cmd\?/,
  ],
  [
    'a property below another',
    component('a', 'webservice', 'image: x, ports: [{ prot: 80, port: 80 }]'),
    /property "ports.0.prot" is not known here/,
  ],
  [
    'a property of what is placed by labels',
    component('a', 'webservice', 'image: x, imagePullPolice: Always') + placed('a'),
    /did you mean imagePullPolicy\?/,
  ],
  [
    'a property beside an unknown field',
    component('a', 'webservice', 'imag: x', '    trait: []\n'),
    /did you mean (image|traits)\?/,
  ],
  [
    'a property beside an unknown trait',
    component('a', 'webservice', 'image: x, cpus: "1"', '    traits: [{ type: scalerr }]\n'),
    /did you mean (cpu|scaler)\?/,
  ],
  [
    'a property beside a component without name',
    'kind: Application\nmetadata: { name: a }\nspec:\n  components:\n  - type: worker\n    properties: { image: x, replcas: 2 }\n',
    /name is missing|did you mean replicas\?/,
  ],
  [
    'a property of a trait',
    component('a', 'worker', 'image: x', '    traits: [{ type: scaler, properties: { replica: 2 } }]\n'),
    /did you mean replicas\?/,
  ],
  [
    'a trait that does not fit',
    component(
      'a',
      'cron-task',
      'image: x, schedule: "* * * * *"',
      '    traits: [{ type: scaler, properties: { replicas: 2 } }]\n',
    ),
    /scaler does not apply to cron-task/,
  ],
  ['a quantity', component('a', 'worker', 'image: x, memory: 512MB'), /512MB/],
  ['a schedule', component('a', 'cron-task', 'image: x, schedule: "61 * * * *"'), /61 as minute/],
  ['an image of no runtime', component('a', 'worker', 'image: Nginx'), /no container runtime reads that/],
  ['a container without image', raw('a', pods('{ name: a }')), /image is missing/],
  [
    'a variable that is a number',
    raw('a', pods('{ name: a, image: x, env: [{ name: A, value: 1 }] }')),
    /put it in quotes/,
  ],
  [
    'a selector that does not match',
    raw(
      'a',
      ofKind(
        'apps/v1',
        'Deployment',
        'spec: { selector: { matchLabels: { a: b } }, template: { metadata: { labels: { a: c } }, spec: { containers: [{ name: a, image: x }] } } }',
      ),
    ),
    /must match the labels/,
  ],
  ['a Service port', raw('a', ofKind('v1', 'Service', 'spec: { ports: [{ port: 0 }] }')), /1 to 65535/],
  [
    'an Ingress of the old form',
    raw(
      'a',
      ofKind(
        'networking.k8s.io/v1',
        'Ingress',
        'spec: { rules: [{ http: { paths: [{ path: /, pathType: Prefix, backend: { serviceName: a, servicePort: 80 } }] } }] }',
      ),
    ),
    /serviceName/,
  ],
  ['a Secret that is plain', raw('a', ofKind('v1', 'Secret', 'data: { a: "secret!" }')), /stringData/],
  [
    'a budget',
    raw('a', ofKind('policy/v1', 'PodDisruptionBudget', 'spec: { minAvailable: 1, maxUnavailable: 1 }')),
    /beside minAvailable/,
  ],
  [
    'an autoscaler',
    raw(
      'a',
      ofKind(
        'autoscaling/v2',
        'HorizontalPodAutoscaler',
        'spec: { minReplicas: 3, maxReplicas: 2, scaleTargetRef: { kind: Deployment, name: a } }',
      ),
    ),
    /above maxReplicas/,
  ],
  [
    'a kind',
    component('a', 'worker', 'image: x').replace('kind: Application', 'kind: Aplication'),
    /did you mean Application\?/,
  ],
  ['a component type', component('a', 'webservise', 'image: x'), /did you mean webservice\?/],
  [
    'a name',
    component('A_b', 'worker', 'image: x').replace('name: A_b\n    type', 'name: a\n    type'),
    /is not allowed/,
  ],
  ['YAML', 'kind: Application\nmetadata: {name: a\n', /YAML_SYNTAX/],
  ['a key twice', component('a', 'worker', 'image: x') + 'kind: Application\n', /twice/],
  ['a tab', 'kind: Application\nmetadata:\n\tname: a\n', /tab/],
  ['a template of a chart', 'kind: Application\nmetadata: { name: {{ .Values.name }} }\n', /YAML_/],
  ['a revision that is none', placed('a').replace('a-v1', 'a').slice(4), /is not a revision/],
];

describe('a preview tells all that is wrong in one run', () => {
  let cue: CueEngine;
  let folder: string;
  beforeAll(async () => {
    cue = startCueEngine({ clock: systemClock });
    folder = await mkdtemp(join(tmpdir(), 'sluice-problems-'));
  });
  afterAll(async () => {
    await cue.close();
    await rm(folder, { recursive: true });
  });

  const problemsOf = async (name: string, files: Readonly<Record<string, string>>) => {
    const dir = join(folder, name);
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), text);
    }
    return (await previewFolder(dir, { signal }, { cue, repos })).problems;
  };

  it('of a folder of thirty documents that are broken differently: each at its place', async () => {
    const files = thirty.map(([, text], index): [string, string] => {
      const name = `d${index}`;
      const renamed = text.replaceAll(/\bname: a\b/g, `name: ${name}`).replaceAll('a-v1', `${name}-v1`);
      return [`${name}.yaml`, renamed];
    });
    const problems = await problemsOf('thirty', Object.fromEntries(files));
    expect(problems.filter(({ place }) => place === undefined)).toEqual([]);
    const silent = thirty.flatMap(([title, , said], index) => {
      const here = problems.filter(({ place }) => place?.path === `d${index}.yaml`).map(problemLine);
      return here.some((line) => said.test(line)) ? [] : [`${title}: ${here.join(' | ')}`];
    });
    expect(silent).toEqual([]);
    expect(new Set(problems.map(({ place }) => place?.path)).size).toBe(31);
  });

  it('of an object that is too large for a bundle, as the hub says it', async () => {
    const data = `data: { a: "${'x'.repeat(1024 * 1024)}" }`;
    const problems = await problemsOf('large', { 'a.yaml': raw('a', ofKind('v1', 'ConfigMap', data)) });
    const words = expect.stringMatching(
      /^error\[LIMIT_EXCEEDED\] an object has \d+ bytes, more than 1 MiB: .*; a\.yaml:2:13$/,
    ) as string;
    expect(problems.map(problemLine)).toEqual([words]);
  });

  it('of one document that is wrong in five ways', async () => {
    const text = `kind: Application
metadata: { name: web }
spec:
  components:
  - name: web
    type: webservice
    properties: { imgae: x, replcas: 2 }
    trait: []
    traits:
    - { type: scalerr }
    - { type: gateway, properties: { domian: a.b } }
`;
    const lines = (await problemsOf('five', { 'a.yaml': text })).map(problemLine);
    for (const word of ['imgae', 'replcas', 'components[0].trait', 'scalerr', 'domian'])
      expect(lines.join('\n')).toContain(word);
  });

  it('once for all placements, where no Cluster document is there', async () => {
    const apps = ['a', 'b', 'c', 'd'].map((name): [string, string] => [
      `${name}.yaml`,
      component(name, 'worker', 'image: x') + placed(name),
    ]);
    expect((await problemsOf('unmatched', Object.fromEntries(apps))).map(problemLine)).toEqual([
      'warning[PLACEMENT_EMPTY] no Cluster document is here, so that placements are not looked at: default/a, default/b, default/c and 1 more; a.yaml:14:19; the hub places them on the clusters that have joined: ask it with --hub',
    ]);
  });

  it('not of a cluster that a policy names, where no Cluster document is there', async () => {
    const policies = '  policies: [{ type: topology, properties: { clusters: [prod-1] } }]\n';
    const said = async (files: Readonly<Record<string, string>>, name: string) =>
      (await problemsOf(name, files)).map(({ code, severity }) => `${severity} ${code}`);
    const app = { 'a.yaml': component('a', 'worker', 'image: x', policies) };
    expect(await said(app, 'named')).toEqual(['warning PLACEMENT_EMPTY']);
    const other = 'kind: Cluster\nmetadata: { name: prod-2 }\n';
    expect(await said({ ...app, 'c.yaml': other }, 'named-other')).toEqual(['error REFERENCE_NOT_FOUND']);
  });

  it('not of a cluster that a wave names, where no Cluster document is there', async () => {
    const policies = '  policies: [{ type: rollout, properties: { waves: [{ clusters: { names: [prod-1] } }] } }]\n';
    const app = { 'a.yaml': component('a', 'worker', 'image: x', policies) };
    const [problem, ...more] = await problemsOf('wave', app);
    expect([problem?.message, more]).toEqual([expect.stringContaining('no Cluster document is here'), []]);
    const other = 'kind: Cluster\nmetadata: { name: prod-2 }\n';
    const [told] = await problemsOf('wave-other', { ...app, 'c.yaml': other });
    expect(told?.message).toBe('there is no cluster prod-1: the wave wave-1 waits');
  });

  it('once for all clusters that it is wrong on', async () => {
    const clusters = ['one', 'two', 'three', 'four'].map(
      (name) =>
        `---\nkind: Cluster\nmetadata: { name: ${name}, labels: { env: prod } }\nspec: { capabilities: { ingress: true } }\n`,
    );
    const traffic =
      '  traffic: { provider: istio, hosts: [a.b], http: [{ weightedTargets: [{ revisionName: a-v1, componentName: a, port: 80 }] }] }\n';
    const all =
      component('a', 'webservice', 'image: x, port: 80') + placed('a', traffic).replace('prod }', 'prod }, pick: all');
    const problems = await problemsOf('clusters', { 'a.yaml': all + clusters.join('') });
    expect(problems.map(problemLine)).toHaveLength(1);
    expect(problemLine(problems[0]!)).toContain('(on 4 clusters: four, one, three and 1 more)');
  });

  it('that two applications of a cluster claim: an object, a host and path', async () => {
    const ingress = (name: string) =>
      `{ apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: { name: ${name} }, spec: { rules: [{ host: a.b, http: { paths: [{ path: /x, pathType: Prefix, backend: { service: { name: s, port: { number: 80 } } } }] } }] } }`;
    const map = '{ apiVersion: v1, kind: ConfigMap, metadata: { name: same } }';
    const problems = await problemsOf('claims', {
      'a.yaml': raw('a', `${ingress('one')}, ${map}`),
      'b.yaml': raw('b', ingress('two')),
      'c.yaml': raw('c', map),
    });
    expect(problems.map(problemLine)).toEqual([
      'warning[NAME_TAKEN] Ingress two leads a.b/x, and so does Ingress one of default/a; b.yaml:2:13; which of the two serves, the controller decides: change a host or path, or remove one',
      'error[NAME_TAKEN] /ConfigMap/default/same belongs to default/a; c.yaml:2:13; rename one of the two',
    ]);
  });
});
