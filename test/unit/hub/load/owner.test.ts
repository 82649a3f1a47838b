import { describe, expect, it } from 'vitest';
import { isManifestOfOthers, isOurs } from '../../../../hub/load/owner.ts';

const [ours, core] = ['core.oam.dev/v1beta1', 'v1'];

describe('a document is ours', () => {
  it.each<[rule: string, value: object]>([
    ['of our group', { apiVersion: ours, kind: 'Application' }],
    ['of our group, whatever its kind is: it is an error then', { apiVersion: ours, kind: 'Nothing' }],
    ['of our other group', { apiVersion: 'sluice.dev/v1alpha1', kind: 'Cluster' }],
    ['of an unknown version of our group', { apiVersion: 'core.oam.dev/v9', kind: 'Application' }],
    ['without an apiVersion', { kind: 'Application' }],
    ['without an apiVersion, of an unknown kind', { kind: 'Something' }],
    ['with an empty apiVersion', { apiVersion: '', kind: 'Deployment' }],
    ['with apiVersion null', { apiVersion: null, kind: 'Application' }],
    ['with an apiVersion that is a number, of a kind of ours', { apiVersion: 1, kind: 'Application' }],
    ['with kind in capitals', { Kind: 'Application', metadata: {} }],
    ['with kind misspelt, and nothing else that is not ours', { knid: 'Application', metadata: {}, spec: {} }],
    ['without a kind, with nothing else that is not ours', { metadata: { name: 'a' }, spec: {} }],
    ['of a group that is nearly ours', { apiVersion: 'core.oam.devs/v1beta1', kind: 'Application' }],
    ['of the end of our group', { apiVersion: 'oam.dev/v1beta1', kind: 'Application' }],
    ['of no group, of a kind of ours', { apiVersion: 'v1beta1', kind: 'ApplicationDeployment' }],
    ['of no group, of a kind that is nearly ours', { apiVersion: 'v1', kind: 'Aplication' }],
    [
      'of another group, of a kind that others do not have',
      { apiVersion: 'example.com/v1', kind: 'ApplicationDeployment' },
    ],
    [
      'of another group, of a kind that others have, and in our shape',
      { apiVersion: 'app.k8s.io/v1', kind: 'Application', spec: { components: [] } },
    ],
    [
      'of another group, a cluster in our shape',
      { apiVersion: 'example.com/v1', kind: 'Cluster', spec: { capabilities: {} } },
    ],
    ['of another group, a policy in our shape', { apiVersion: 'example.com/v1', kind: 'Policy', type: 'topology' }],
    ['of another group, a workflow in our shape', { apiVersion: 'example.com/v1', kind: 'Workflow', steps: [] }],
    ['of another group, a cluster without a spec', { apiVersion: 'example.com/v1', kind: 'Cluster' }],
  ])('%s', (_, value) => {
    expect([isOurs(value), isManifestOfOthers(value)]).toEqual([true, false]);
  });
});

describe('a document is of others', () => {
  it.each<[rule: string, value: object]>([
    ['of Kubernetes', { apiVersion: 'apps/v1', kind: 'Deployment' }],
    ['of the core group', { apiVersion: core, kind: 'ConfigMap' }],
    ['an Application of Argo CD', { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', spec: { source: {} } }],
    ['a Workflow of Argo Workflows', { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', spec: { steps: [] } }],
    ['a Policy of Kyverno', { apiVersion: 'kyverno.io/v1', kind: 'Policy', spec: { rules: [] } }],
    ['an Application without a spec', { apiVersion: 'app.k8s.io/v1beta1', kind: 'Application' }],
    [
      'a Cluster of Cluster API',
      { apiVersion: 'cluster.x-k8s.io/v1beta1', kind: 'Cluster', spec: { clusterNetwork: {} } },
    ],
    [
      'of a group that is not near ours, of a kind that is nearly ours',
      { apiVersion: 'example.com/v1', kind: 'Aplication' },
    ],
  ])('%s', (_, value) => {
    expect([isOurs(value), isManifestOfOthers(value)]).toEqual([false, true]);
  });
});

describe('a document is of neither', () => {
  it.each<[rule: string, value: unknown]>([
    ['a list', [{ kind: 'Application' }]],
    ['a text', 'Application'],
    ['nothing', null],
    ['a mapping of another program', { name: 'ci', on: 'push', jobs: {} }],
    ['a mapping with a spec and more', { spec: {}, version: 2 }],
    ['an apiVersion alone', { apiVersion: 'apps/v1' }],
    ['an apiVersion that is a number, of a kind of others', { apiVersion: 2, kind: 'Deployment' }],
  ])('%s', (_, value) => {
    expect([isOurs(value), isManifestOfOthers(value)]).toEqual([false, false]);
  });
});
