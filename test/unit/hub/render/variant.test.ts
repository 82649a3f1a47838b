import { describe, expect, it } from 'vitest';
import { readingOf } from '../../../../hub/model/reading.ts';
import { pathInDocument, variantOf, withWords } from '../../../../hub/render/variant.ts';
import { delivered, applicationWith } from '../../../fixtures/hub/delivery.ts';

const override = (name: string, components: string): string =>
  `  - { name: ${name}, type: override, properties: { components: ${components} } }\n`;
const text = applicationWith(
  `policies:\n${override('image', '[{ name: db, properties: { image: pg:2 } }]')}${override('more', '[{ name: extra, type: worker }]')}`,
);
const { history } = delivered(text, [], { local: 'here' });
const record = history.revisions.get('default/app')![0]!;
const namesOf = (facts: Parameters<typeof variantOf>[1]): string[] =>
  variantOf(record, facts).record.application.spec.components.map(({ name }) => name);

describe('a variant of a revision', () => {
  it('is the revision itself where nothing is asked of it', () => {
    expect(variantOf(record, {})).toEqual({ key: '', record, paths: null });
  });

  it('is the same value for the same facts, and another for others', () => {
    const facts = { target: 'x', policies: ['image'] };
    expect(variantOf(record, facts).record).toBe(variantOf(record, { ...facts }).record);
    const keys = [{}, facts, { target: 'x' }, { policies: ['image'] }, { components: ['web'] }, { policies: ['more'] }];
    expect(new Set(keys.map((one) => variantOf(record, one).key)).size).toBe(keys.length);
  });

  it('has the overrides, the components and the namespace that are asked for', () => {
    const { record: made } = variantOf(record, { target: 'x', policies: ['image'], components: ['db'] });
    expect(made.application.metadata.namespace).toBe('x');
    expect(made.application.spec.components).toEqual([
      { name: 'db', type: 'statefulset', properties: { image: 'pg:2' } },
    ]);
    expect(namesOf({ policies: ['more', 'image'] })).toEqual(['web', 'db', 'extra']);
    expect(record.application.spec.components).toHaveLength(2);
  });

  it('knows where its components stand in the document', () => {
    const variant = variantOf(record, { policies: ['more'], components: ['db', 'extra'] });
    const at = (path: (string | number)[]) => pathInDocument(variant, path).join('.');
    expect(at(['spec', 'components', 0, 'properties', 'image'])).toBe('spec.components.1.properties.image');
    expect(at(['spec', 'components', 1, 'name'])).toBe('spec.policies');
    expect(at(['metadata', 'name'])).toBe('metadata.name');
    expect(pathInDocument({ paths: null }, ['spec', 'components', 0])).toEqual(['spec', 'components', 0]);
  });

  it('has what steps bring as objects, and what they read as references, each object once', () => {
    const read = { apiVersion: 'v1', kind: 'Service', name: 'db' };
    const written = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
    const objects = [written, readingOf(read, ['/status']), readingOf(read, ['/spec', '/status'])];
    const { record: made, paths } = variantOf(record, { components: [], objects });
    expect(made.application.spec.components).toEqual([
      { name: 'workflow-objects', type: 'k8s-objects', properties: { objects: [written] } },
      { name: 'workflow-reads', type: 'ref-objects', properties: { objects: [read] }, asks: [['/status', '/spec']] },
    ]);
    expect(paths).toEqual([
      ['spec', 'workflow'],
      ['spec', 'workflow'],
    ]);
    const types = ['k8s-objects', 'ref-objects'].map((type) => `ComponentDefinition/${type}`);
    expect(Object.keys(made.definitions)).toEqual(expect.arrayContaining(types));
  });

  it('pins the definitions of what its policies add', () => {
    expect(Object.keys(record.definitions)).toContain('ComponentDefinition/worker');
  });

  it('says its overrides', () => {
    expect([withWords({}), withWords({ policies: ['a', 'b/c'] })]).toEqual(['', ' with a, b/c']);
  });
});
