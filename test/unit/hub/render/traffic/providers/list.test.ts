import { describe, expect, it } from 'vitest';
import { providers } from '../../../../../../hub/render/traffic/providers/list.ts';
import type { TrafficHeader } from '../../../../../../hub/render/traffic/providers/provider.ts';
import type { Backend, Rule } from '../../../../../../hub/render/traffic/rules.ts';
import { groupOf } from '../../../../../../shared/model/object.ts';
import { providerNames, providerOf } from '../../../../../../shared/model/traffic.ts';

const header: TrafficHeader = {
  metadata: { name: 'deploy', namespace: 'ns' },
  hosts: ['app.example.com'],
  gateways: ['ns/gateway'],
  className: 'internal',
};
const backend = (revision: string, weight: number, more: Partial<Backend> = {}): Backend => ({
  revision,
  component: 'web',
  service: revision,
  port: 80,
  weight,
  ...more,
});
const rules: readonly Rule[] = [
  { match: [{ uri: { prefix: '/' } }], backends: [backend('app-v1', 70), backend('app-v2', 30)] },
];
const named = (name: string) => providers.find((provider) => provider.name === name)!;

describe('the renderers of traffic', () => {
  it('are those of the table, in its order', () => {
    expect(providers.map(({ name }) => name)).toEqual(providerNames);
  });

  it.each(providers)('$name writes the kind of the table, and a pointer to each weight where it has weights', (one) => {
    const facts = providerOf(one.name);
    const shape = one.render(header, rules);
    if ('fault' in shape) throw new Error(shape.fault);
    const { object, pointer } = shape;
    expect([groupOf(object.apiVersion), object.kind]).toEqual([facts.group, facts.kind]);
    expect(object.apiVersion).toBe(`${facts.group}/${facts.version}`);
    expect(pointer !== null).toBe(facts.hasWeights);
    if (pointer === null) return;
    const at = (path: string): unknown =>
      path
        .slice(1)
        .split('/')
        .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], object);
    expect([at(pointer(0, 0)), at(pointer(0, 1))]).toEqual([70, 30]);
  });

  it.each<[string, string, Partial<TrafficHeader>, readonly Rule[], string]>([
    ['istio', 'neither host nor gateway', { hosts: [], gateways: [] }, rules, 'Istio needs a host, or a gateway'],
    ['gateway-api', 'no gateway', { gateways: [] }, rules, 'Gateway API needs a gateway'],
    [
      'gateway-api',
      'a method that HTTP has not',
      {},
      [{ match: [{ method: 'FETCH' }], backends: [backend('app-v1', 100)] }],
      'Gateway API matches a method exactly, and only those of HTTP',
    ],
    [
      'ingress',
      'a match of a header',
      {},
      [{ match: [{ uri: { prefix: '/' }, headers: {} }], backends: [backend('app-v1', 100)] }],
      'an Ingress cannot match headers or methods',
    ],
    [
      'ingress',
      'a match without a path',
      {},
      [{ match: [{}], backends: [backend('app-v1', 100)] }],
      'an Ingress needs a uri in every match',
    ],
    [
      'ingress',
      'a regular expression',
      {},
      [{ match: [{ uri: { regex: '/a.*' } }], backends: [backend('app-v1', 100)] }],
      'an Ingress cannot match a regex',
    ],
    [
      'ingress',
      'a match that leads to two ports',
      {},
      [{ match: [{ uri: { exact: '/' } }], backends: [backend('app-v1', 50), backend('app-v2', 50, { port: 81 })] }],
      'an Ingress has one Service a path, so a rule with a match needs targets of one component and one port',
    ],
    [
      'ingress',
      'two targets of one revision without a match',
      {},
      [{ match: [], backends: [backend('app-v1', 50), backend('app-v1', 50, { component: 'api' })] }],
      'an Ingress has one path a revision, so a rule without a match needs one target a revision',
    ],
  ])('%s says why it cannot write %s', (name, _, more, some, fault) => {
    expect(named(name).render({ ...header, ...more }, some)).toMatchObject({ fault });
  });
});
