import { describe, expect, it } from 'vitest';
import { flooredScaler, mixedTraffic, withWeights } from '../../../../../agent/rollout/steps/mixed.ts';
import { digestOf } from '../../../../../shared/lib/canonical.ts';
import { idOf, type KubeObject } from '../../../../../shared/model/object.ts';
import { contentOf } from '../../../../../shared/wire/bundle.ts';
import { encode } from '../../../../../shared/wire/codec.ts';
import type { AppContent, TrafficTarget } from '../../../../../shared/wire/revision.ts';
import { plainApp } from '../../../../fixtures/agent/apps.ts';

type Rule = Readonly<Record<string, number>>;

const lists = {
  istio: { kind: 'VirtualService', group: 'networking.istio.io/v1', rules: 'http', backends: 'route' },
  'gateway-api': { kind: 'HTTPRoute', group: 'gateway.networking.k8s.io/v1', rules: 'rules', backends: 'backendRefs' },
} as const;

/** A content with one traffic object: each rule says what it matches, and the weight of each Service. */
function content(
  rules: readonly (readonly [match: string, Rule])[],
  provider: keyof typeof lists = 'istio',
  hasPointers = true,
): { readonly content: AppContent; readonly object: KubeObject } {
  const { kind, group, rules: list, backends } = lists[provider];
  const object: KubeObject = {
    apiVersion: group,
    kind,
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      [list]: rules.map(([match, services]) => ({
        match,
        [backends]: Object.entries(services).map(([name, weight]) => ({ name, weight })),
      })),
    },
  };
  const targets = rules.flatMap(([, services], rule) =>
    Object.entries(services).map(([name, weight], index): TrafficTarget => {
      const pointer = `/spec/${list}/${rule}/${backends}/${index}/weight`;
      const target = { rule, revision: name, component: 'web', service: `/Service/shop/${name}`, weight };
      return hasPointers ? { ...target, pointer } : target;
    }),
  );
  const { app } = plainApp('web', [object]);
  const objects = app.objects.map((one) => ({ ...one, digest: digestOf(encode(object)) }));
  return { object, content: { ...contentOf(app), objects, traffic: [{ provider, id: idOf(object), targets }] } };
}

/** The mixture as it is applied at so many percent: each rule with its backends and weights. */
function mixedAt(percent: number, from: ReturnType<typeof content>, to: ReturnType<typeof content>): unknown {
  const texts = [from.object, to.object];
  const objectOf = (digest: string) => texts.find((one) => digestOf(encode(one)) === digest) ?? null;
  const [mixed] = mixedTraffic(from.content, to.content, objectOf) ?? [];
  if (mixed === undefined) return null;
  const object = JSON.parse(Buffer.from(mixed.bytes).toString('utf8')) as { spec: Record<string, never> };
  const { targets } = withWeights(mixed, () => percent);
  for (const { pointer = '', weight } of targets) {
    const [, , list = '', rule = '', backends = '', index = ''] = pointer.split('/');
    (object.spec[list] as unknown as Record<string, Record<string, { weight: number }[]>>)[rule]![backends]![
      Number(index)
    ]!.weight = weight;
  }
  const [rules] = Object.values(object.spec) as unknown as [Record<string, unknown>[]];
  return rules.map(({ match, ...rest }) => {
    const [backends] = Object.values(rest) as [{ name: string; weight: number }[]];
    return `${match as string}: ${backends.map(({ name, weight }) => `${name} ${weight}`).join(', ')}`;
  });
}

