import { describe, expect, it } from 'vitest';
import { traffic, type Traffic } from '../../../../../hub/model/documents.ts';
import { rulesOn } from '../../../../../hub/render/traffic/rules.ts';
import { providerOf } from '../../../../../shared/model/traffic.ts';

const target = (revision: number, weight?: number) => ({
  revisionName: `app-v${revision}`,
  componentName: 'web',
  port: 80,
  ...(weight !== undefined && { weight }),
});
const rule = (...targets: readonly ReturnType<typeof target>[]) => ({ weightedTargets: targets });
const matched = (...targets: readonly ReturnType<typeof target>[]) => ({
  match: [{ uri: { prefix: '/' } }],
  weightedTargets: targets,
});

function rules(
  http: readonly unknown[],
  replicas: Readonly<Record<string, number | null>>,
  provider: 'istio' | 'ingress',
) {
  const placement = {
    replicas: new Map(Object.entries(replicas)),
    service: (revision: string) => revision,
    sharedService: () => 'app',
  };
  const read: Traffic = traffic.parse({ http });
  const { rules: found, notes } = rulesOn(read, placement, providerOf(provider));
  return { found: found.map(({ backends }) => backends.map(({ service, weight }) => `${service} ${weight}`)), notes };
}

describe('the rules of a cluster', () => {
  it.each([
    [
      'weights as they are written',
      [rule(target(1, 90), target(2, 10))],
      { 'app-v1': 5, 'app-v2': 5 },
      ['app-v1 90', 'app-v2 10'],
    ],
    [
      'replicas where there are no weights',
      [rule(target(1), target(2))],
      { 'app-v1': 3, 'app-v2': 1 },
      ['app-v1 75', 'app-v2 25'],
    ],
    [
      'one replica where the placement sets none',
      [rule(target(1), target(2))],
      { 'app-v1': null, 'app-v2': 1 },
      ['app-v1 50', 'app-v2 50'],
    ],
  ])('have %s', (_, http, replicas, backends) => {
    expect(rules(http, replicas, 'istio')).toEqual({ found: [backends], notes: [] });
  });

  it('leave out what is not placed there, and raise the other weights to 100', () => {
    const http = [rule(target(1, 60), target(2, 20), target(3, 20)), rule(target(3))];
    expect(rules(http, { 'app-v1': 1, 'app-v2': 1 }, 'istio')).toEqual({
      found: [['app-v1 75', 'app-v2 25']],
      notes: [
        'traffic rule 1: app-v3 is not placed here, the other weights are raised to 100',
        'traffic rule 2 is left out: none of its revisions is placed here',
      ],
    });
  });

  it('lead to the Service over all revisions where a provider has no weights and a rule has matches', () => {
    const http = [matched(target(1, 90), target(2, 10)), rule(target(1), target(2))];
    expect(rules(http, { 'app-v1': 1, 'app-v2': 3 }, 'ingress')).toEqual({
      found: [
        ['app 25', 'app 75'],
        ['app-v1 25', 'app-v2 75'],
      ],
      notes: ['traffic rule 1: an Ingress has no weights, the replicas decide the split'],
    });
  });

  it('lead to a Service for each revision where a provider has weights', () => {
    expect(rules([matched(target(1, 90), target(2, 10))], { 'app-v1': 1, 'app-v2': 1 }, 'istio').found).toEqual([
      ['app-v1 90', 'app-v2 10'],
    ]);
  });
});
