import { describe, expect, it } from 'vitest';
import { apiVersionOf, collectionPath, keyOf, objectPath } from '../../../../agent/kube/paths.ts';
import type { KubeResource } from '../../../../agent/model/kube.ts';

const resource = (group: string, plural: string, namespaced: boolean): KubeResource => ({
  group,
  version: 'v1',
  kind: 'Kind',
  plural,
  namespaced,
  verbs: [],
  subresources: [],
});
const configMaps = resource('', 'configmaps', true);
const deployments = resource('apps', 'deployments', true);
const roles = resource('rbac.authorization.k8s.io', 'clusterroles', false);

describe('paths', () => {
  it.each([
    [objectPath({ resource: configMaps, namespace: 'a', name: 'b' }), '/api/v1/namespaces/a/configmaps/b'],
    [
      objectPath({ resource: deployments, namespace: 'a', name: 'b' }, { force: true, dryRun: undefined }, 'scale'),
      '/apis/apps/v1/namespaces/a/deployments/b/scale?force=true',
    ],
    [
      objectPath({ resource: roles, namespace: '', name: 'system:node' }),
      '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode',
    ],
    [collectionPath(configMaps, undefined), '/api/v1/configmaps'],
    [
      collectionPath(configMaps, '', { labelSelector: 'a in (b,c)' }),
      '/api/v1/configmaps?labelSelector=a+in+%28b%2Cc%29',
    ],
    [collectionPath(roles, 'ignored'), '/apis/rbac.authorization.k8s.io/v1/clusterroles'],
  ])('%s', (path, expected) => {
    expect(path).toBe(expected);
  });

  it('a name that is a path stays a name', () => {
    const path = objectPath({ resource: configMaps, namespace: 'a', name: '../secrets/b' });
    expect(path).toBe('/api/v1/namespaces/a/configmaps/..%2Fsecrets%2Fb');
  });

  it.each([
    ['', 'a'],
    ['.', 'a'],
    ['..', 'a'],
    ['b', ''],
  ])('name %j in namespace %j would name a collection and is refused', (name, namespace) => {
    expect(() => objectPath({ resource: configMaps, namespace, name })).toThrow(
      expect.objectContaining({ code: 'OBJECT_INVALID' }),
    );
  });

  it('a namespace on a cluster-scoped object is not part of its key', () => {
    const object = { apiVersion: 'v1', kind: 'Kind', metadata: { name: 'a', namespace: 'b' } };
    expect(keyOf(roles, object).namespace).toBe('');
    expect(keyOf(configMaps, object).namespace).toBe('b');
    expect([apiVersionOf(configMaps), apiVersionOf(deployments)]).toEqual(['v1', 'apps/v1']);
  });
});
