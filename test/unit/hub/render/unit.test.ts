import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../../shared/lib/canonical.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import {
  app,
  deployment,
  local,
  on,
  web,
  textsOf,
  linesOf,
  idsOf,
  namesOf,
  objectOf,
  textOf,
  useRenderer,
  type Scene,
} from '../../../fixtures/hub/manifests.ts';
import { renderFleet } from '../../../fixtures/hub/rendering.ts';

const { cue, render, renderScene } = useRenderer();

describe('what is updated in place', () => {
  const db = (image: string) =>
    `{ name: db, type: statefulset, properties: { image: ${image}, ports: [{ port: 5432 }] } }`;

  it('lives while a listed revision has it, with the replicas of that one', async () => {
    const rendered = await renderScene({
      revisions: [`${web('one')}, ${db('one')}`, web('two')],
      lists: '1 2:5',
      traffic: ['1 web 90', '2 web 10'],
    });
    expect(rendered.problems).toEqual([]);
    expect([...namesOf(rendered, 'StatefulSet'), ...namesOf(rendered, 'Service')]).toEqual([
      'db',
      'app-v1',
      'app-v2',
      'db-headless',
    ]);
    expect(textOf(rendered, 'StatefulSet/default/db')).toContain('"replicas":2');
  });

  it('comes from the highest revision that has it, in whichever order they are listed', async () => {
    for (const lists of ['1 2 3', '3 2 1']) {
      const rendered = await renderScene({ revisions: [db('one'), `${web('x')}, ${db('two')}`, web('three')], lists });
      expect(textOf(rendered, 'StatefulSet/default/db')).toContain('"image":"two"');
    }
  });

  it('goes with the last revision that has it', async () => {
    const rendered = await renderScene({ revisions: [`${web('one')}, ${db('one')}`, web('two')], lists: '2' });
    expect(namesOf(rendered, 'StatefulSet')).toEqual([]);
  });

  it('is kept object by object: a raw ConfigMap that only the older revision has stays for it', async () => {
    const raw = (...names: string[]) =>
      `{ name: raw, type: k8s-objects, properties: { objects: [${names.map((name) => `{ apiVersion: v1, kind: ConfigMap, metadata: { name: ${name} } }`).join(', ')}] } }`;
    const rendered = await renderScene({ revisions: [raw('a', 'b'), raw('a', 'c')], lists: '1 2' });
    expect(namesOf(rendered, 'ConfigMap')).toEqual(['a', 'b', 'c']);
  });
});

describe('what acts by itself', () => {
  const nightly = (image: string) =>
    `{ name: nightly, type: cron-task, properties: { image: ${image}, schedule: "0 1 * * *" } }`;
  const edge = ', traits: [{ type: gateway, properties: { domain: a.example.com, http: { "/": 80 } } }]';

  it('runs once: a cron-task of the highest listed revision', async () => {
    const rendered = await renderScene({ revisions: [nightly('one'), nightly('two')], lists: '1 2' });
    expect(namesOf(rendered, 'CronJob')).toEqual(['nightly']);
    expect(textOf(rendered, 'CronJob/default/nightly')).toContain('"image":"two"');
  });

  it('stays with the revision that has it', async () => {
    const rendered = await renderScene({ revisions: [nightly('one'), web('two')], lists: '1 2' });
    expect(textOf(rendered, 'CronJob/default/nightly')).toContain('"image":"one"');
  });

  it('claims a host and a path once: an Ingress of the highest listed revision', async () => {
    const rendered = await renderScene({ revisions: [web('one', edge), web('two', edge)], lists: '2 1' });
    expect(namesOf(rendered, 'Ingress')).toEqual(['web-v2']);
    expect(namesOf(rendered, 'Deployment')).toEqual(['web-v1', 'web-v2']);
  });

  it('is told apart by its name: two Ingresses of one component both stay', async () => {
    const two = `, traits: [${['a', 'b'].map((name) => `{ type: gateway, properties: { name: ${name}, domain: ${name}.example.com, http: { "/": 80 } } }`).join(', ')}]`;
    const rendered = await renderScene({ revisions: [web('one', two), web('two', two)], lists: '1 2' });
    expect(namesOf(rendered, 'Ingress')).toEqual(['web-v2-a', 'web-v2-b']);
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
    const rendered = await renderScene({ revisions: two, lists: '', ...scene });
    expect(linesOf(rendered)).toEqual(expected);
    expect(rendered.failed.length).toBe(expected.length);
  });

  it('is an error where the component itself says 0', async () => {
    const none = '{ name: web, type: webservice, properties: { image: two, port: 80, replicas: 0 } }';
    const [first, last] = textsOf({ revisions: [web('one'), none], lists: '1 2', traffic: ['1 web 90', '2 web 10'] });
    const rendered = await renderFleet(
      cue(),
      ...[first!, last!.replaceAll(/distribution: \{ replicas: 2 \}/g, 'distribution: {}')].map((text) =>
        fleetOf(text),
      ),
    );
    expect(rendered.problems.map(({ code }) => code)).toEqual(['WEIGHTS_INVALID']);
  });
});

