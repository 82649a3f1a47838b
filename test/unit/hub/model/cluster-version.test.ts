import { describe, expect, it } from 'vitest';
import { assumedKubernetes, clusterVersionOf } from '../../../../hub/model/cluster-version.ts';

describe('the version of a cluster', () => {
  it.each([
    ['v1.36.3', { major: '1', minor: 36, gitVersion: 'v1.36.3', platform: '' }],
    ['v1.29.4-gke.1', { major: '1', minor: 29, gitVersion: 'v1.29.4-gke.1', platform: '' }],
    ['1.30.2+k3s1', { major: '1', minor: 30, gitVersion: 'v1.30.2+k3s1', platform: '' }],
    ['', null],
    ['unknown', null],
  ])('is read of %j', (kubernetes, version) => {
    expect(clusterVersionOf(kubernetes)).toEqual(version);
  });

  it('is one where none can have been reported', () => {
    expect(clusterVersionOf(assumedKubernetes)).not.toBeNull();
  });
});
