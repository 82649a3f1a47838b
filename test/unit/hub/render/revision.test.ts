import { describe, expect, it } from 'vitest';
import { suffixOf } from '../../../../hub/render/labels.ts';
import type { RevisionComponent } from '../../../../hub/render/revision-component.ts';
import { renderRevision } from '../../../../hub/render/revision.ts';
import { componentSources } from '../../../../hub/sources/list.ts';
import { hasFailed, type Attempt } from '../../../../hub/model/fault.ts';
import { idOf } from '../../../../shared/model/object.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { app, useRenderer, web } from '../../../fixtures/hub/manifests.ts';
import { historyOf } from '../../../fixtures/hub/rendering.ts';

const { cue } = useRenderer();
const signal = new AbortController().signal;
type Rendered = Attempt<readonly RevisionComponent[]>;

/** The only revision of an application, under an ApplicationDeployment (`isSuffixed`) or alone. */
async function render(components: string, isSuffixed: boolean, name = 'app'): Promise<Rendered> {
  const history = historyOf(fleetOf(app(components, name)));
  const [record] = history.revisions.get(`default/${name}`)!;
  return renderRevision(cue(), record!, { isSuffixed, sources: componentSources }, signal);
}

/** `own: ids | shared: ids | workloads: ids`, each id without its namespace. */
function words(rendered: Rendered): string[] {
  if (hasFailed(rendered)) return rendered.faults.map(({ code, path }) => `${code} at ${path.join('.')}`);
  const short = (ids: Iterable<string>) =>
    [...ids].map((id) =>
      id
        .split('/')
        .filter((_, at) => at % 2 === 1)
        .join('/'),
    );
  return rendered.value.map(({ own, shared, workloads }) => {
    const parts = { own: short(own.map(idOf)), shared: short(shared.map(idOf)), workloads: short(workloads) };
    return Object.entries(parts)
      .filter(([, ids]) => ids.length > 0)
      .map(([part, ids]) => `${part}: ${ids.join(' ')}`)
      .join(' | ');
  });
}

const raw = (...objects: readonly string[]) =>
  `{ name: raw, type: k8s-objects, properties: { objects: [${objects.join(', ')}] } }`;
const object = (kind: string, name: string, more = '') => `{ ${kind}, metadata: { name: ${name} }${more} }`;
const map = (name: string) => object('apiVersion: v1, kind: ConfigMap', name);
const pods = (name: string) =>
  object(
    'apiVersion: apps/v1, kind: Deployment',
    name,
    ', spec: { selector: { matchLabels: { a: b } }, template: { metadata: { labels: { a: b } }, spec: { containers: [{ name: c, image: a }] } } }',
  );
const scaler = (target: string) =>
  object(
    'apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler',
    'scaler',
    `, spec: { maxReplicas: 3, scaleTargetRef: ${target} }`,
  );
const database = '{ name: db, type: statefulset, properties: { image: a, ports: [{ port: 5432 }] } }';

