import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';
import { canonicalJson } from '../../../../shared/lib/canonical.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { renderFleet, type RenderedWithProblems } from '../../../fixtures/hub/rendering.ts';

const local = `---
kind: Cluster
metadata: { name: local }
`;
const clusterWith = (capabilities: string): string => `---
kind: Cluster
metadata: { name: local }
spec: { capabilities: ${capabilities} }
`;
const app = (components: string, name = 'app'): string => `
kind: Application
metadata: { name: ${name} }
spec: { components: [${components}] }
`;
const web = '{ name: web, type: webservice, properties: { image: a, port: 80 } }';
const deployment = (revisions: string, traffic = '{}'): string => `---
kind: ApplicationDeployment
metadata: { name: deploy }
spec: { traffic: ${traffic}, appRevisions: [${revisions}] }
`;
const on = (revision: string, replicas = ''): string =>
  `{ revisionName: ${revision}, placement: [{ distribution: { ${replicas} } }] }`;
const way = (revision: string, more = '', component = 'web'): string =>
  `{ revisionName: ${revision}, componentName: ${component}, port: 80${more} }`;
const lines = ({ problems }: RenderedWithProblems): string[] =>
  problems.map(({ code, message, place }) => `${code} ${message} @${place?.line ?? '-'}`);
const ids = ({ apps }: RenderedWithProblems): string[] => apps.flatMap(({ objects }) => objects.map(({ id }) => id));
const objectOf = ({ apps }: RenderedWithProblems, id: string): Record<string, unknown> =>
  apps.flatMap(({ objects }) => objects).find((entry) => entry.id === id)!.object;

