import { describe, expect, it } from 'vitest';
import { useRenderer, app, deployment, local, on } from '../../../fixtures/hub/manifests.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { renderFleet } from '../../../fixtures/hub/rendering.ts';

const pods = (name: string) =>
  `{ apiVersion: apps/v1, kind: Deployment, metadata: { name: ${name} }, spec: { selector: { matchLabels: { app: ${name} } }, template: { metadata: { labels: { app: ${name} } }, spec: { containers: [{ name: c, image: a }] } } } }`;
const scaler = (name: string, target: string) =>
  `{ apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: { name: ${name} }, spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: ${target} } } }`;
const keda = (name: string, target: string) =>
  `{ apiVersion: keda.sh/v1alpha1, kind: ScaledObject, metadata: { name: ${name} }, spec: { scaleTargetRef: { name: ${target} }, triggers: [] } }`;
const map = '{ apiVersion: v1, kind: ConfigMap, metadata: { name: settings } }';
const raw = (...objects: readonly string[]) =>
  `{ name: raw, type: k8s-objects, properties: { objects: [${objects.join(', ')}] } }`;
const toRaw = (revision: string) =>
  `{ hosts: [a.example.com], http: [{ weightedTargets: [{ revisionName: ${revision}, componentName: raw, port: 80 }] }] }`;

describe('the names of objects that are written out, under a deployment', () => {
  const { cue } = useRenderer();
  const renderOf = async (revisions: readonly string[], lists: readonly string[], traffic = '{}') => {
    const apps = revisions.map((components) => app(components));
    const more = deployment(lists.join(', '), traffic) + local;
    const fleets = apps.map((text, index) => fleetOf(index === apps.length - 1 ? text + more : text));
    const rendered = await renderFleet(cue(), ...fleets);
    expect(rendered.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    const [unit] = rendered.apps;
    return {
      names: unit!.objects.map(({ id }) =>
        id
          .split('/')
          .filter((_, index) => index === 1 || index === 3)
          .join('/'),
      ),
      notes: unit!.notes,
      unit: unit!,
    };
  };

  it.each<[rule: string, revisions: string[], lists: string[], traffic: string, names: string[], notes: RegExp[]]>([
    [
      'are the written ones of the only revision that is listed',
      [raw(map, pods('nginx'), scaler('nginx', 'nginx'))],
      [on('app-v1')],
      '{}',
      ['ConfigMap/settings', 'Deployment/nginx', 'HorizontalPodAutoscaler/nginx'],
      [],
    ],
    [
      'have the suffix while two revisions have one',
      [raw(pods('nginx'), scaler('s', 'nginx')), raw(pods('nginx'), pods('beside'))],
      [on('app-v1'), on('app-v2')],
      '{}',
      ['Deployment/beside', 'Deployment/nginx-v1', 'Deployment/nginx-v2', 'HorizontalPodAutoscaler/s-v1'],
      [
        /^Deployment nginx of app-v1 is called nginx-v1: another revision that is listed has it, too$/,
        /^HorizontalPodAutoscaler s of app-v1 is called s-v1: another/,
        /^Deployment nginx of app-v2 is called nginx-v2: another/,
      ],
    ],
    [
      'have it with the ScaledObject of KEDA that scales them, which need not say that it scales Deployments',
      [raw(pods('a'), keda('s', 'a')), raw(pods('a'), keda('s', 'a'))].map((one, n) =>
        one.replace('image: a', `image: a${n}`),
      ),
      [on('app-v1'), on('app-v2')],
      '{}',
      ['Deployment/a-v1', 'Deployment/a-v2', 'ScaledObject/s-v1', 'ScaledObject/s-v2'],
      [/a-v1/, /s-v1/, /a-v2/, /s-v2/],
    ],
    [
      'have it, with what they scale, where two revisions have an autoscaler of one name',
      [raw(pods('a'), scaler('s', 'a')), raw(pods('b'), scaler('s', 'b'))],
      [on('app-v1'), on('app-v2')],
      '{}',
      ['Deployment/a-v1', 'Deployment/b-v2', 'HorizontalPodAutoscaler/s-v1', 'HorizontalPodAutoscaler/s-v2'],
      [/a-v1/, /s-v1/, /b-v2/, /s-v2/],
    ],
    [
      'are the written ones where two revisions have different ones',
      [raw(pods('a')), raw(pods('b'))],
      [on('app-v1'), on('app-v2')],
      '{}',
      ['Deployment/a', 'Deployment/b'],
      [],
    ],
    [
      'are the written ones of the next revision alone, too: it is updated in place',
      [raw(pods('nginx')), raw(pods('nginx'), map)],
      [on('app-v2')],
      '{}',
      ['ConfigMap/settings', 'Deployment/nginx'],
      [],
    ],
    [
      'have the suffix where traffic leads to them: the next revision must run beside this one',
      [raw(pods('nginx'))],
      [on('app-v1')],
      toRaw('app-v1'),
      ['Service/app-v1', 'Deployment/nginx-v1'],
      [/^Deployment nginx of app-v1 is called nginx-v1: traffic leads to it/],
    ],
  ])('%s', async (_, revisions, lists, traffic, names, notes) => {
    const found = await renderOf(revisions, lists, traffic);
    expect(found.names.filter((name) => !name.startsWith('Ingress'))).toEqual(names);
    expect(found.notes.filter((note) => note.includes('is called'))).toHaveLength(notes.length);
    for (const note of notes) expect(found.notes).toContainEqual(expect.stringMatching(note));
  });

  it('have the suffix where another deployment lists another revision of the application there, and nowhere else', async () => {
    const other = (revision: string) => deployment(on(revision)).replace('name: deploy', 'name: canary');
    const apps = async (revision: string) => {
      const last = fleetOf(app(raw(pods('nginx'), map)) + deployment(on('app-v1')) + other(revision) + local);
      const rendered = await renderFleet(cue(), fleetOf(app(raw(pods('nginx')))), last);
      return rendered.apps.map(({ name, objects }) => `${name}: ${objects.map(({ id }) => id).join(' ')}`);
    };
    expect(await apps('app-v2')).toEqual([
      'canary: /ConfigMap/default/settings apps/Deployment/default/nginx-v2',
      'deploy: apps/Deployment/default/nginx-v1',
    ]);
  });

  it('stand where objects name one another, and where replicas and revisions are told', async () => {
    const { unit } = await renderOf([raw(pods('nginx'), scaler('s', 'nginx'))], [on('app-v1', 'replicas: 3')]);
    const [deployed, scaling] = unit.objects;
    expect(unit.replicas.map(({ id, value, revision }) => [id, value, revision])).toEqual([
      ['apps/Deployment/default/nginx', 3, 'app-v1'],
    ]);
    expect(unit.objects.map(({ revision }) => revision)).toEqual(['app-v1', 'app-v1']);
    expect(scaling?.object['spec']).toMatchObject({ scaleTargetRef: { name: 'nginx' } });
    // A selector is fixed: what is updated in place names no revision in it.
    expect(deployed?.object['spec']).toMatchObject({ selector: { matchLabels: { app: 'nginx' } } });
    expect(JSON.stringify(deployed?.object['spec'])).not.toContain('app-v1');
  });
});
