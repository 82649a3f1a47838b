import { describe, expect, it } from 'vitest';
import { providers, routesOf } from '../../../../../agent/live/providers/list.ts';
import type { KubeObject } from '../../../../../shared/model/object.ts';
import { providerNames } from '../../../../../shared/model/traffic.ts';

const object = (apiVersion: string, kind: string, spec: unknown): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'app', namespace: 'ns' },
  spec,
});
const service = (name: string, namespace = 'ns'): string => `/Service/${namespace}/${name}`;
const path = (name: string) => ({ path: '/', backend: { service: { name } } });

describe('the backends of a live traffic object', () => {
  it('can be read for every provider of the table', () => {
    expect(providers.map(({ name }) => name)).toEqual(providerNames);
  });

  it.each<[string, KubeObject, readonly (readonly [rule: number, service: string, weight: number])[]]>([
    [
      'of a VirtualService: hosts that name a namespace or none, and all traffic where no weight is written',
      object('networking.istio.io/v1', 'VirtualService', {
        http: [
          {
            route: [
              { destination: { host: 'a' }, weight: 30 },
              { destination: { host: 'b.other.svc.cluster.local' }, weight: 70 },
            ],
          },
          { route: [{ destination: { host: 'a' } }] },
        ],
      }),
      [
        [0, service('a'), 30],
        [0, service('b', 'other'), 70],
        [1, service('a'), 100],
      ],
    ],
    [
      'of an HTTPRoute: references with a namespace or without, and 1 where no weight is written',
      object('gateway.networking.k8s.io/v1', 'HTTPRoute', {
        rules: [
          {
            backendRefs: [
              { name: 'a', weight: 30 },
              { name: 'b', namespace: 'other' },
            ],
          },
        ],
      }),
      [
        [0, service('a'), 30],
        [0, service('b', 'other'), 1],
      ],
    ],
    [
      'of an Ingress: each Service once, whatever hosts and paths lead there',
      object('networking.k8s.io/v1', 'Ingress', {
        rules: [{ http: { paths: [path('a'), path('b')] } }, { http: { paths: [path('a'), { backend: {} }] } }],
      }),
      [
        [0, service('a'), 100],
        [0, service('b'), 100],
      ],
    ],
    ['of a VirtualService that says nothing', object('networking.istio.io/v1', 'VirtualService', {}), []],
  ])('%s', (_, live, expected) => {
    expect(routesOf(live)).toEqual(expected.map(([rule, name, weight]) => ({ rule, service: name, weight })));
  });

  it('are null for an object that leads no traffic', () => {
    expect(routesOf(object('v1', 'Service', {}))).toBeNull();
    expect(routesOf(object('extensions/v1beta1', 'Ingress', {}))).toBeNull();
  });
});