describe('render', () => {
  let cue: CueEngine;
  beforeAll(() => {
    cue = startCueEngine({ clock: systemClock });
  });
  afterAll(() => cue.close());
  const render = (...texts: string[]): Promise<RenderedWithProblems> =>
    renderFleet(cue, ...texts.map((text) => fleetOf(text)));

  it.each([
    ['an unknown property', '{ image: a, imag: b }', 'ComponentDefinition/webservice: unknown property "imag"'],
    ['a missing property', '{ port: 80 }', 'ComponentDefinition/webservice: property "image" is missing (string)'],
    [
      'a wrong type',
      '{ image: a, port: "80" }',
      'ComponentDefinition/webservice: property "port" has the wrong type: "80" and int',
    ],
    [
      'a wrong value',
      '{ image: a, imagePullPolicy: No }',
      'ComponentDefinition/webservice: property "imagePullPolicy" has none of the values that are allowed',
    ],
    [
      'an unknown property inside',
      '{ image: a, livenessProbe: { httpGet: { port: 1, pth: x } } }',
      'ComponentDefinition/webservice: unknown property "livenessProbe.httpGet.pth"',
    ],
  ])('names %s, where it stands, and renders the other applications', async (_case, properties, message) => {
    const broken = app(`{ name: web, type: webservice, properties: ${properties} }`);
    const rendered = await render(`${broken}---${app(web, 'other')}${local}`);
    const code = message.includes('unknown property') ? 'UNKNOWN_FIELD' : 'DOCUMENT_INVALID';
    expect(lines(rendered)).toEqual([`${code} app-v1: ${message} @4`]);
    expect(rendered.failed).toEqual([{ unit: 'default/app', cluster: 'local' }]);
    expect(ids(rendered)).toEqual(['apps/Deployment/default/web']);
  });

  it.each([
    ['no kind', '{ apiVersion: v1 }', 'OBJECT_INVALID'],
    ['no name', '{ apiVersion: v1, kind: ConfigMap }', 'OBJECT_INVALID'],
    ['a generated name', '{ apiVersion: v1, kind: Pod, metadata: { generateName: a- } }', 'OBJECT_INVALID'],
    ['no apiVersion worth the name', '{ apiVersion: x y, kind: ConfigMap, metadata: { name: a } }', 'OBJECT_INVALID'],
    ['a name that is a path', '{ apiVersion: v1, kind: ConfigMap, metadata: { name: a/b } }', 'OBJECT_INVALID'],
    [
      'a label that is a number',
      '{ apiVersion: v1, kind: ConfigMap, metadata: { name: a, labels: { a: 1 } } }',
      'OBJECT_INVALID',
    ],
    ['a wrong namespace', '{ apiVersion: v1, kind: ConfigMap, metadata: { name: a, namespace: A } }', 'OBJECT_INVALID'],
    [
      'a name that is too long',
      `{ apiVersion: v1, kind: Service, metadata: { name: ${'a'.repeat(64)} } }`,
      'NAME_TOO_LONG',
    ],
  ])('refuses a raw object with %s', async (_case, object, code) => {
    const rendered = await render(
      app(`{ name: raw, type: k8s-objects, properties: { objects: [${object}] } }`) + local,
    );
    expect(rendered.problems.map((problem) => problem.code)).toEqual([code]);
    expect(rendered.apps).toEqual([]);
  });

  it('sets namespaces, leaves them from what has none, opens Lists, and leaves out what only a server writes', async () => {
    const objects = `[
      { apiVersion: v1, kind: List, items: [{ apiVersion: v1, kind: ConfigMap, metadata: { name: a, uid: x, resourceVersion: "1", creationTimestamp: null } }] },
      { apiVersion: v1, kind: Namespace, metadata: { name: shops }, status: { phase: Active } },
      { apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: { name: "system:x", namespace: wrong } },
      { apiVersion: v1, kind: ConfigMap, metadata: { name: b, namespace: other, annotations: { sluice.dev/registration: x, keep: yes-please } } }]`;
    const rendered = await render(app(`{ name: raw, type: k8s-objects, properties: { objects: ${objects} } }`) + local);
    expect(rendered.failed).toEqual([]);
    expect(rendered.problems.map(({ severity, message, place }) => `${severity} ${message} @${place?.line}`)).toEqual([
      'warning app-v1: metadata.uid, metadata.resourceVersion of ConfigMap a is left out: only a server writes it (objects[0]) @5',
      'warning app-v1: status of Namespace shops is left out: only a server writes it (objects[1]) @6',
    ]);
    expect(ids(rendered)).toEqual([
      '/ConfigMap/default/a',
      '/ConfigMap/other/b',
      '/Namespace//shops',
      'rbac.authorization.k8s.io/ClusterRole//system:x',
    ]);
    expect(objectOf(rendered, '/ConfigMap/default/a')['metadata']).not.toHaveProperty('uid');
    expect(objectOf(rendered, '/Namespace//shops')).not.toHaveProperty('status');
    expect(objectOf(rendered, '/ConfigMap/other/b')['metadata']).toMatchObject({ annotations: { keep: 'yes-please' } });
  });

  it('reads raw objects from files, and says when a file is broken or not there', async () => {
    const component = (path: string): string => `{ name: raw, type: k8s-objects, properties: { path: ${path} } }`;
    const files = {
      'm/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n---\n',
      'bad.yaml': 'a: [',
      'invalid.yaml': '\napiVersion: v1\nkind: ConfigMap\n',
    };
    const of = (path: string) => renderFleet(cue, fleetOf(app(component(path)) + local, { files }));
    expect(ids(await of('m'))).toEqual(['/ConfigMap/default/a']);
    expect(lines(await of('gone.yaml'))).toEqual(['REFERENCE_NOT_FOUND app-v1: no manifest matches gone.yaml @4']);
    expect((await of('bad.yaml')).problems[0]).toMatchObject({ code: 'YAML_SYNTAX' });
    expect(lines(await of('invalid.yaml'))).toEqual([
      'OBJECT_INVALID app-v1: metadata.name of ConfigMap is missing (invalid.yaml:2) @2',
    ]);
  });

  it('refuses two objects with one id in an application', async () => {
    const rendered = await render(
      app(
        `${web}, { name: raw, type: k8s-objects, properties: { objects: [{ apiVersion: apps/v1, kind: Deployment, metadata: { name: web }, spec: { selector: { matchLabels: { a: b } }, template: { metadata: { labels: { a: b } }, spec: { containers: [{ name: a, image: a }] } } } }] } }`,
      ) + local,
    );
    expect(lines(rendered)[0]).toContain(
      'OBJECT_INVALID two objects of this application are apps/Deployment/default/web',
    );
  });

  describe('what an API server would refuse', () => {
    const placed = ({ problems }: RenderedWithProblems) =>
      problems.map(({ message, place }) => `${place?.path}:${place?.line}:${place?.column} ${message}`);

    it('is told where it was written: in the component, in a file, at the property that a template used', async () => {
      const files = {
        'm/a.yaml': 'apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  ports:\n  - port: 0\n',
      };
      const text = app(`
        { name: web, type: webservice, properties: { image: a, memory: 1GB, cpu: "1" } },
        { name: raw, type: k8s-objects, properties: { path: m, objects: [
          { apiVersion: v1, kind: ConfigMap, metadata: { name: a }, data: { a: "1",
            b: 2 } }] } }`);
      const rendered = await renderFleet(cue, fleetOf(text + local, { files }));
      expect(rendered.apps).toEqual([]);
      expect(placed(rendered)).toEqual([
        'fleet.yaml:5:64 app-v1: Kubernetes would refuse Deployment web: spec.template.spec.containers[0].resources.requests.memory is "1GB", which is not a quantity',
        'fleet.yaml:8:13 app-v1: Kubernetes would refuse ConfigMap a: data.b must be text, and is the number 2',
        'm/a.yaml:7:5 app-v1: Kubernetes would refuse Service a: spec.ports[0].port must be 1 to 65535, and is 0 (m/a.yaml:1)',
      ]);
    });

    it('is told where an older revision is listed', async () => {
      const worker = (memory: string) =>
        app(`{ name: web, type: worker, properties: { image: a, memory: ${memory} } }`);
      const rendered = await render(
        worker('1GB'),
        worker('1Gi') + deployment(`${on('app-v1')}, ${on('app-v2')}`) + local,
      );
      expect(rendered.problems.map(({ place }) => place?.line)).toEqual([8]);
    });
  });

  it('refuses names that become too long for a label, never cuts them', async () => {
    const rendered = await render(
      app(`{ name: ${'w'.repeat(62)}, type: worker, properties: { image: a } }`) + deployment(on('app-v1')) + local,
    );
    expect(rendered.problems.map(({ code }) => code)).toEqual(['NAME_TOO_LONG']);
  });

  describe('replicas', () => {
    const hpa =
      '{ apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: { name: web }, spec: { maxReplicas: 3, scaleTargetRef: { kind: Deployment, name: NAME } } }';
    const components = (name: string): string =>
      `{ name: web, type: webservice, properties: { image: a, replicas: 3 } }, { name: auto, type: k8s-objects, properties: { objects: [${hpa.replace('NAME', name)}] } }`;

    it.each([
      [
        'the placement wins',
        app(web.replace('port: 80', 'replicas: 3')) + deployment(on('app-v1', 'replicas: 7')),
        'web-v1',
        7,
      ],
      [
        'else what the component says',
        app(web.replace('port: 80', 'replicas: 3')) + deployment(on('app-v1')),
        'web-v1',
        3,
      ],
      ['none are left out', app(web) + deployment(on('app-v1')), 'web-v1', undefined],
      ['zero is a number', app(web) + deployment(on('app-v1', 'replicas: 0')), 'web-v1', 0],
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

  describe('several revisions', () => {
    it('updates in place what cannot be renamed, from the highest revision', async () => {
      const db = (image: string): string => app(`{ name: db, type: statefulset, properties: { image: ${image} } }`);
      const rendered = await render(
        db('one'),
        db('two') + deployment(`${on('app-v2', 'replicas: 2')}, ${on('app-v1', 'replicas: 9')}`) + local,
      );
      expect(ids(rendered)).toEqual(['/Service/default/db-headless', 'apps/StatefulSet/default/db']);
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
          `{ name: raw, type: k8s-objects, properties: { objects: [{ apiVersion: v1, kind: ConfigMap, metadata: { name: a } }, { apiVersion: v1, kind: ConfigMap, metadata: { name: b }, data: { b: "${b}" } }] } }, ${web}`,
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
      const rendered = await render(app(web), text);
      expect(rendered.failed).toEqual([{ unit: 'default/deploy', cluster: 'far' }]);
      expect(rendered.apps.map(({ cluster }) => cluster)).toEqual(['local']);
    });
  });

  describe('traffic', () => {
    const both = `${on('app-v1')}, ${on('app-v2')}`;
    const two = (traffic: string, capabilities: string, revisions = both): Promise<RenderedWithProblems> =>
      render(
        app(web),
        app(web.replace('image: a', 'image: b')) + deployment(revisions, traffic) + clusterWith(capabilities),
      );
    const split = (more = ''): string =>
      `{ ${more} hosts: [a.example.com], http: [{ weightedTargets: [${way('app-v1', ', weight: 30')}, ${way('app-v2', ', weight: 70')}] }] }`;

    it.each([
      ['istio before the others', '{ istio: true, gateway-api: { gateways: [g] }, ingress: true }', 'istio'],
      ['gateway-api before ingress', '{ gateway-api: { gateways: [g] }, ingress: true }', 'gateway-api'],
      ['ingress when there is nothing else', '{ istio: false, ingress: true }', 'ingress'],
    ])('auto takes %s', async (_case, capabilities, provider) => {
      expect((await two(split(), capabilities)).apps[0]!.traffic.map((entry) => entry.provider)).toEqual([provider]);
    });

    it('holds traffic objects before capabilities are known, Services are there', async () => {
      const rendered = await render(
        app(web) + deployment(on('app-v1'), `{ http: [{ weightedTargets: [${way('app-v1')}] }] }`) + local,
      );
      expect(rendered.problems.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
        'warning TRAFFIC_UNAVAILABLE',
      ]);
      expect(rendered.apps[0]!.traffic).toEqual([]);
      expect(ids(rendered)).toEqual(['/Service/default/app-v1', 'apps/Deployment/default/web-v1']);
    });

    it.each([
      [
        'a provider by name that is not offered',
        split('provider: istio,'),
        '{ ingress: true }',
        'local offers ingress, not istio',
      ],
      ['Gateway API without a gateway', split(), '{ gateway-api: true }', 'Gateway API needs a gateway'],
      [
        'Istio without a host',
        `{ http: [{ weightedTargets: [${way('app-v1')}] }] }`,
        '{ istio: true }',
        'Istio needs a host, or a gateway',
      ],
      [
        'an Ingress that would match headers',
        `{ http: [{ match: [{ headers: { a: { exact: b } } }], weightedTargets: [${way('app-v1')}] }] }`,
        '{ ingress: true }',
        'an Ingress cannot match headers or methods',
      ],
      [
        'a component that is not there',
        `{ http: [{ weightedTargets: [${way('app-v1', '', 'nope')}] }] }`,
        '{ istio: true }',
        'app-v1 has no component nope',
      ],
    ])('leaves what runs for %s', async (_case, traffic, capabilities, message) => {
      const rendered = await two(traffic, capabilities);
      expect(rendered.problems.map((problem) => problem.message)).toEqual([message]);
      expect(rendered.failed).toEqual([{ unit: 'default/deploy', cluster: 'local' }]);
    });

    it('leaves out targets whose revision is not placed here, and raises the rest to 100', async () => {
      const rendered = await two(split(), '{ istio: true }', on('app-v2'));
      expect(rendered.apps[0]!.traffic[0]!.targets.map(({ revision, weight }) => [revision, weight])).toEqual([
        ['app-v2', 100],
      ]);
      expect(rendered.apps[0]!.notes).toEqual([
        'traffic rule 1: app-v1 is not placed here, the other weights are raised to 100',
      ]);
      expect(ids(rendered)).not.toContain('/Service/default/app-v1');
    });

    it('gives each revision a path of its own on an Ingress rule without a match', async () => {
      const rendered = await two(
        split(),
        '{ ingress: true }',
        `${on('app-v1', 'replicas: 3')}, ${on('app-v2', 'replicas: 1')}`,
      );
      const text = JSON.stringify(objectOf(rendered, 'networking.k8s.io/Ingress/default/deploy'));
      expect([...text.matchAll(/"path":"([^"]*)"/g)].map(([, path]) => path)).toEqual(['/v1', '/v2']);
      expect(rendered.apps[0]!.traffic[0]!.targets.map(({ weight }) => weight)).toEqual([75, 25]);
      expect(rendered.apps[0]!.notes[0]).toContain('the replicas decide');
    });

    it('names Services after the component when a revision has several with traffic', async () => {
      const text = app(`${web}, ${web.replace('name: web', 'name: api').replace('port: 80', 'port: 8080')}`);
      const traffic = `{ provider: none, http: [{ weightedTargets: [${way('app-v1')}] }, { weightedTargets: [${way('app-v1', '', 'api')}] }] }`;
      const rendered = await render(text + deployment(on('app-v1'), traffic) + local);
      expect(ids(rendered).filter((id) => id.startsWith('/Service'))).toEqual([
        '/Service/default/app-v1-api',
        '/Service/default/app-v1-web',
      ]);
      expect(objectOf(rendered, '/Service/default/app-v1-api')['spec']).toMatchObject({
        ports: [{ port: 80, targetPort: 8080 }],
      });
      expect(rendered.problems).toEqual([]);
    });

    it('points at the very weights that it wrote', async () => {
      for (const capabilities of ['{ istio: true }', '{ gateway-api: { gateways: [ns/g] } }']) {
        const [entry] = (await two(split(), capabilities)).apps[0]!.traffic;
        const object = objectOf(await two(split(), capabilities), entry!.id);
        const at = (pointer: string): unknown =>
          pointer
            .split('/')
            .slice(1)
            .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], object);
        expect(entry!.targets.map(({ pointer }) => at(pointer!))).toEqual([30, 70]);
      }
    });
  });

  it('gives the same bytes for the same input, whatever the order of the documents', async () => {
    const documents = [
      app(web).trim(),
      app(web, 'other').trim(),
      deployment(on('app-v1')).slice(4).trim(),
      local.slice(4).trim(),
    ];
    const one = await render(documents.join('\n---\n'));
    const two = await render(documents.toReversed().join('\n---\n'));
    expect(canonicalJson(two.apps)).toBe(canonicalJson(one.apps));
    expect(one.apps).toHaveLength(2);
  });
});
