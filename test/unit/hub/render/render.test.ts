import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../../shared/lib/canonical.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import {
  app,
  deployment,
  local,
  on,
  web,
  linesOf,
  idsOf,
  objectOf,
  useRenderer,
} from '../../../fixtures/hub/manifests.ts';
import { renderFleet, type RenderedWithProblems } from '../../../fixtures/hub/rendering.ts';

describe('render', () => {
  const { cue, render } = useRenderer();

  it.each([
    ['an unknown property', '{ image: a, imag: b }', 'ComponentDefinition/webservice: unknown property "imag"', 77],
    ['a missing property', '{ port: 80 }', 'ComponentDefinition/webservice: property "image" is missing (string)', 53],
    [
      'a wrong type',
      '{ image: a, port: "80" }',
      'ComponentDefinition/webservice: property "port" has the wrong type: int is wanted, and it is string',
      77,
    ],
    [
      'a wrong value',
      '{ image: a, imagePullPolicy: No }',
      'ComponentDefinition/webservice: property "imagePullPolicy" has none of the values that are allowed',
      77,
    ],
    [
      'an unknown property inside',
      '{ image: a, livenessProbe: { httpGet: { port: 1, pth: x } } }',
      'ComponentDefinition/webservice: unknown property "livenessProbe.httpGet.pth"',
      114,
    ],
  ])('names %s, where it stands, and renders the other applications', async (_case, properties, message, column) => {
    const broken = app(`{ name: web, type: webservice, properties: ${properties} }`);
    const rendered = await render(`${broken}---${app(web(), 'other')}${local}`);
    const code = message.includes('unknown property') ? 'UNKNOWN_FIELD' : 'DOCUMENT_INVALID';
    expect(linesOf(rendered)).toEqual([`${code} app-v1: ${message} @4:${column}`]);
    expect(rendered.failed).toEqual([{ unit: 'default/app', cluster: 'local' }]);
    expect(idsOf(rendered)).toEqual(['apps/Deployment/default/web']);
  });

  it.each([
    ['no kind', '{ apiVersion: v1 }', 'OBJECT_INVALID'],
    ['an empty name', '{ apiVersion: v1, kind: ConfigMap, metadata: { name: "" } }', 'OBJECT_INVALID'],
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
    expect(idsOf(rendered)).toEqual([
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
    const of = (path: string) => renderFleet(cue(), fleetOf(app(component(path)) + local, { files }));
    expect(idsOf(await of('m'))).toEqual(['/ConfigMap/default/a']);
    expect(linesOf(await of('gone.yaml'))).toEqual(['REFERENCE_NOT_FOUND app-v1: no manifest matches gone.yaml @4:68']);
    expect((await of('bad.yaml')).problems[0]).toMatchObject({ code: 'YAML_SYNTAX' });
    expect(linesOf(await of('invalid.yaml'))).toEqual([
      'OBJECT_INVALID app-v1: metadata.name of ConfigMap is missing (invalid.yaml:2) @2:1',
    ]);
  });

  it('refuses two objects with one id in an application', async () => {
    const rendered = await render(
      app(
        `${web()}, { name: raw, type: k8s-objects, properties: { objects: [{ apiVersion: apps/v1, kind: Deployment, metadata: { name: web }, spec: { selector: { matchLabels: { a: b } }, template: { metadata: { labels: { a: b } }, spec: { containers: [{ name: a, image: a }] } } } }] } }`,
      ) + local,
    );
    expect(linesOf(rendered)[0]).toContain(
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
      const rendered = await renderFleet(cue(), fleetOf(text + local, { files }));
      expect(rendered.apps).toEqual([]);
      expect(placed(rendered)).toEqual([
        'fleet.yaml:5:64 app-v1: Kubernetes would refuse Deployment web: spec.template.spec.containers[0].resources.requests.memory is "1GB", which is not a quantity',
        'fleet.yaml:8:13 app-v1: Kubernetes would refuse ConfigMap a: data.b must be text, and is a number',
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

  it('gives the same bytes for the same input, whatever the order of the documents', async () => {
    const documents = [
      app(web()).trim(),
      app(web(), 'other').trim(),
      deployment(on('app-v1')).slice(4).trim(),
      local.slice(4).trim(),
    ];
    const one = await render(documents.join('\n---\n'));
    const two = await render(documents.toReversed().join('\n---\n'));
    expect(canonicalJson(two.apps)).toBe(canonicalJson(one.apps));
    expect(one.apps).toHaveLength(2);
  });
});