describe('a traffic object that leads to both copies', () => {
  it.each<[string, number, Parameters<typeof content>, Parameters<typeof content>, readonly string[] | null]>([
    ['the first tenth', 10, [[['/', { v1: 100 }]]], [[['/', { v2: 100 }]]], ['/: v1 90, v2 10']],
    ['nothing yet', 0, [[['/', { v1: 100 }]]], [[['/', { v2: 100 }]]], ['/: v1 100, v2 0']],
    ['all of it', 100, [[['/', { v1: 100 }]]], [[['/', { v2: 100 }]]], ['/: v1 0, v2 100']],
    [
      'weights of the Gateway API',
      25,
      [[['/', { v1: 100 }]], 'gateway-api'],
      [[['/', { v2: 100 }]], 'gateway-api'],
      ['/: v1 75, v2 25'],
    ],
    ['a split that changes', 50, [[['/', { v1: 90, v2: 10 }]]], [[['/', { v1: 50, v2: 50 }]]], ['/: v1 70, v2 30']],
    [
      'of three, whole numbers that add up',
      50,
      [[['/', { v1: 67, v2: 33 }]]],
      [[['/', { v3: 100 }]]],
      ['/: v1 34, v2 16, v3 50'],
    ],
    [
      'rules in another order, each by what it matches',
      10,
      [
        [
          ['/a', { a1: 100 }],
          ['/b', { b1: 100 }],
        ],
      ],
      [
        [
          ['/b', { b2: 100 }],
          ['/a', { a2: 100 }],
        ],
      ],
      ['/a: a1 90, a2 10', '/b: b1 90, b2 10'],
    ],
    [
      'a rule that matches otherwise, at its place',
      10,
      [[['/a', { v1: 100 }]]],
      [[['/b', { v2: 100 }]]],
      ['/a: v1 90, v2 10'],
    ],
    [
      'a rule that goes stays as it serves',
      10,
      [
        [
          ['/a', { v1: 100 }],
          ['/b', { v1: 100 }],
        ],
      ],
      [[['/a', { v2: 100 }]]],
      ['/a: v1 90, v2 10', '/b: v1 100'],
    ],
    [
      'another provider: nothing before promotion',
      10,
      [[['/', { v1: 100 }]]],
      [[['/', { v2: 100 }]], 'gateway-api'],
      null,
    ],
    ['no weights: nothing before promotion', 10, [[['/', { v1: 100 }]], 'istio', false], [[['/', { v2: 100 }]]], null],
  ])('%s', (_, percent, from, to, expected) => {
    expect(mixedAt(percent, content(...from), content(...to))).toEqual(expected);
  });

  it('waits for a text that is not at hand', () => {
    expect(
      mixedTraffic(content([['/', { v1: 100 }]]).content, content([['/', { v2: 100 }]]).content, () => null),
    ).toBeNull();
  });
});

describe('the autoscaler of what serves', () => {
  const kinds = { hpa: ['autoscaling/v2', 'HorizontalPodAutoscaler'], keda: ['keda.sh/v1alpha1', 'ScaledObject'] };
  const scaler = (spec: object, [apiVersion = '', kind = ''] = kinds.hpa): KubeObject => ({
    ...{ apiVersion, kind, metadata: { name: 'web', namespace: 'shop' } },
    spec,
  });
  it.each<[string, object, number, object]>([
    ['without a least number', { maxReplicas: 20 }, 10, { minReplicas: 10, maxReplicas: 20 }],
    ['with a lower one', { minReplicas: 2, maxReplicas: 20 }, 10, { minReplicas: 10, maxReplicas: 20 }],
    ['with a higher one', { minReplicas: 12, maxReplicas: 20 }, 10, { minReplicas: 12, maxReplicas: 20 }],
    ['with a limit below what served', { minReplicas: 2, maxReplicas: 5 }, 10, { minReplicas: 10, maxReplicas: 10 }],
  ])('%s keeps what served', (_, spec, total, expected) => {
    const { app } = plainApp('web', [scaler(spec)]);
    const made = flooredScaler(app.objects[0]!, total, () => scaler(spec));
    expect(JSON.parse(Buffer.from(made!.bytes).toString('utf8'))).toMatchObject({ spec: expected });
    expect(made!.object.digest).toBe(digestOf(made!.bytes));
  });

  it.each<[string, object, number, object]>([
    ['without bounds', {}, 10, { minReplicaCount: 10, maxReplicaCount: 100 }],
    ['with a limit below what served', { maxReplicaCount: 5 }, 10, { minReplicaCount: 10, maxReplicaCount: 10 }],
  ])('of KEDA, %s, keeps it in the fields of its own', (_, spec, total, expected) => {
    const { app } = plainApp('web', [scaler(spec, kinds.keda)]);
    const made = flooredScaler(app.objects[0]!, total, () => scaler(spec, kinds.keda));
    expect((JSON.parse(Buffer.from(made!.bytes).toString('utf8')) as KubeObject)['spec']).toEqual(expected);
  });
});