describe('the objects of a revision', () => {
  it.each<[rule: string, components: string, alone: string[], beside: string[]]>([
    [
      'are all its own where revisions live side by side, and shared where there is one alone',
      web(),
      ['shared: Deployment/web | workloads: Deployment/web'],
      ['own: Deployment/web-v1 | workloads: Deployment/web-v1'],
    ],
    [
      'are shared where their definition is updated in place',
      database,
      ['shared: Service/db-headless StatefulSet/db | workloads: StatefulSet/db'],
      ['shared: Service/db-headless StatefulSet/db | workloads: StatefulSet/db'],
    ],
    [
      'that are written out are shared, but for Deployments',
      raw(map('a'), pods('web')),
      ['shared: ConfigMap/a Deployment/web | workloads: Deployment/web'],
      ['own: Deployment/web-v1 | shared: ConfigMap/a | workloads: Deployment/web-v1'],
    ],
    [
      'include the autoscaler of such a Deployment',
      raw(pods('web'), scaler('{ kind: Deployment, name: web }')),
      ['shared: Deployment/web HorizontalPodAutoscaler/scaler | workloads: Deployment/web'],
      ['own: Deployment/web-v1 HorizontalPodAutoscaler/scaler-v1 | workloads: Deployment/web-v1'],
    ],
    [
      'share an autoscaler of something else',
      raw(pods('web'), scaler('{ kind: Deployment, name: other }')),
      ['shared: Deployment/web HorizontalPodAutoscaler/scaler | workloads: Deployment/web'],
      ['own: Deployment/web-v1 | shared: HorizontalPodAutoscaler/scaler | workloads: Deployment/web-v1'],
    ],
    [
      'share an autoscaler of a StatefulSet of the name',
      raw(pods('web'), scaler('{ kind: StatefulSet, name: web }')),
      ['shared: Deployment/web HorizontalPodAutoscaler/scaler | workloads: Deployment/web'],
      ['own: Deployment/web-v1 | shared: HorizontalPodAutoscaler/scaler | workloads: Deployment/web-v1'],
    ],
    [
      'that no revision is named in are shared, whatever their component does',
      '{ name: web, type: worker, properties: { image: a }, traits: [{ type: storage, properties: { pvc: [{ name: data, mountPath: /d }] } }] }',
      ['shared: PersistentVolumeClaim/data Deployment/web | workloads: Deployment/web'],
      ['own: Deployment/web-v1 | shared: PersistentVolumeClaim/data | workloads: Deployment/web-v1'],
    ],
    [
      'are told for each component',
      `${web()}, ${database}`,
      [
        'shared: Deployment/web | workloads: Deployment/web',
        'shared: Service/db-headless StatefulSet/db | workloads: StatefulSet/db',
      ],
      [
        'own: Deployment/web-v1 | workloads: Deployment/web-v1',
        'shared: Service/db-headless StatefulSet/db | workloads: StatefulSet/db',
      ],
    ],
  ])('%s', async (_, components, alone, beside) => {
    expect(words(await render(components, false))).toEqual(alone);
    expect(words(await render(components, true))).toEqual(beside);
  });

  it('that are updated in place are the same in each revision where nothing of them changed', async () => {
    const isSuffixed = true;
    const [first] = words(await render(database, isSuffixed));
    const history = historyOf(fleetOf(app(database)), fleetOf(app(`${web()}, ${database}`)));
    const options = { isSuffixed, sources: componentSources };
    const made = await Promise.all(
      history.revisions.get('default/app')!.map((record) => renderRevision(cue(), record, options, signal)),
    );
    const [before, after] = made.map((one) => (hasFailed(one) ? [] : (one.value.at(-1)?.shared ?? [])));
    expect(first).toContain('StatefulSet/db');
    expect(before).toEqual(after);
  });

  it('that are updated in place name their revision where release 0.1.0 recorded it: no pod starts anew', async () => {
    const [record] = historyOf(fleetOf(app(database))).revisions.get('default/app')!;
    const definitions = Object.fromEntries(
      Object.entries(record!.definitions).map(([key, { kind, type, template, inPlace, appliesToWorkloads }]) => [
        key,
        { kind, type, template, inPlace, appliesToWorkloads },
      ]),
    );
    const options = { isSuffixed: true, sources: componentSources };
    const made = await renderRevision(cue(), { ...record!, definitions }, options, signal);
    const labels = hasFailed(made) ? [] : made.value[0]!.shared.map(({ metadata }) => metadata.labels);
    expect(labels).toMatchObject([{ 'app.oam.dev/revision': 'app-v1' }, { 'app.oam.dev/revision': 'app-v1' }]);
  });

  it('that scale a Deployment name it as it is named', async () => {
    const rendered = await render(
      raw(pods('web'), scaler('{ kind: Deployment, name: web, apiVersion: apps/v1 }')),
      true,
    );
    const own = hasFailed(rendered) ? [] : rendered.value[0]!.own;
    expect(own.find(({ kind }) => kind === 'HorizontalPodAutoscaler')?.['spec']).toMatchObject({
      scaleTargetRef: { kind: 'Deployment', name: 'web-v1', apiVersion: 'apps/v1' },
    });
  });

  it('have the suffix of their revision', () => {
    expect(['example-app-v1', 'app-v12', 'v3'].map(suffixOf)).toEqual(['v1', 'v12', 'v3']);
  });
});

describe('a revision that cannot be rendered', () => {
  const long = (length: number, of = 'w') => of.repeat(length);

  it.each<[rule: string, components: string, isSuffixed: boolean, faults: string[]]>([
    [
      'has a component whose name is too long with its suffix',
      web().replace('name: web', `name: ${long(61)}`),
      true,
      ['NAME_TOO_LONG at spec.components.0.name'],
    ],
    [
      'has no such component where there is no suffix',
      web().replace('name: web', `name: ${long(61)}`),
      false,
      [`shared: Deployment/${long(61)} | workloads: Deployment/${long(61)}`],
    ],
    [
      'has an object whose name is too long with its suffix',
      raw(pods(long(252))),
      true,
      ['NAME_TOO_LONG at spec.components.0.name'],
    ],
    [
      'has several faults: all are told',
      `${web().replace('image: a, ', '')}, ${web('b').replace('name: web', `name: ${long(61)}`)}`,
      true,
      ['DOCUMENT_INVALID at spec.components.0.properties.image', 'NAME_TOO_LONG at spec.components.1.name'],
    ],
  ])('%s', async (_, components, isSuffixed, faults) => {
    expect(words(await render(components, isSuffixed))).toEqual(faults);
  });

  it('says how long the label is', async () => {
    const rendered = await render(web(), true, long(61, 'a'));
    expect(hasFailed(rendered) && rendered.faults).toEqual([
      {
        code: 'NAME_TOO_LONG',
        message: `${long(61, 'a')}-v1 has 64 characters, more than the 63 of a label`,
        path: ['spec', 'components', 0, 'name'],
        hint: 'give the component or the application a shorter name',
      },
    ]);
  });
});
