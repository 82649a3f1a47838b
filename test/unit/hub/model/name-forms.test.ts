import { describe, expect, it } from 'vitest';
import { hasForm, isLabelValue, isQualified, labelFaults } from '../../../../hub/model/name-forms.ts';

describe('names', () => {
  it.each([
    ['label', 'web-1', true],
    ['label', 'web.one', false],
    ['label', 'x'.repeat(64), false],
    ['subdomain', 'web.one', true],
    ['subdomain', 'x'.repeat(254), false],
  ] as const)('%s %s', (form, name, isName) => expect(hasForm(form, name)).toBe(isName));
});

describe('labels', () => {
  it.each<[key: string, isKey: boolean]>([
    ['app', true],
    ['app.kubernetes.io/name', true],
    ['A/b', false],
    ['/b', false],
    ['a/', false],
    ['a/b/c', false],
    ['', false],
    ['a b', false],
    ['x'.repeat(64), false],
  ])('the key %j', (key, isKey) => {
    expect(isQualified(key)).toBe(isKey);
  });

  it.each<[value: string, isValue: boolean]>([
    ['', true],
    ['v1.2_b-C', true],
    ['a b', false],
    ['-a', false],
    ['x'.repeat(64), false],
  ])('the value %j', (value, isValue) => {
    expect(isLabelValue(value)).toBe(isValue);
  });

  it.each<[key: string, value: string, faults: number]>([
    ['team', 'blue', 0],
    ['team', 'dark blue', 1],
    ['te am', 'dark blue', 2],
  ])('%s=%s has what is wrong said', (key, value, faults) => {
    expect(labelFaults(key, value)).toHaveLength(faults);
  });
});
