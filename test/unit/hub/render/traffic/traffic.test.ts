import { describe, expect, it } from 'vitest';
import {
  app,
  clusterWith,
  deployment,
  local,
  on,
  way,
  web,
  idsOf,
  objectOf,
  useRenderer,
} from '../../../../fixtures/hub/manifests.ts';
import { type RenderedWithProblems } from '../../../../fixtures/hub/rendering.ts';

const { render } = useRenderer();

describe('traffic', () => {
  const both = `${on('app-v1')}, ${on('app-v2')}`;
  const two = (traffic: string, capabilities: string, revisions = both): Promise<RenderedWithProblems> =>
    render(
      app(web()),
      app(web().replace('image: a', 'image: b')) + deployment(revisions, traffic) + clusterWith(capabilities),
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
      app(web()) + deployment(on('app-v1'), `{ http: [{ weightedTargets: [${way('app-v1')}] }] }`) + local,
    );
    expect(rendered.problems.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
      'warning TRAFFIC_UNAVAILABLE',
    ]);
    expect(rendered.apps[0]!.traffic).toEqual([]);
    expect(idsOf(rendered)).toEqual(['/Service/default/app-v1', 'apps/Deployment/default/web-v1']);
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
    expect(idsOf(rendered)).not.toContain('/Service/default/app-v1');
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
    const text = app(`${web()}, ${web().replace('name: web', 'name: api').replace('port: 80', 'port: 8080')}`);
    const traffic = `{ provider: none, http: [{ weightedTargets: [${way('app-v1')}] }, { weightedTargets: [${way('app-v1', '', 'api')}] }] }`;
    const rendered = await render(text + deployment(on('app-v1'), traffic) + local);
    expect(idsOf(rendered).filter((id) => id.startsWith('/Service'))).toEqual([
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
