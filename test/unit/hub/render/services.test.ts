import { describe, expect, it } from 'vitest';
import {
  isSameSelection,
  isService,
  revisionService,
  runsPods,
  sharedService,
  type ServedComponent,
} from '../../../../hub/render/services.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';
import { web, namesOf, textOf, useRenderer } from '../../../fixtures/hub/manifests.ts';
import { type RenderedWithProblems } from '../../../fixtures/hub/rendering.ts';

const { renderScene } = useRenderer();

describe('the Service of a target', () => {
  const exposed = (name: string, port: number) =>
    `{ name: ${name}, type: webservice, properties: { image: a, ports: [{ port: ${port}, expose: true }] } }`;
  const selectors = (rendered: RenderedWithProblems) =>
    Object.fromEntries(
      namesOf(rendered, 'Service').map((name) => [
        name,
        /"app.oam.dev\/component":"([^"]*)"/.exec(
          textOf(rendered, `Service/default/${name}`).split('selector')[1] ?? '',
        )?.[1],
      ]),
    );

  it('does not share its name with the Service of another component', async () => {
    const rendered = await renderScene({
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
    const rendered = await renderScene({
      app: 'web',
      revisions: [exposed('web', 80)],
      lists: '1',
      traffic: ['1 web 100'],
    });
    expect(selectors(rendered)).toEqual({ 'web-v1': 'web' });
  });

  it('over all revisions leaves the name to the Service of a component, too', async () => {
    const db = '{ name: app, type: statefulset, properties: { image: a, ports: [{ port: 5432, expose: true }] } }';
    const rendered = await renderScene({
      revisions: [`${web('one')}, ${db}`],
      lists: '1',
      traffic: ['1 web 100'],
      capabilities: '{ ingress: true }',
    });
    expect(rendered.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(selectors(rendered)).toMatchObject({ app: 'app', 'app-web': 'web' });
  });
});

const deploymentOf = (ports: readonly number[], labels: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    template: {
      metadata: { labels },
      spec: { containers: [{ ports: ports.map((containerPort) => ({ containerPort })) }] },
    },
  },
});
const served = (objects: readonly KubeObject[], change: Partial<ServedComponent> = {}): ServedComponent => ({
  namespace: 'shop',
  application: 'app',
  revision: 'app-v2',
  component: { component: 'web', contextName: 'web-v2', own: objects, shared: [], workloads: new Set() },
  ports: [80],
  hasRevisionLabel: true,
  replicas: null,
  ...change,
});
const specOf = (object: KubeObject) => object['spec'] as { selector: object; ports: { targetPort: number }[] };

describe('a Service of ours', () => {
  it.each<[rule: string, declared: readonly number[], port: number, targetPort: number]>([
    ['the port of that number', [8080, 80], 80, 80],
    ['else the first that is declared', [8080, 9090], 80, 8080],
    ['else the number itself', [], 80, 80],
  ])('leads to %s', (_, declared, port, targetPort) => {
    const service = revisionService(served([deploymentOf(declared)], { ports: [port] }), 'app-v2');
    expect(specOf(service).ports).toEqual([{ name: `http-${port}`, port, protocol: 'TCP', targetPort }]);
  });

  it.each<[rule: string, change: Partial<ServedComponent>, labels: Record<string, string>, selector: object]>([
    [
      'pods of its component and revision',
      {},
      { 'app.oam.dev/revision': 'app-v2' },
      { 'app.oam.dev/component': 'web', 'app.oam.dev/revision': 'app-v2' },
    ],
    [
      'the label that the pods have',
      {},
      { 'app.oam.dev/component': 'mine', 'app.oam.dev/revision': 'app-v2' },
      { 'app.oam.dev/component': 'mine', 'app.oam.dev/revision': 'app-v2' },
    ],
    [
      'all pods of what is updated in place by a later revision',
      { hasRevisionLabel: false },
      { 'app.oam.dev/revision': 'app-v3' },
      { 'app.oam.dev/component': 'web' },
    ],
    ['all pods of what names no revision', {}, {}, { 'app.oam.dev/component': 'web' }],
  ])('of a revision selects %s', (_, change, labels, selector) => {
    const service = revisionService(served([deploymentOf([80], labels)], change), 'app-v2');
    expect(service.metadata).toMatchObject({ name: 'app-v2', namespace: 'shop' });
    expect(specOf(service).selector).toEqual(selector);
  });

  it('over all revisions selects the component of its application', () => {
    const own = { 'app.kubernetes.io/part-of': 'suite' };
    const selectors = [{}, own].map(
      (labels) => specOf(sharedService(served([deploymentOf([80], labels)]), 'app', 'deploy')).selector,
    );
    expect(selectors).toEqual([
      { 'app.oam.dev/component': 'web', 'app.kubernetes.io/part-of': 'app' },
      { 'app.oam.dev/component': 'web', 'app.kubernetes.io/part-of': 'suite' },
    ]);
  });

  it('has pods to lead to where its component runs some, be they shared', () => {
    const { component } = served([deploymentOf([])]);
    expect(runsPods(component)).toBe(true);
    expect(runsPods({ ...component, own: [], shared: component.own })).toBe(true);
    expect(runsPods({ ...component, own: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }] })).toBe(
      false,
    );
  });
});

describe('two Services', () => {
  const selecting = (selector: object | undefined): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'a' },
    spec: { selector },
  });
  it.each<[rule: string, a: object | undefined, b: object | undefined, isSame: boolean]>([
    ['select the same', { a: '1', b: '2' }, { b: '2', a: '1' }, true],
    ['differ by a value', { a: '1' }, { a: '2' }, false],
    ['differ by a label', { a: '1' }, { a: '1', b: '2' }, false],
    ['select nothing, both', undefined, {}, true],
  ])('%s', (_, a, b, isSame) => {
    expect(isSameSelection(selecting(a), selecting(b))).toBe(isSame);
  });

  it('are Services of the core group', () => {
    expect(isService(selecting({}))).toBe(true);
    expect(isService({ ...selecting({}), apiVersion: 'serving.knative.dev/v1' })).toBe(false);
  });
});
