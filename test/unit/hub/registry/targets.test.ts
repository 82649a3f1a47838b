import { describe, expect, it } from 'vitest';
import { reportedVersions, sitesOf, targetsOf } from '../../../../hub/registry/targets.ts';
import type { Cluster } from '../../../../hub/model/documents.ts';
import type { ClusterRecord } from '../../../../hub/model/registry.ts';
import { enrolledCluster, published, received, reportOf, stateOf } from '../../../fixtures/hub/status.ts';

const none: ReadonlyMap<string, string> = new Map();

describe('the targets of placement', () => {
  const document = (name: string, labels: Record<string, string>, spec?: Cluster['spec']) => ({
    doc: { apiVersion: '', kind: 'Cluster', metadata: { name, labels }, ...(spec && { spec }) } as Cluster,
    commit: '',
    place: { path: 'c.yaml', line: 1, column: 1 },
    locate: () => ({ path: 'c.yaml', line: 1, column: 1 }),
  });

  it('are what is registered and what has a document, whose words win; those that leave are none', () => {
    const records = [
      enrolledCluster('a', { labels: { from: 'join' } }),
      enrolledCluster('b', { labels: { from: 'join' }, capabilities: null }),
      enrolledCluster('gone', { decommission: 'orphan' }),
    ];
    const clusters = [
      document('b', { from: 'document' }, { capabilities: { istio: true } }),
      document('c', {}),
      document('gone', {}),
    ];
    const versions = new Map(Object.entries({ a: 'v1.36.3', b: '' }));
    expect(targetsOf({ clusters }, stateOf(records).clusters, versions)).toEqual([
      { name: 'a', labels: { from: 'join' }, capabilities: { ingress: true }, kubernetes: 'v1.36.3' },
      { name: 'b', labels: { from: 'document' }, capabilities: { istio: true } },
      { name: 'c', labels: {}, capabilities: null },
    ]);
  });

  it('are the very same values, in the very same list, for as long as nothing of them changed', () => {
    const { clusters: registry } = stateOf([enrolledCluster('a'), enrolledCluster('b')]);
    const fleet = { clusters: [document('b', {})] };
    const at = (version: string, documents = fleet) => targetsOf(documents, registry, new Map([['a', version]]));
    const first = at('v1.36.3');
    expect(at('v1.36.3')).toBe(first);
    const newer = at('v1.37.0');
    expect([newer[0]?.kubernetes, newer[1] === first[1]]).toEqual(['v1.37.0', true]);
    const versions = new Map([['a', 'v1.37.0']]);
    const labelled = (env: string) => targetsOf({ clusters: [document('b', { env })] }, registry, versions)[1]?.labels;
    expect([labelled('test'), labelled('prod')]).toEqual([{ env: 'test' }, { env: 'prod' }]);
    const relabelled = at('v1.37.0', { clusters: [document('b', { env: 'prod' })] });
    expect([relabelled[0] === newer[0], relabelled[1]?.labels]).toEqual([true, { env: 'prod' }]);
  });

  it('are the very same list to placement whatever they offer, and another one for another name or label', () => {
    const [a, b] = [enrolledCluster('a'), enrolledCluster('b', { labels: { env: 'test' } })];
    const at = (...all: readonly ClusterRecord[]) => sitesOf(targetsOf({ clusters: [] }, stateOf(all).clusters, none));
    const first = at(a, b);
    expect(first[1]).toEqual({ name: 'b', labels: { env: 'test' } });
    expect(at(a, { ...b, capabilities: { istio: true } })).toBe(first);
    const relabelled = at(a, { ...b, labels: { env: 'prod' } });
    expect([relabelled[0] === first[0], relabelled[1]]).toEqual([true, { name: 'b', labels: { env: 'prod' } }]);
    expect(at(a, { ...b, name: 'c' })[1]).toEqual({ name: 'c', labels: { env: 'test' } });
    expect([at(a).length, at(a, b, enrolledCluster('c')).length, at().length]).toEqual([1, 3, 0]);
  });

  it('are made from the versions that agents reported: the very same mapping while none reports another', () => {
    const { clusters: registry } = stateOf([enrolledCluster('a'), enrolledCluster('b')]);
    const said = (versions: Record<string, string>) =>
      new Map(
        Object.entries(versions).map(([name, kubernetes]) => {
          const agent = { version: '0', kubernetes, capabilities: [], clusterUid: 'u' };
          return [name, received(reportOf(published(name, []), [], { agent }))];
        }),
      );
    const at = (versions: Record<string, string>) => reportedVersions(said(versions), registry);
    const first = at({ a: 'v1.36.3' });
    expect([...first]).toEqual([['a', 'v1.36.3']]);
    expect(at({ a: 'v1.36.3' })).toBe(first);
    expect([...at({ a: 'v1.37.0' })]).toEqual([['a', 'v1.37.0']]);
    expect([...at({ a: 'v1.37.0', b: '' })]).toEqual([
      ['a', 'v1.37.0'],
      ['b', ''],
    ]);
    expect([...at({ b: '' })]).toEqual([['b', '']]);
  });
});
