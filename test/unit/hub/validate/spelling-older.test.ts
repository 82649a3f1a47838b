import { describe, expect, it } from 'vitest';
import { olderPath, olderSpelling } from '../../../../hub/validate/spelling-older.ts';
import { saidOf } from '../../../fixtures/hub/delivery.ts';

const of = (component: object, more: object = {}): Record<string, unknown> => ({
  kind: 'Application',
  spec: { components: [component], ...more },
});
const steps = (...list: object[]): object => ({ workflow: { steps: list } });

describe('an Application of an older release', () => {
  it.each<[rule: string, written: Record<string, unknown>, read: Record<string, unknown>]>([
    [
      'has settings for properties, and traits by name',
      of({ name: 'a', settings: { image: 'x' }, traits: [{ name: 'scaler', properties: { replicas: 2 } }] }),
      of({ name: 'a', properties: { image: 'x' }, traits: [{ type: 'scaler', properties: { replicas: 2 } }] }),
    ],
    [
      'exports keys',
      of({ outputs: [{ name: 'o', exportKey: 'output.x' }] }, steps({ outputs: [{ name: 'p', exportKey: 'y' }] })),
      of({ outputs: [{ name: 'o', valueFrom: 'output.x' }] }, steps({ outputs: [{ name: 'p', valueFrom: 'y' }] })),
    ],
    [
      'puts inputs into properties by their place in the component',
      of({
        inputs: [
          { from: 'o', parameterKey: 'properties.env[0].value' },
          { from: 'p', parameterKey: 'image' },
        ],
      }),
      of({
        inputs: [
          { from: 'o', parameterKey: 'env[0].value' },
          { from: 'p', parameterKey: 'image' },
        ],
      }),
    ],
    [
      'exports keys in groups',
      of({}, steps({ subSteps: [{ outputs: [{ name: 'p', exportKey: 'y' }] }] })),
      of({}, steps({ subSteps: [{ outputs: [{ name: 'p', valueFrom: 'y' }] }] })),
    ],
    [
      'keeps both where both are there',
      of({ settings: { a: 1 }, properties: { b: 1 } }),
      of({ settings: { a: 1 }, properties: { b: 1 } }),
    ],
  ])('%s', (_, written, read) => {
    expect(olderSpelling(written)).toEqual(read);
  });

  it('says where its members stand', () => {
    const written = of({ settings: { image: 1 }, traits: [{ name: 'scaler' }] });
    expect(olderPath(written, ['spec', 'components', 0, 'properties', 'image'])).toEqual([
      'spec',
      'components',
      0,
      'settings',
      'image',
    ]);
    expect(olderPath(written, ['spec', 'components', 0, 'traits', 0, 'type']).at(-1)).toBe('name');
    expect(olderPath(written, ['spec', 'components', 0, 'type']).at(-1)).toBe('type');
  });

  it('of v1alpha2 is read, and its problems stand where they are written', () => {
    const document = (trait: string): string =>
      `apiVersion: core.oam.dev/v1alpha2\nkind: Application\nmetadata: { name: a }\nspec:\n  components:\n    - name: web\n      type: webservice\n      settings: { image: x }\n      traits: [{ name: ${trait} }]\n`;
    expect(saidOf(document('scaler'))).toEqual([]);
    expect(saidOf(document('scalr'))).toEqual([
      'error[UNSUPPORTED] no trait type scalr; line 9 at name; did you mean scaler?',
    ]);
  });
});

describe('a member with nothing below it', () => {
  const said = (component: string, more = ''): readonly string[] =>
    saidOf(
      `kind: Application\nmetadata:\n  name: a\n  labels:\nspec:\n  components:\n    - name: web\n      type: webservice\n      properties: { image: x }\n      ${component}\n${more}`,
    );

  it.each(['traits:', 'dependsOn:', 'inputs:', 'outputs:', 'traits: [{ type: scaler, properties: }]'])(
    'says nothing: %s',
    (member) => {
      expect(said(member)).toEqual([]);
    },
  );

  it('says nothing of a step, and is not left out where it would say where the application goes', () => {
    expect(said('', '  workflow: { steps: [{ type: suspend, properties: , dependsOn: }] }\n')).toEqual([]);
    expect(said('', '  policies:\n')).toEqual([expect.stringContaining('spec.policies must be a list, and is empty')]);
    expect(said('', '  policies: [{ type: topology, properties: { clusters: } }]\n')).toEqual([
      expect.stringContaining('clusters must be a list, and is empty'),
    ]);
  });
});
