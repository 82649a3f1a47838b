import { describe, expect, it } from 'vitest';
import { copiesOf } from '../../../../../agent/rollout/steps/copies.ts';
import { switchedServices } from '../../../../../agent/rollout/steps/services.ts';
import { canonicalPretty, digestOf } from '../../../../../shared/lib/canonical.ts';
import type { KubeObject } from '../../../../../shared/model/object.ts';
import { contentOf } from '../../../../../shared/wire/bundle.ts';
import { exampleApp, plainApp, type TestApp } from '../../../../fixtures/agent/apps.ts';
import { copyApp } from '../../../../fixtures/agent/copies.ts';

/** The Services that lead from one copy to the other, and where each leads while both serve. */
function switched(from: TestApp, to: TestApp, lost: readonly KubeObject[] = []) {
  const texts = new Map([...from.objects, ...to.objects].map((one) => [digestOf(canonicalPretty(one)), one]));
  const sides = { from: contentOf(from.app), to: contentOf(to.app) };
  const { components } = copiesOf(sides.from, sides.to, (digest) => texts.get(digest) ?? null)!;
  for (const one of lost) texts.delete(digestOf(canonicalPretty(one)));
  const found = switchedServices({ ...sides, components }, (digest) => texts.get(digest) ?? null);
  return (
    found?.map(({ id, component, both, wanted }) => ({
      service: `${id.split('/').at(-1)!} of ${component}`,
      both: both === null ? null : (JSON.parse(new TextDecoder().decode(both.bytes)) as KubeObject)['spec'],
      wanted: texts.get(wanted.digest)?.['spec'],
    })) ?? null
  );
}

const service = (name: string, selector: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { selector },
});

describe('a Service without weights', () => {
  it('2.12 leads to the pods of both copies by the labels that both have, with its own ports, until it changes', () => {
    expect(switched(copyApp({ name: 'reviews' }), copyApp({ name: 'reviews-v2', ports: [9080, 9081] }))).toEqual([
      {
        service: 'reviews of reviews',
        both: {
          selector: {
            'app.kubernetes.io/name': 'reviews',
            'app.kubernetes.io/component': 'reviews',
            'app.kubernetes.io/part-of': 'bookinfo',
          },
          ports: [{ port: 9080 }],
        },
        wanted: { selector: { 'app.oam.dev/component': 'reviews-v2' }, ports: [{ port: 9080 }, { port: 9081 }] },
      },
    ]);
  });

  it('never leads to both where only a label of others would', () => {
    const found = switched(copyApp({ name: 'reviews' }), copyApp({ name: 'reviews-v2', isKnown: false }));
    expect(found?.map(({ both }) => both)).toEqual([null]);
  });

  it.each<[string, TestApp, TestApp]>([
    ['that weights lead to', exampleApp([{ n: 1, replicas: 2, weight: 100 }]), exampleApp([])],
    ['that is the same in both', plainApp('a', [service('x', { a: 'b' })]), plainApp('a', [service('x', { a: 'b' })])],
    ['of nothing that moves', plainApp('a', [service('x', { a: 'b' })]), plainApp('a', [service('x', { a: 'c' })])],
    ['without a selector', plainApp('a', [service('x', {})]), plainApp('a', [service('x', { a: 'c' })])],
  ])('is not one %s', (_, from, to) => {
    expect(switched(from, to)).toEqual([]);
  });

  it('is not known while a text is not at hand', () => {
    const to = copyApp({ name: 'reviews-v2' });
    expect(switched(copyApp({ name: 'reviews' }), to, to.objects.slice(0, 1))).toBeNull();
    expect(switched(copyApp({ name: 'reviews' }), to, to.objects.slice(1))).toBeNull();
  });
});