describe('the replicas of a workload', () => {
  const hpa =
    '{ apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: { name: web }, spec: { maxReplicas: 3, scaleTargetRef: { kind: Deployment, name: NAME } } }';
  const components = (name: string): string =>
    `{ name: web, type: webservice, properties: { image: a, replicas: 3 } }, { name: auto, type: k8s-objects, properties: { objects: [${hpa.replace('NAME', name)}] } }`;

  it.each([
    [
      'the placement wins',
      app(web().replace('port: 80', 'replicas: 3')) + deployment(on('app-v1', 'replicas: 7')),
      'web-v1',
      7,
    ],
    [
      'else what the component says',
      app(web().replace('port: 80', 'replicas: 3')) + deployment(on('app-v1')),
      'web-v1',
      3,
    ],
    ['none are left out', app(web()) + deployment(on('app-v1')), 'web-v1', undefined],
    ['zero is a number', app(web()) + deployment(on('app-v1', 'replicas: 0')), 'web-v1', 0],
    ['an autoscaler decides', app(components('web')), 'web', undefined],
    ['unless the placement does', app(components('web-v1')) + deployment(on('app-v1', 'replicas: 2')), 'web-v1', 2],
  ])('%s', async (_case, text, name, replicas) => {
    const rendered = await render(text + local);
    const id = `apps/Deployment/default/${name}`;
    expect((objectOf(rendered, id)['spec'] as { replicas?: number }).replicas).toBe(replicas);
    expect(rendered.apps[0]!.replicas.map(({ id: of, value }) => [of, value])).toEqual(
      replicas === undefined ? [] : [[id, replicas]],
    );
  });
});

describe('several revisions on a cluster', () => {
  it('updates in place what cannot be renamed, from the highest revision', async () => {
    const db = (image: string): string => app(`{ name: db, type: statefulset, properties: { image: ${image} } }`);
    const rendered = await render(
      db('one'),
      db('two') + deployment(`${on('app-v2', 'replicas: 2')}, ${on('app-v1', 'replicas: 9')}`) + local,
    );
    expect(idsOf(rendered)).toEqual(['/Service/default/db-headless', 'apps/StatefulSet/default/db']);
    const spec = JSON.stringify(objectOf(rendered, 'apps/StatefulSet/default/db'));
    expect(spec).toContain('"image":"two"');
    expect(rendered.apps[0]!.replicas).toEqual([
      { id: 'apps/StatefulSet/default/db', pointer: '/spec/replicas', value: 2 },
    ]);
    expect(rendered.apps[0]!.objects.every(({ revision }) => revision === undefined)).toBe(true);
  });

  it('changes nothing but the changed object of a plain application', async () => {
    const raw = (b: string): string =>
      app(
        `{ name: raw, type: k8s-objects, properties: { objects: [{ apiVersion: v1, kind: ConfigMap, metadata: { name: a } }, { apiVersion: v1, kind: ConfigMap, metadata: { name: b }, data: { b: "${b}" } }] } }, ${web()}`,
      );
    const [one, two] = [await render(raw('1') + local), await render(raw('1'), raw('2') + local)];
    const changed = one.apps[0]!.objects.filter(
      ({ id, object }) => canonicalJson(object) !== canonicalJson(objectOf(two, id)),
    );
    expect(two.apps[0]!.revisions).toEqual(['app-v2']);
    expect(changed.map(({ id }) => id)).toEqual(['/ConfigMap/default/b']);
  });

  it('lets a broken revision stop its clusters alone', async () => {
    const text = `${app('{ name: web, type: webservice, properties: {} }')}${deployment(
      '{ revisionName: app-v1, placement: [{}] }, { revisionName: app-v2, placement: [{ clusterSelector: { name: far } }] }',
    )}${local}---\nkind: Cluster\nmetadata: { name: far }\n`;
    const rendered = await render(app(web()), text);
    expect(rendered.failed).toEqual([{ unit: 'default/deploy', cluster: 'far' }]);
    expect(rendered.apps.map(({ cluster }) => cluster)).toEqual(['local']);
  });
});
