import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../../../shared/errors.ts';
import { groupOf, idOf, isSecret, parseObjectId, versionOf } from '../../../../shared/model/object.ts';
import { matchesLabels, unmatchedLabels } from '../../../../shared/model/selector.ts';
import { worstHealth } from '../../../../shared/model/health.ts';

describe('a Secret', () => {
  it.each([
    ['v1', 'Secret', true],
    ['v2', 'Secret', true],
    ['x.io/v1', 'Secret', false],
    ['v1', 'ConfigMap', false],
  ])('is one of the core group in any version: %s %s', (apiVersion, kind, is) => {
    expect(isSecret({ apiVersion, kind })).toBe(is);
  });
});

describe('object identity', () => {
  it.each([
    ['v1', 'Service', 'default', '/Service/default/web'],
    ['apps/v1', 'Deployment', 'default', 'apps/Deployment/default/web'],
    ['rbac.authorization.k8s.io/v1', 'ClusterRole', undefined, 'rbac.authorization.k8s.io/ClusterRole//web'],
  ])('of %s %s has no version and reads back', (apiVersion, kind, namespace, id) => {
    expect(
      idOf({ apiVersion, kind, metadata: { name: 'web', ...(namespace === undefined ? {} : { namespace }) } }),
    ).toBe(id);
    expect(parseObjectId(id)).toEqual({ group: groupOf(apiVersion), kind, namespace: namespace ?? '', name: 'web' });
  });

  it.each(['', 'a', 'a/b/c', 'a/b/c/d/e', '//default/x', '/Service/default/'])('refuses %j', (id) => {
    expect(() => parseObjectId(id)).toThrow(SluiceError);
  });

  it('splits an apiVersion', () => {
    expect([groupOf('v1'), versionOf('v1'), groupOf('a.b/v2'), versionOf('a.b/v2')]).toEqual(['', 'v1', 'a.b', 'v2']);
  });
});

describe('selectors', () => {
  it.each([
    [{}, { a: '1' }, []],
    [{ a: '1' }, { a: '1', b: '2' }, []],
    [{ a: '1', c: '3' }, { a: '2' }, ['a=1', 'c=3']],
    [{ toString: 'x' }, {}, ['toString=x']],
  ])('%j against %j leaves %j', (wanted, labels, missing) => {
    expect(unmatchedLabels(wanted, labels)).toEqual(missing);
    expect(matchesLabels(wanted, labels)).toBe(missing.length === 0);
  });
});

describe('health words', () => {
  it('lets the worst win', () => {
    expect(worstHealth([])).toBe('Healthy');
    expect(worstHealth(['Healthy', 'Progressing'])).toBe('Progressing');
    expect(worstHealth(['Degraded', 'Healthy', 'Stale'])).toBe('Degraded');
  });
});
