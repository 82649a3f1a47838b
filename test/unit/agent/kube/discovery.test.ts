import { describe, expect, it } from 'vitest';
import { discover } from '../../../../agent/kube/discovery.ts';
import type { Session } from '../../../../agent/kube/session.ts';
import { SluiceError } from '../../../../shared/errors.ts';

const { signal } = new AbortController();

/** A session of a server that answers these paths; an Error is thrown, everything else is not served. */
function serving(paths: Readonly<Record<string, unknown>>): Session {
  const json: Session['json'] = async ({ path }) => {
    await Promise.resolve();
    const found = paths[path];
    if (found instanceof Error) throw found;
    if (found === undefined) throw new SluiceError('KIND_UNKNOWN', 'not served');
    return found;
  };
  const unused = (): never => {
    throw new Error('not used');
  };
  return { json, answer: unused, stream: unused, counters: () => ({ requests: 0, writes: 0 }) };
}

const deployments = { name: 'deployments', kind: 'Deployment', namespaced: true, verbs: ['get', 'list'] };
const legacy = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': {
    kind: 'APIGroupList',
    groups: [
      {
        name: 'apps',
        versions: [{ version: 'v1beta1' }, { version: 'v1' }],
        preferredVersion: { version: 'v1' },
      },
      { name: 'metrics.k8s.io', versions: [{ version: 'v1' }], preferredVersion: { version: 'v1' } },
    ],
  },
  '/api/v1': { resources: [{ name: 'nodes', kind: 'Node', namespaced: false, verbs: ['list'] }] },
  '/apis/apps/v1': {
    resources: [deployments, { name: 'deployments/scale', kind: 'Scale', namespaced: true, verbs: ['patch'] }],
  },
  '/apis/apps/v1beta1': { resources: [deployments] },
  '/apis/metrics.k8s.io/v1': new SluiceError('UNAVAILABLE', 'its server is down'),
};

const node = { resource: 'nodes', responseKind: { kind: 'Node' }, scope: 'Cluster', verbs: ['list'] };
const list = (...items: unknown[]): unknown => ({ kind: 'APIGroupDiscoveryList', items });
const core = { versions: [{ version: 'v1', resources: [node] }] };

describe('discovery', () => {
  it('reads the aggregated form with its subresources', async () => {
    const resource = {
      resource: 'deployments',
      responseKind: { group: 'apps', version: 'v1', kind: 'Deployment' },
      scope: 'Namespaced',
      verbs: ['get', 'list'],
      subresources: [{ subresource: 'scale' }],
    };
    const old = {
      metadata: { name: 'old.example.com' },
      versions: [{ version: 'v1', freshness: 'Stale', resources: [node] }],
    };
    const apps = { metadata: { name: 'apps' }, versions: [{ version: 'v1', resources: [resource] }] };
    const { resources, silent } = await discover(serving({ '/api': list(core), '/apis': list(apps, old) }), signal);
    expect([...silent]).toEqual(['old.example.com']);
    expect(resources.filter(({ group }) => group === 'apps')).toEqual([
      {
        group: 'apps',
        version: 'v1',
        kind: 'Deployment',
        plural: 'deployments',
        namespaced: true,
        verbs: ['get', 'list'],
        subresources: ['scale'],
      },
    ]);
  });

  it('asks group by group where that is not served, the preferred version first, a broken group left out', async () => {
    const { resources, silent } = await discover(serving(legacy), signal);
    expect([...silent]).toEqual(['metrics.k8s.io']);
    expect(resources.map(({ group, version, plural, subresources }) => [group, version, plural, subresources])).toEqual(
      [
        ['', 'v1', 'nodes', []],
        ['apps', 'v1', 'deployments', ['scale']],
        ['apps', 'v1beta1', 'deployments', []],
      ],
    );
  });

  it('fails as a whole when it may not ask', async () => {
    const refusal = new SluiceError('FORBIDDEN', 'no');
    const paths = { ...legacy, '/apis/apps/v1': refusal };
    await expect(discover(serving(paths), signal)).rejects.toBe(refusal);
  });

  it('reads each half as it comes: servers of two versions may stand behind one address', async () => {
    const apps = { metadata: { name: 'apps' }, versions: [{ version: 'v1', resources: [] }] };
    const mixed = [
      { ...legacy, '/api': list(core) },
      { ...legacy, '/apis': list(apps) },
    ];
    for (const paths of mixed)
      expect((await discover(serving(paths), signal)).resources.map(({ kind }) => kind)).toContain('Node');
  });

  it('knows nothing of a group that is listed without a resource', async () => {
    const empty = { metadata: { name: 'apps' }, versions: [{ version: 'v1', resources: [] }] };
    const { silent } = await discover(serving({ '/api': list(core), '/apis': list(empty) }), signal);
    expect([...silent]).toEqual(['apps']);
    const { silent: older } = await discover(
      serving({ ...legacy, '/apis/apps/v1': {}, '/apis/apps/v1beta1': {} }),
      signal,
    );
    expect([...older].sort()).toEqual(['apps', 'metrics.k8s.io']);
  });

  // Taken for an answer, each would say that no kind exists, and so no object.
  it.each<[what: string, paths: Record<string, unknown>]>([
    ['/api is empty', { '/api': {} }],
    ['/api is null', { '/api': null }],
    ['/api has no version', { '/api': { kind: 'APIVersions', versions: [] } }],
    ['/api has a version without a resource', { '/api/v1': {} }],
    ['/api is a list of nothing', { '/api': { kind: 'APIGroupDiscoveryList', items: [] } }],
    ['/api is a list without items', { '/api': { kind: 'APIGroupDiscoveryList', items: null } }],
    ['/apis is empty', { '/apis': {} }],
    ['/apis is a Status', { '/apis': { kind: 'Status', status: 'Success' } }],
    ['/apis is a list without items', { '/apis': { kind: 'APIGroupDiscoveryList' } }],
  ])('is no answer where %s', async (_, paths) => {
    await expect(discover(serving({ ...legacy, ...paths }), signal)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
