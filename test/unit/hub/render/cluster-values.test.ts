import { describe, expect, it } from 'vitest';
import { clusterValues, valuesKey } from '../../../../hub/render/cluster-values.ts';
import { revisionRecord } from '../../../fixtures/hub/facts.ts';

const recordOf = (template: string) => ({
  ...revisionRecord('default/app', 1),
  definitions: {
    'TraitDefinition/t': {
      kind: 'TraitDefinition' as const,
      type: 't',
      template,
      inPlace: false,
      appliesToWorkloads: [],
    },
  },
});
const target = { name: 'one', labels: { zone: 'a' }, kubernetes: 'v1.30.1' };
const version = { major: '1', minor: 30, gitVersion: 'v1.30.1', platform: '' };

describe('what a revision reads of a cluster', () => {
  it.each<[rule: string, template: string, values: object | null, unreported: object | null]>([
    ['is nothing for most', 'patch: metadata: labels: a: context.name', {}, {}],
    ['is its name', 'patch: metadata: labels: a: context.cluster', { cluster: 'one' }, { cluster: 'one' }],
    [
      'is its labels',
      'patch: metadata: labels: context.clusterLabels',
      { clusterLabels: { zone: 'a' } },
      { clusterLabels: { zone: 'a' } },
    ],
    ['is its version', 'if context.clusterVersion.minor < 23 {patch: {}}', { clusterVersion: version }, null],
    ['is its version in brackets', 'a: context["clusterVersion"].minor', { clusterVersion: version }, null],
    [
      'is all of it where the context is taken as a whole, which asks for none',
      'let all = context\npatch: metadata: labels: a: all.name',
      { cluster: 'one', clusterLabels: { zone: 'a' }, clusterVersion: version },
      { cluster: 'one', clusterLabels: { zone: 'a' } },
    ],
  ])('%s', (_, template, values, unreported) => {
    const record = recordOf(template);
    const unknown = { name: target.name, labels: target.labels };
    expect(clusterValues(record, target)).toEqual(values);
    expect(clusterValues(record, unknown)).toEqual(unreported);
  });

  it('has a name that is the same where it is the same', () => {
    const record = recordOf('if context.clusterVersion.minor < 23 {patch: {}}');
    const keyOn = (name: string, kubernetes: string) =>
      valuesKey(clusterValues(record, { ...target, name, kubernetes }) ?? {});
    expect(keyOn('one', 'v1.30.1')).toBe(keyOn('two', 'v1.30.1'));
    expect(keyOn('one', 'v1.30.1')).not.toBe(keyOn('one', 'v1.22.0'));
    expect(valuesKey(clusterValues(recordOf('patch: {}'), target)!)).toBe('');
  });
});
