import { describe, expect, it } from 'vitest';
import type { Component } from '../../../../hub/model/documents.ts';
import { refusalsOf, type Origin, type Security } from '../../../../hub/render/refusals.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';

const path = ['spec', 'components', 0];
const object = (data: object): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data });
const component = (properties: Record<string, unknown>, traits: Component['traits'] = []): Component => ({
  name: 'web',
  type: 'own',
  properties,
  traits,
});
const faults = (one: KubeObject, origin: Partial<Origin>) =>
  refusalsOf(one, { component: component({}), path, ...origin }).faults.map((fault) => [
    fault.path.join('.'),
    fault.message,
  ]);

describe('what an API server would refuse of an object', () => {
  it('is told at the component that makes it', () => {
    expect(faults(object({ a: 2 }), {})).toEqual([
      ['spec.components.0', 'Kubernetes would refuse ConfigMap a: data.a must be text, and is a number'],
    ]);
  });

  it.each<[rule: string, component: Component, place: string]>([
    [
      'the only property with that value',
      component({ list: [{ value: 2 }] }),
      'spec.components.0.properties.list.0.value',
    ],
    [
      'the only property of a trait with that value',
      component({}, [{ type: 't', properties: { value: 2 } }]),
      'spec.components.0.traits.0.properties.value',
    ],
    ['the component where two properties have it', component({ a: 2, b: 2 }), 'spec.components.0'],
    ['the component where none has it', component({ a: 3 }), 'spec.components.0'],
  ])('is told at %s', (_, one, place) => {
    expect(faults(object({ a: 2 }), { component: one }).map(([at]) => at)).toEqual([place]);
  });

  it('is told once for a property that a template used twice, and each time where there is no property', () => {
    const twice = object({ a: 2, b: 2 });
    expect(faults(twice, { component: component({ value: 2 }) })).toHaveLength(1);
    expect(faults(twice, {})).toHaveLength(2);
  });

  it('is told in its own manifest where it has one', () => {
    const inline = { value: {}, path: [...path, 'properties', 'objects', 1], origin: 'objects[1]' };
    expect(faults(object({ a: 2 }), { manifest: inline })[0]?.[0]).toBe(
      'spec.components.0.properties.objects.1.data.a',
    );
    const file = { ...inline, origin: 'm.yaml:3', locate: () => ({ path: 'm.yaml', line: 7, column: 3 }) };
    const [fault] = refusalsOf(object({ a: 2 }), { component: component({}), path, manifest: file }).faults;
    expect([fault?.place, fault?.message.endsWith(' (m.yaml:3)')]).toEqual([
      { path: 'm.yaml', line: 7, column: 3 },
      true,
    ]);
  });

  it('is nothing of an object that is taken', () => {
    expect(refusalsOf(object({ a: 'x' }), { component: component({}), path })).toEqual({
      faults: [],
      warnings: [],
      removed: [],
    });
  });
});

describe('what a policy of type security does not allow', () => {
  const pod = (spec: object): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec });
  const secret = (more: object): KubeObject => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, ...more });
  const privileged = pod({ containers: [{ name: 'c', image: 'i:1', securityContext: { privileged: true } }] });
  const origin = { component: component({}), path };
  const policy = (more: Partial<Security>): Security => ({
    kind: 'security',
    pods: null,
    plainSecrets: false,
    ...more,
  });

  it.each<[string, KubeObject, Partial<Security>, readonly string[]]>([
    [
      'what a pod may not have',
      privileged,
      { pods: 'baseline' },
      [
        'the policy security (pods: baseline) does not allow Pod a: spec.containers[0].securityContext.privileged is true',
      ],
    ],
    ['nothing of pods where no standard is named', privileged, {}, []],
    [
      'a Secret with values',
      secret({ data: { a: 'eA==' } }),
      {},
      ['the policy security does not allow Secret a: data has values as they are, in the config repository'],
    ],
    ['a Secret that the server fills', secret({ type: 'kubernetes.io/service-account-token', data: {} }), {}, []],
    ['a Secret where that is meant', secret({ data: { a: 'eA==' } }), { plainSecrets: true }, []],
  ])('is %s', (_, one, more, messages) => {
    expect(refusalsOf(one, origin, policy(more)).faults.map(({ message }) => message)).toEqual(messages);
    expect(refusalsOf(one, origin).faults).toEqual([]);
  });

  it('is told in the manifest that has it', () => {
    const manifest = { value: {}, path: [...path, 'properties', 'objects', 0], origin: 'objects[0]' };
    const { faults: found } = refusalsOf(privileged, { ...origin, manifest }, policy({ pods: 'baseline' }));
    expect(found.map((fault) => fault.path.join('.'))).toEqual([
      'spec.components.0.properties.objects.0.spec.containers.0.securityContext.privileged',
    ]);
  });
});
