import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { renderFleet, type RenderedWithProblems } from '../../../fixtures/hub/rendering.ts';

/** The revisions of one application, one list of components each, and a deployment that lists some of them. */
interface Scene {
  readonly revisions: readonly string[];
  /** `1 2` = both revisions, each with two replicas unless `2:0` says another number. */
  readonly lists: string;
  /** `REVISION COMPONENT WEIGHT` for each target of the only rule. */
  readonly traffic?: readonly string[];
  readonly capabilities?: string;
  readonly app?: string;
}

const web = (image: string, more = '') =>
  `{ name: web, type: webservice, properties: { image: ${image}, port: 80 }${more} }`;

function texts({
  revisions,
  lists,
  traffic = [],
  capabilities = '{ istio: true }',
  app = 'app',
}: Scene): readonly string[] {
  const listed = lists.split(' ').map((one) => {
    const [number = '', replicas = '2'] = one.split(':');
    return `{ revisionName: ${app}-v${number}, placement: [{ distribution: { replicas: ${replicas} } }] }`;
  });
  const targets = traffic.map((one) => {
    const [number, component, weight] = one.split(' ');
    return `{ revisionName: ${app}-v${number}, componentName: ${component}, port: 80, weight: ${weight} }`;
  });
  const http =
    targets.length === 0 ? '' : `http: [{ match: [{ uri: { prefix: / } }], weightedTargets: [${targets.join(', ')}] }]`;
  const deployment = `---
kind: ApplicationDeployment
metadata: { name: deploy }
spec: { traffic: { hosts: [a.example.com], ${http} }, appRevisions: [${listed.join(', ')}] }
---
kind: Cluster
metadata: { name: local }
spec: { capabilities: ${capabilities} }
`;
  const applications = revisions.map(
    (components) => `
kind: Application
metadata: { name: ${app} }
spec: { components: [${components}] }
`,
  );
  return applications.map((text, index) => (index === applications.length - 1 ? text + deployment : text));
}

