import { describe, expect, it } from 'vitest';
import type { Component } from '../../../../hub/model/documents.ts';
import { isNamed, patchComponents, type ComponentPatch } from '../../../../hub/policies/patch.ts';

const web: Component = {
  name: 'web',
  type: 'webservice',
  properties: { image: 'a', ports: [{ port: 1 }, { port: 2 }], limit: { cpu: 1, memory: 2 } },
  traits: [{ type: 'scaler', properties: { replicas: 1 } }, { type: 'expose' }],
};
const db: Component = { name: 'db', type: 'statefulset', properties: { image: 'p' } };
const patched = (patches: ComponentPatch[], selector: string[] | null = null) =>
  patchComponents([web, db], { patches, selector });
const only = (patch: ComponentPatch): Component | undefined => patched([{ name: 'web', ...patch }])[0];

describe('components that are patched', () => {
  it.each<[rule: string, patch: ComponentPatch, is: object]>([
    ['merge properties member by member', { properties: { limit: { cpu: 3 } } }, { limit: { cpu: 3, memory: 2 } }],
    ['replace lists', { properties: { ports: [{ port: 9 }] } }, { ports: [{ port: 9 }] }],
    ['replace a value by one of another form', { properties: { limit: 5 } }, { limit: 5 }],
  ])('%s', (_, patch, is) => {
    expect(only(patch)).toEqual({ ...web, properties: { ...web.properties, ...is } });
  });

  it.each<[rule: string, traits: NonNullable<ComponentPatch['traits']>, is: object[]]>([
    [
      'merge a trait that is there, in its place',
      [{ type: 'scaler', properties: { replicas: 5 } }],
      [{ type: 'scaler', properties: { replicas: 5 } }, { type: 'expose' }],
    ],
    ['lose one that is disabled', [{ type: 'scaler', disable: true }], [{ type: 'expose' }]],
    ['keep one that is named without properties', [{ type: 'scaler' }], [...(web.traits ?? [])]],
    ['get one that is new', [{ type: 'hpa' }], [...(web.traits ?? []), { type: 'hpa' }]],
    ['do without one that was never there', [{ type: 'hpa', disable: true }], [...(web.traits ?? [])]],
  ])('%s', (_, traits, is) => {
    expect(only({ traits })?.traits).toEqual(is);
  });

  it.each<[rule: string, patch: ComponentPatch, images: unknown[]]>([
    ['by name', { name: 'web' }, ['n', 'p']],
    ['by pattern', { name: 'w*' }, ['n', 'p']],
    ['by a pattern that all have', { name: '*b' }, ['n', 'n']],
    ['all without a name', {}, ['n', 'n']],
    ['those of a type without a name', { type: 'statefulset' }, ['a', 'n']],
    ['none for a name that only begins alike', { name: 'we' }, ['a', 'p']],
    ['none for a pattern that nothing has', { name: 'x*', type: 'worker' }, ['a', 'p']],
  ])('are meant %s', (_, patch, images) => {
    const result = patched([{ ...patch, properties: { image: 'n' } }]);
    expect(result.map(({ properties }) => properties?.['image'])).toEqual(images);
  });

  it('are all new with another type', () => {
    expect(only({ type: 'worker', properties: { image: 'w' } })).toEqual({
      name: 'web',
      type: 'worker',
      properties: { image: 'w' },
    });
  });

  it('are more with a name that is not there and a type', () => {
    const [, , added] = patched([
      { name: 'extra', type: 'worker', traits: [{ type: 'hpa' }, { type: 'x', disable: true }] },
    ]);
    expect(added).toEqual({ name: 'extra', type: 'worker', traits: [{ type: 'hpa' }] });
  });

  it('are patched in order, later patches seeing what earlier ones made', () => {
    const result = patched([
      { name: 'extra', type: 'worker', properties: { image: 'a' } },
      { name: 'extra', properties: { image: 'b' } },
    ]);
    expect(result[2]?.properties).toEqual({ image: 'b' });
  });

  it('stay where the selector has them', () => {
    expect(patched([], ['d*']).map(({ name }) => name)).toEqual(['db']);
    expect(patched([], []).map(({ name }) => name)).toEqual([]);
  });

  it('leave what they were made from as it was', () => {
    const before = structuredClone([web, db]);
    patched([{ properties: { image: 'n', limit: { cpu: 7 } }, traits: [{ type: 'scaler', disable: true }] }]);
    expect([web, db]).toEqual(before);
  });
});

it.each([
  ['web', 'web', true],
  ['web-2', 'web', false],
  ['web', 'w.b', false],
  ['web', '*', true],
  ['a-b-c', 'a*c', true],
  ['a-b-d', 'a*c', false],
])('%s is named by %s: %s', (name, pattern, is) => {
  expect(isNamed(name, pattern)).toBe(is);
});
