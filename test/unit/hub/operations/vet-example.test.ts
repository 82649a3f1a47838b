import { expect, it } from 'vitest';
import { builtinDefinitions } from '../../../../hub/definitions/catalog.ts';
import { examples } from '../../../../hub/definitions/examples.ts';
import type { Definition } from '../../../../hub/model/documents.ts';
import { applicationOf } from '../../../../hub/operations/vet-example.ts';

const made = { sample: { a: 'example' }, examples, builtins: builtinDefinitions };
const place = { path: 'mine.yaml', line: 1, column: 1 };
const sourced = (kind: Definition['kind'], appliesToWorkloads: string[] = [], annotations = {}) => ({
  doc: {
    apiVersion: 'core.oam.dev/v1beta1',
    kind,
    metadata: { name: 'mine', annotations },
    spec: { appliesToWorkloads },
  },
  commit: '',
  place,
  locate: (path: readonly (string | number)[]) => ({ ...place, line: path.includes('annotations') ? 5 : 3 }),
});
const given = { value: { a: 'b' }, place, locate: () => ({ ...place, path: 'given.yaml' }) };

it('makes a component of the type, with the properties that are given first', () => {
  const doc = sourced('ComponentDefinition', [], { 'sluice.dev/example': 'a: c' });
  const componentOf = (parameter: typeof given | null, one = doc) =>
    applicationOf(one, parameter, made).application.doc.spec.components[0];
  expect(componentOf(given)).toEqual({ name: 'example', type: 'mine', properties: { a: 'b' } });
  expect(componentOf(null)).toEqual({ name: 'example', type: 'mine', properties: { a: 'c' } });
  expect(componentOf(null, sourced('ComponentDefinition'))).toMatchObject({ properties: { a: 'example' } });
});

it.each([
  [[], 'webservice'],
  [['*'], 'webservice'],
  [['statefulsets.apps'], 'statefulset'],
  [['cronjobs.batch'], 'cron-task'],
  [['daemon'], 'daemon'],
  [['our-own.example.com'], 'webservice'],
])('puts a trait that applies to %j on a %s', (applies, type) => {
  const { application } = applicationOf(sourced('TraitDefinition', applies), null, made);
  expect(application.doc.spec.components[0]).toMatchObject({
    type,
    traits: [{ type: 'mine', properties: { a: 'example' } }],
  });
});

it('places what is wrong with properties where those are from', () => {
  const at = (parameter: typeof given | null, annotations = {}) =>
    applicationOf(sourced('ComponentDefinition', [], annotations), parameter, made).application.locate;
  const path = ['spec', 'components', 0, 'properties', 'a'];
  expect(at(given)(path)).toEqual({ ...place, path: 'given.yaml' });
  expect(at(null, { 'sluice.dev/example': 'a: c' })(path)).toEqual({ ...place, line: 5 });
  expect(at(null)(path)).toEqual({ ...place, line: 3 });
  expect(at(given)(['spec', 'components', 0])).toEqual({ ...place, line: 3 });
  expect(() => at(null, { 'sluice.dev/example': 'a: [' })).toThrow('is not YAML');
});

it('makes a policy of the type, and places what is wrong with it', () => {
  const { application } = applicationOf(sourced('PolicyDefinition'), given, made);
  expect(application.doc.spec).toEqual({
    components: [],
    policies: [{ name: 'example', type: 'mine', properties: { a: 'b' } }],
  });
  expect(application.locate(['spec', 'policies', 0, 'properties', 'a'])).toEqual({ ...place, path: 'given.yaml' });
});