describe('revisions side by side', () => {
  let cue: CueEngine;
  beforeAll(() => {
    cue = startCueEngine({ clock: systemClock });
  });
  afterAll(() => cue.close());
  const render = (scene: Scene): Promise<RenderedWithProblems> =>
    renderFleet(cue, ...texts(scene).map((text) => fleetOf(text)));
  const ids = ({ apps }: RenderedWithProblems, kind: string): string[] =>
    apps
      .flatMap(({ objects }) => objects.map(({ id }) => id))
      .filter((id) => id.includes(`/${kind}/`))
      .map((id) => id.slice(id.lastIndexOf('/') + 1));
  const textOf = ({ apps }: RenderedWithProblems, id: string): string =>
    JSON.stringify(apps.flatMap(({ objects }) => objects).find((entry) => entry.id.endsWith(`/${id}`))?.object);
  const lines = ({ problems }: RenderedWithProblems): string[] =>
    problems.map(({ code, message, place }) => `${code} ${message} @${place?.line ?? '-'}:${place?.column ?? '-'}`);

  describe('what is updated in place', () => {
    const db = (image: string) =>
      `{ name: db, type: statefulset, properties: { image: ${image}, ports: [{ port: 5432 }] } }`;

    it('lives while a listed revision has it, with the replicas of that one', async () => {
      const rendered = await render({
        revisions: [`${web('one')}, ${db('one')}`, web('two')],
        lists: '1 2:5',
        traffic: ['1 web 90', '2 web 10'],
      });
      expect(rendered.problems).toEqual([]);
      expect([...ids(rendered, 'StatefulSet'), ...ids(rendered, 'Service')]).toEqual([
        'db',
        'app-v1',
        'app-v2',
        'db-headless',
      ]);
      expect(textOf(rendered, 'StatefulSet/default/db')).toContain('"replicas":2');
    });

    it('comes from the highest revision that has it, in whichever order they are listed', async () => {
      for (const lists of ['1 2 3', '3 2 1']) {
        const rendered = await render({ revisions: [db('one'), `${web('x')}, ${db('two')}`, web('three')], lists });
        expect(textOf(rendered, 'StatefulSet/default/db')).toContain('"image":"two"');
      }
    });

    it('goes with the last revision that has it', async () => {
      const rendered = await render({ revisions: [`${web('one')}, ${db('one')}`, web('two')], lists: '2' });
      expect(ids(rendered, 'StatefulSet')).toEqual([]);
    });

    it('is kept object by object: a raw ConfigMap that only the older revision has stays for it', async () => {
      const raw = (...names: string[]) =>
        `{ name: raw, type: k8s-objects, properties: { objects: [${names.map((name) => `{ apiVersion: v1, kind: ConfigMap, metadata: { name: ${name} } }`).join(', ')}] } }`;
      const rendered = await render({ revisions: [raw('a', 'b'), raw('a', 'c')], lists: '1 2' });
      expect(ids(rendered, 'ConfigMap')).toEqual(['a', 'b', 'c']);
    });
  });

  describe('what acts by itself', () => {
    const nightly = (image: string) =>
      `{ name: nightly, type: cron-task, properties: { image: ${image}, schedule: "0 1 * * *" } }`;
    const edge = ', traits: [{ type: gateway, properties: { domain: a.example.com, http: { "/": 80 } } }]';

    it('runs once: a cron-task of the highest listed revision', async () => {
      const rendered = await render({ revisions: [nightly('one'), nightly('two')], lists: '1 2' });
      expect(ids(rendered, 'CronJob')).toEqual(['nightly']);
      expect(textOf(rendered, 'CronJob/default/nightly')).toContain('"image":"two"');
    });

    it('stays with the revision that has it', async () => {
      const rendered = await render({ revisions: [nightly('one'), web('two')], lists: '1 2' });
      expect(textOf(rendered, 'CronJob/default/nightly')).toContain('"image":"one"');
    });

    it('claims a host and a path once: an Ingress of the highest listed revision', async () => {
      const rendered = await render({ revisions: [web('one', edge), web('two', edge)], lists: '2 1' });
      expect(ids(rendered, 'Ingress')).toEqual(['web-v2']);
      expect(ids(rendered, 'Deployment')).toEqual(['web-v1', 'web-v2']);
    });

    it('is told apart by its name: two Ingresses of one component both stay', async () => {
      const two = `, traits: [${['a', 'b'].map((name) => `{ type: gateway, properties: { name: ${name}, domain: ${name}.example.com, http: { "/": 80 } } }`).join(', ')}]`;
      const rendered = await render({ revisions: [web('one', two), web('two', two)], lists: '1 2' });
      expect(ids(rendered, 'Ingress')).toEqual(['web-v2-a', 'web-v2-b']);
    });
  });

  describe('the container of a component', () => {
    const env = (containerName: string) =>
      `, traits: [{ type: env, properties: { containerName: ${containerName}, env: { A: b } } }]`;
    const own = `
kind: ComponentDefinition
metadata: { name: own }
spec:
  workload: { definition: { apiVersion: apps/v1, kind: Deployment } }
  schematic:
    cue:
      template: |
        output: {
          apiVersion: "apps/v1"
          kind: "Deployment"
          spec: {
            selector: matchLabels: "app.oam.dev/component": context.name
            template: {
              metadata: labels: "app.oam.dev/component": context.name
              spec: containers: [{name: context.name, image: "own"}]
            }
          }
        }
---
kind: TraitDefinition
metadata: { name: cmd }
spec:
  schematic:
    cue:
      template: 'patch: spec: template: spec: containers: [{name: context.name, command: ["x"]}]'
---`;
    const containers = (rendered: RenderedWithProblems): string[] => {
      const text = textOf(rendered, 'Deployment/default/web-v1');
      return (
        JSON.parse(text) as { spec: { template: { spec: { containers: { name: string }[] } } } }
      ).spec.template.spec.containers.map((container) => JSON.stringify(container));
    };

    it.each([
      ['the name of its component', web('one'), '{"image":"one","name":"web","ports"'],
      ['this name in a trait', web('one', env('web')), '{"env":[{"name":"A","value":"b"}],"image":"one","name":"web"'],
      ['no name in a trait', web('one', env('""')), '{"env":[{"name":"A","value":"b"}],"image":"one","name":"web"'],
      [
        'context.name in a trait of the repository',
        web('one', ', traits: [{ type: cmd }]'),
        '{"command":["x"],"image":"one","name":"web"',
      ],
      [
        'the name that a definition of the repository gives',
        '{ name: web, type: own }',
        '{"image":"own","name":"web-v1"}',
      ],
      [
        'this name in a trait beside such a definition',
        `{ name: web, type: own${env('web')} }`,
        '{"env":[{"name":"A","value":"b"}],"image":"own","name":"web-v1"}',
      ],
    ])('has %s', async (_case, component, start) => {
      const [text] = texts({ revisions: [component], lists: '1' });
      const rendered = await renderFleet(cue, fleetOf(own + text!));
      expect(rendered.problems).toEqual([]);
      expect(containers(rendered)).toHaveLength(1);
      expect(containers(rendered)[0]).toSatisfy((text: string) => text.startsWith(start));
    });
  });

  describe('weight without replicas', () => {
    const two = [web('one'), web('two')];
    it.each<[string, Partial<Scene>, string[]]>([
      [
        'is an error with the place of the weight',
        { lists: '1 2:0', traffic: ['1 web 90', '2 web 10'] },
        ['WEIGHTS_INVALID app-v2 gets 10 % of the traffic, and web has 0 replicas there @8:226'],
      ],
      ['is fine with weight 0', { lists: '1 2:0', traffic: ['1 web 100', '2 web 0'] }, []],
      ['is fine where everything is scaled to zero', { lists: '1:0 2:0', traffic: ['1 web 50', '2 web 50'] }, []],
      [
        'is fine where replicas decide',
        { lists: '1 2:0', traffic: ['1 web 90', '2 web 10'], capabilities: '{ ingress: true }' },
        [],
      ],
    ])('%s', async (_case, scene, expected) => {
      const rendered = await render({ revisions: two, lists: '', ...scene });
      expect(lines(rendered)).toEqual(expected);
      expect(rendered.failed.length).toBe(expected.length);
    });

    it('is an error where the component itself says 0', async () => {
      const none = '{ name: web, type: webservice, properties: { image: two, port: 80, replicas: 0 } }';
      const [first, last] = texts({ revisions: [web('one'), none], lists: '1 2', traffic: ['1 web 90', '2 web 10'] });
      const rendered = await renderFleet(
        cue,
        ...[first!, last!.replaceAll(/distribution: \{ replicas: 2 \}/g, 'distribution: {}')].map((text) =>
          fleetOf(text),
        ),
      );
      expect(rendered.problems.map(({ code }) => code)).toEqual(['WEIGHTS_INVALID']);
    });
  });

  describe('the Service of a target', () => {
    const exposed = (name: string, port: number) =>
      `{ name: ${name}, type: webservice, properties: { image: a, ports: [{ port: ${port}, expose: true }] } }`;
    const selectors = (rendered: RenderedWithProblems) =>
      Object.fromEntries(
        ids(rendered, 'Service').map((name) => [
          name,
          /"app.oam.dev\/component":"([^"]*)"/.exec(
            textOf(rendered, `Service/default/${name}`).split('selector')[1] ?? '',
          )?.[1],
        ]),
      );

    it('does not share its name with the Service of another component', async () => {
      const rendered = await render({
        app: 'web',
        revisions: [`${exposed('web', 80)}, ${exposed('api', 8080)}`],
        lists: '1',
        traffic: ['1 api 100'],
      });
      expect(rendered.problems).toEqual([]);
      expect(selectors(rendered)).toEqual({ 'web-v1': 'web', 'web-v1-api': 'api', 'api-v1': 'api' });
      expect(rendered.apps[0]?.traffic[0]?.targets.map(({ service }) => service)).toEqual([
        '/Service/default/web-v1-api',
      ]);
    });

    it('shares it where both lead to the same pods', async () => {
      const rendered = await render({
        app: 'web',
        revisions: [exposed('web', 80)],
        lists: '1',
        traffic: ['1 web 100'],
      });
      expect(selectors(rendered)).toEqual({ 'web-v1': 'web' });
    });

    it('over all revisions leaves the name to the Service of a component, too', async () => {
      const db = '{ name: app, type: statefulset, properties: { image: a, ports: [{ port: 5432, expose: true }] } }';
      const rendered = await render({
        revisions: [`${web('one')}, ${db}`],
        lists: '1',
        traffic: ['1 web 100'],
        capabilities: '{ ingress: true }',
      });
      expect(rendered.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(selectors(rendered)).toMatchObject({ app: 'app', 'app-web': 'web' });
    });
  });
});
