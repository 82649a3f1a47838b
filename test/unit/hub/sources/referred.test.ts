import { describe, expect, it } from 'vitest';
import type { Component } from '../../../../hub/model/documents.ts';
import { sourceOf } from '../../../../hub/sources/list.ts';
import { namedIn, referredSource, refersTo } from '../../../../hub/sources/referred.ts';

const component = (...objects: readonly unknown[]): Component => ({
  name: 'web',
  type: 'ref-objects',
  properties: { objects },
});
const path = ['spec', 'components', 0];
const faultsOf = async (one: Component) => {
  const found = await referredSource.manifests({ component: one, files: {}, path }, new AbortController().signal);
  return 'faults' in found ? found.faults : [];
};

describe('what ref-objects names', () => {
  it.each<readonly [string, object, readonly [string, string, object]]>([
    [
      'its kind',
      { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db' },
      ['apps/v1', 'StatefulSet', { name: 'db' }],
    ],
    ['one of a resource', { resource: 'configmap', name: 'a' }, ['v1', 'ConfigMap', { name: 'a' }]],
    ['many of a resource', { resource: 'Deployments', name: 'a' }, ['apps/v1', 'Deployment', { name: 'a' }]],
    ['a resource in -es', { resource: 'ingresses' }, ['networking.k8s.io/v1', 'Ingress', { name: 'web' }]],
    ['a resource in -ies', { resource: 'networkpolicies' }, ['networking.k8s.io/v1', 'NetworkPolicy', { name: 'web' }]],
    [
      'a group and a namespace',
      { resource: 'job', group: 'batch', name: 'a', namespace: 'b', cluster: '' },
      ['batch/v1', 'Job', { name: 'a', namespace: 'b' }],
    ],
  ])('is told by %s', async (_, entry, [apiVersion, kind, metadata]) => {
    const one = component(entry);
    expect(await faultsOf(one)).toEqual([]);
    expect(namedIn(one)).toEqual([{ apiVersion, kind, metadata }]);
    expect(referredSource.parameterOf(one)).toEqual({ objects: [{ apiVersion, kind, metadata }] });
  });

  it.each<readonly [string, object, string]>([
    ['labels', { resource: 'deployment', labelSelector: { a: 'b' } }, 'UNSUPPORTED objects[0] names objects by labels'],
    [
      'a cluster',
      { resource: 'deployment', cluster: 'east' },
      'UNSUPPORTED objects[0] names an object of one cluster for others',
    ],
    [
      'a resource that is not known',
      { resource: 'widget' },
      'REFERENCE_NOT_FOUND objects[0] has the resource widget, which names no kind that is known here',
    ],
    [
      'a resource of another group',
      { resource: 'deployment', group: 'batch' },
      'REFERENCE_NOT_FOUND objects[0] has the resource deployment.batch, which names no kind that is known here',
    ],
    ['a name alone', { name: 'a' }, 'DOCUMENT_INVALID objects[0] has neither apiVersion and kind nor a resource'],
    [
      'an object without metadata',
      { apiVersion: 'v1', kind: 'ConfigMap', data: {} },
      'DOCUMENT_INVALID objects[0] has no metadata, and its data is nothing of a reference',
    ],
  ])('is not told by %s', async (_, entry, words) => {
    const faults = await faultsOf(component(entry));
    expect(faults.map(({ code, message }) => `${code} ${message}`)).toEqual([words]);
    expect(faults[0]?.path).toEqual([...path, 'properties', 'objects', 0]);
  });

  it('is not what is written, nor what another type has', async () => {
    const written = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
    expect(namedIn(component(written, { resource: 'secret' }))).toMatchObject([null, { kind: 'Secret' }]);
    expect(await faultsOf(component(written))).toEqual([]);
    expect(namedIn({ ...component({ resource: 'secret' }), type: 'raw' })).toEqual([]);
    expect(sourceOf('ref-objects')).toBe(referredSource);
  });

  it.each([
    ['of the namespace', {}, 'a', true],
    ['of another namespace than it says', { namespace: 'b' }, 'a', false],
    ['of the one that it says', { namespace: 'a' }, 'a', true],
  ])('is an object %s', (_, more, namespace, isMeant) => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web', namespace } };
    expect(refersTo(component({ resource: 'configmap', ...more }), object)).toBe(isMeant);
  });
});
