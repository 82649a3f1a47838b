import { describe, expect, it } from 'vitest';
import { withWorkloadReference } from '../../../../hub/render/workload-reference.ts';
import { app, linesOf, local, namesOf, objectOf, textsOf, useRenderer, web } from '../../../fixtures/hub/manifests.ts';

const { render } = useRenderer();
const workload = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } };
const reference = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

describe('the reference to a workload', () => {
  it.each<[rule: string, object: object, path: string | undefined, of: unknown, wanted: object]>([
    ['is where the definition says', { spec: { a: 1 } }, 'spec.ref', workload, { spec: { a: 1, ref: reference } }],
    ['may be deeper than the object', {}, 'spec.to.ref', workload, { spec: { to: { ref: reference } } }],
    ['stands in for what is there', { ref: { name: 'x' } }, 'ref', workload, { ref: reference }],
    ['is nowhere where the definition does not say', { a: 1 }, undefined, workload, { a: 1 }],
    ['is nowhere without a workload', { a: 1 }, 'ref', undefined, { a: 1 }],
  ])('%s', (_, object, path, of, wanted) => {
    expect(withWorkloadReference(object, path, of)).toEqual(wanted);
  });
});

const trait = (attributes: string) => `
kind: TraitDefinition
metadata: { name: own }
spec:
  ${attributes}
  schematic: { cue: { template: 'outputs: one: {apiVersion: "example.com/v1", kind: "One", metadata: name: context.name, spec: a: 1}' } }
---`;
const component = web('a', ', traits: [{ type: own }]');

describe('a trait', () => {
  it('with workloadRefPath says which workload it is about, beside other revisions, too', async () => {
    const [text = ''] = textsOf({ revisions: [component], lists: '1' });
    for (const [rendered, name] of [
      [await render(trait('workloadRefPath: spec.ref') + app(component) + local), 'web'],
      [await render(trait('workloadRefPath: spec.ref') + text), 'web-v1'],
    ] as const) {
      expect(linesOf(rendered)).toEqual([]);
      const { ref } = objectOf(rendered, `One/default/${name}`)['spec'] as { ref: object };
      expect(ref).toEqual({ ...reference, name });
      expect(namesOf(rendered, 'Deployment')).toEqual([name]);
    }
  });

  it('with manageWorkload stands in for the workload', async () => {
    const rendered = await render(trait('manageWorkload: true\n  workloadRefPath: spec.ref') + app(component) + local);
    expect(linesOf(rendered)).toEqual([]);
    expect([namesOf(rendered, 'Deployment'), namesOf(rendered, 'One')]).toEqual([[], ['web']]);
  });
});
