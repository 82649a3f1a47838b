import { describe, expect, it } from 'vitest';
import {
  attributesOf,
  conflictWith,
  noAttributes,
  templateOf,
  workloadAttributesOf,
} from '../../../../hub/definitions/attributes.ts';
import { definition } from '../../../../hub/model/documents.ts';

const trait = (spec: object, metadata: object = {}) =>
  definition.parse({ apiVersion: 'a/v1', kind: 'TraitDefinition', metadata: { name: 'gold', ...metadata }, spec });
const cue = (template: string) => ({ schematic: { cue: { template } } });

describe('the template of a definition', () => {
  it.each<[rule: string, spec: object, template: string]>([
    ['is that of its schematic', cue('patch: {}'), 'patch: {}'],
    ['may be that of its extension', { extension: { template: 'patch: {}' } }, 'patch: {}'],
    ['is that of its schematic before', { ...cue('a: 1'), extension: { template: 'b: 2' } }, 'a: 1'],
    ['is empty where there is none', { extension: { template: 7 } }, ''],
    ['is empty for a chart', { schematic: { helm: {} } }, ''],
  ])('%s', (_, spec, template) => {
    expect(templateOf(trait(spec))).toBe(template);
  });
});

describe('what a definition says of itself', () => {
  it('is nothing for most', () => {
    expect(attributesOf(trait(cue('patch: {}')))).toEqual(noAttributes);
  });

  it('are its conflicts, its labels and its resource', () => {
    const spec = { ...cue('patch: {}'), conflictsWith: ['a', 7], definitionRef: { name: 'golds.example.com' } };
    expect(attributesOf(trait(spec, { labels: { a: 'b' } }))).toEqual({
      conflictsWith: ['a'],
      labels: { a: 'b' },
      resource: 'golds.example.com',
      unusable: null,
    });
  });

  it.each<[rule: string, spec: object, member: string | null | undefined]>([
    ['it is for the control plane alone', { ...cue('patch: {}'), controlPlaneOnly: true }, 'controlPlaneOnly'],
    ['it asks a server', cue('processing: {\n  output: token?: string\n  http: {method: *"GET" | string}\n}'), null],
    ['it asks a server in the old place', { extension: { template: 'processing:\n  http: url: "x"' } }, null],
    ['nothing: it is not for the control plane alone', { ...cue('patch: {}'), controlPlaneOnly: false }, undefined],
    ['nothing: it has a property of that name', cue('parameter: processing: {http: string}'), undefined],
  ])('may be why it cannot be used: %s', (_, spec, member) => {
    expect(attributesOf(trait(spec)).unusable?.member).toBe(member);
  });
});

describe('a conflict of traits', () => {
  const other = { labels: { tier: 'gold' }, resource: 'services.k8s.io' };

  it.each<[rule: string, list: readonly string[], entry: string | null]>([
    ['is by name', ['service'], 'service'],
    ['is by resource', ['services.k8s.io'], 'services.k8s.io'],
    ['is by group', ['a', '*.k8s.io'], '*.k8s.io'],
    ['is by label', ['labelSelector:tier=gold'], 'labelSelector:tier=gold'],
    ['is not by another name', ['services', 'ervice'], null],
    ['is not by another group', ['*.networking.k8s.io'], null],
    ['is not by another label', ['labelSelector:tier=iron', 'labelSelector:'], null],
    ['is not without a list', [], null],
  ])('%s', (_, list, entry) => {
    expect(conflictWith(list, 'service', other)).toBe(entry);
  });

  it('is not by what the other one does not say', () => {
    expect(conflictWith(['*.k8s.io', 'x.k8s.io'], 'service', noAttributes)).toBeNull();
  });
});

describe('what a trait says of the workload', () => {
  it.each<[spec: object, attributes: object]>([
    [
      { workloadRefPath: 'spec.ref', manageWorkload: true },
      { workloadRefPath: 'spec.ref', manageWorkload: true },
    ],
    [{ workloadRefPath: '', manageWorkload: false }, {}],
    [{ workloadRefPath: 7, manageWorkload: 'true' }, {}],
  ])('is read: %j', (spec, attributes) => {
    expect(workloadAttributesOf(trait(spec))).toEqual(attributes);
    expect(workloadAttributesOf({ ...trait(spec), kind: 'ComponentDefinition' })).toEqual({});
  });
});
