import { describe, expect, it } from 'vitest';
import { fieldsHash, project, projectSlice } from '../../../../agent/live/project.ts';
import type { LiveObject } from '../../../../agent/model/live.ts';
import type { KubeObject, ManagedFieldsEntry, ObjectMeta } from '../../../../shared/model/object.ts';

const metadata: ObjectMeta = { name: 'a', namespace: 'default', uid: 'u', resourceVersion: '7', generation: 2 };
const object = (apiVersion: string, kind: string, more: object = {}, meta: Partial<ObjectMeta> = {}): KubeObject => ({
  apiVersion,
  kind,
  metadata: { ...metadata, ...meta },
  ...more,
});
const conditions = (...list: object[]) => ({ status: { conditions: list } });
const own = (fieldsV1: object, more: Partial<ManagedFieldsEntry> = {}): ManagedFieldsEntry => ({
  manager: 'sluice-agent',
  operation: 'Apply',
  apiVersion: 'v1',
  fieldsV1,
  ...more,
});

describe('the projection of an object', () => {
  it('has its identity and whose it is', () => {
    const annotations = { 'sluice.dev/registration': 'r', 'sluice.dev/nonce': 'n' };
    expect(project(object('v1', 'ConfigMap', {}, { annotations }))).toEqual({
      id: '/ConfigMap/default/a',
      uid: 'u',
      resourceVersion: '7',
      generation: 2,
      fieldsHash: null,
      registration: 'r',
      nonce: 'n',
      health: 'Current',
      message: '',
      replicas: null,
      podLabels: null,
      selector: null,
      routes: null,
    });
  });

  it('has defaults for an object without identity', () => {
    const bare = project({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } });
    expect(bare).toMatchObject({ uid: '', resourceVersion: '', generation: 0, registration: null, nonce: null });
  });

  it.each<[rule: string, object: KubeObject, part: Partial<LiveObject>]>([
    [
      'a kind whose status says nothing is current',
      object('v1', 'Secret', { status: { phase: 'Failed' } }),
      { health: 'Current' },
    ],
    [
      'a kind whose status says nothing can be terminating',
      object('v1', 'Secret', {}, { deletionTimestamp: 'x' }),
      { health: 'Terminating' },
    ],
    [
      'a Service has its selector',
      object('v1', 'Service', { spec: { selector: { app: 'web' } } }),
      { selector: { app: 'web' } },
    ],
    ['a Service without one has none', object('v1', 'Service', { spec: {} }), { selector: null }],
    [
      'the selector of another kind is not a Service selector',
      object('apps/v1', 'Deployment', { spec: { selector: { matchLabels: {} } } }),
      { selector: null },
    ],
    [
      'a workload has the labels of its pods',
      object('apps/v1', 'DaemonSet', { spec: { template: { metadata: { labels: { app: 'web', n: 1 } } } } }),
      { podLabels: { app: 'web' }, replicas: null },
    ],
    [
      'a traffic object has its backends',
      object('networking.istio.io/v1', 'VirtualService', {
        spec: { http: [{ route: [{ destination: { host: 'web' } }] }] },
      }),
      { routes: [{ rule: 0, service: '/Service/default/web', weight: 100 }] },
    ],
  ])('%s', (_, one, part) => {
    expect(project(one)).toMatchObject(part);
  });
});

describe('the end of what runs once', () => {
  const pod = (spec: object, status: object, meta: Partial<ObjectMeta> = {}) =>
    object('v1', 'Pod', { spec, status }, meta);
  const never = { restartPolicy: 'Never' };
  const deleted = { deletionTimestamp: '2026-01-01T00:00:00Z' };

  it.each<[rule: string, object: KubeObject, finish: LiveObject['finish']]>([
    [
      'a Job that is complete',
      object('batch/v1', 'Job', conditions({ type: 'Complete', status: 'True' })),
      'completed',
    ],
    ['a Job that failed', object('batch/v1', 'Job', conditions({ type: 'Failed', status: 'True' })), 'failed'],
    ['a Job that runs', object('batch/v1', 'Job', conditions({ type: 'Complete', status: 'False' })), undefined],
    [
      'a Job whose deletion began',
      object('batch/v1', 'Job', conditions({ type: 'Complete', status: 'True' }), deleted),
      undefined,
    ],
    ['a pod that succeeded', pod(never, { phase: 'Succeeded' }), 'completed'],
    ['a pod that failed', pod({ restartPolicy: 'OnFailure' }, { phase: 'Failed' }), 'failed'],
    ['a pod that runs', pod(never, { phase: 'Running' }), undefined],
    ['a pod that is started again where it stops', pod({ restartPolicy: 'Always' }, { phase: 'Succeeded' }), undefined],
    ['a pod whose policy is not written down', pod({}, { phase: 'Succeeded' }), undefined],
    ['a pod that was evicted', pod(never, { phase: 'Failed', reason: 'Evicted' }), undefined],
    ['a pod whose node was lost', pod(never, { phase: 'Failed', reason: 'NodeLost' }), undefined],
    [
      'a pod that was preempted',
      pod(never, { phase: 'Failed', conditions: [{ type: 'DisruptionTarget', status: 'True' }] }),
      undefined,
    ],
    [
      'a pod that failed for a reason of its own',
      pod(never, { phase: 'Failed', reason: 'DeadlineExceeded' }),
      'failed',
    ],
    [
      'a Deployment with such a condition',
      object('apps/v1', 'Deployment', conditions({ type: 'Complete', status: 'True' })),
      undefined,
    ],
  ])('%s', (_, one, finish) => {
    expect(project(one).finish).toBe(finish);
  });
});

describe('the replicas of a workload', () => {
  const replicas = { 'f:spec': { 'f:replicas': {} } };
  const scaled = (managedFields: ManagedFieldsEntry[], more: object = {}) =>
    project(object('apps/v1', 'Deployment', { spec: { replicas: 3 }, ...more }, { managedFields })).replicas;

  it.each<[setBy: string, entries: ManagedFieldsEntry[]]>([
    ['apply', [own(replicas)]],
    ['drain', [own(replicas, { operation: 'Update', subresource: 'scale' })]],
    [
      'other',
      [own(replicas), own(replicas, { manager: 'kube-controller-manager', operation: 'Update', subresource: 'scale' })],
    ],
    ['other', [own(replicas, { manager: 'kubectl-edit', operation: 'Update' })]],
    ['none', [own({ 'f:spec': { 'f:template': {} } })]],
    ['none', []],
  ])('are set by %s', (setBy, entries) => {
    expect(scaled(entries)).toMatchObject({ spec: 3, total: 0, ready: 0, setBy });
  });

  const progressing = (reason: string, readyReplicas = 0) => ({
    status: { replicas: 3, readyReplicas, conditions: [{ type: 'Progressing', status: 'True', reason }] },
  });

  it.each<[rule: string, more: object, wasReady: boolean]>([
    ['whose first roll-out goes on', progressing('ReplicaSetUpdated'), false],
    ['whose first roll-out timed out', progressing('ProgressDeadlineExceeded'), false],
    ['whose first roll-out has a ready pod', progressing('ReplicaSetUpdated', 1), true],
    ['that was rolled out', progressing('NewReplicaSetAvailable'), true],
    ['without such a condition', {}, true],
  ])('count on one %s: %#', (_, more, wasReady) => {
    expect(scaled([], more)?.wasReady).toBe(wasReady);
  });
});

describe('the hash of the fields that are ours', () => {
  const fields = { 'f:data': { 'f:a': {}, 'f:b': {} }, 'f:metadata': { 'f:labels': { 'f:x': {} } } };
  const hash = (entries: ManagedFieldsEntry[], ignored?: string) =>
    fieldsHash({
      ...metadata,
      managedFields: entries,
      ...(ignored !== undefined && { annotations: { 'sluice.dev/ignore-differences': ignored } }),
    });

  it('is null where none are', () => {
    expect(hash([])).toBeNull();
    expect(hash([own(fields, { manager: 'kubectl' })])).toBeNull();
    expect(hash([own(fields, { operation: 'Update' })])).toBeNull();
    expect(hash([own(fields, { subresource: 'status' })])).toBeNull();
  });

  it('changes with a field that leaves, and not with the order of members or another manager', () => {
    const reordered = { 'f:metadata': fields['f:metadata'], 'f:data': { 'f:b': {}, 'f:a': {} } };
    expect(hash([own(reordered)])).toBe(hash([own(fields)]));
    expect(hash([own(fields), own(fields, { manager: 'kubectl' })])).toBe(hash([own(fields)]));
    expect(hash([own({ ...fields, 'f:data': { 'f:a': {} } })])).not.toBe(hash([own(fields)]));
  });

  it('does not depend on the order of entries of several versions', () => {
    const [one, two] = [own(fields, { apiVersion: 'v1' }), own({ 'f:spec': {} }, { apiVersion: 'v2' })];
    expect(hash([one, two])).toBe(hash([two, one]));
  });

  it.each<[rule: string, pointers: string, changed: object]>([
    ['a field that is left to others', '["/data/b"]', { ...fields, 'f:data': { 'f:a': {} } }],
    [
      'a field with a slash in its name',
      '["/data/a~1b"]',
      { ...fields, 'f:data': { ...fields['f:data'], 'f:a/b': {} } },
    ],
    ['all below a field that is left to others', '["/metadata/labels"]', { 'f:data': fields['f:data'] }],
    [
      'each element of a list, for its index',
      '["/spec/0/x"]',
      { ...fields, 'f:spec': { 'k:{"name":"a"}': { 'f:x': {} } } },
    ],
  ])('leaves out %s', (_, pointers, changed) => {
    expect(hash([own(changed)], pointers)).toBe(hash([own(fields)], pointers));
    expect(hash([own(changed)])).not.toBe(hash([own(fields)]));
  });

  it('leaves out nothing for an annotation that cannot be read', () => {
    expect(hash([own(fields)], 'not JSON')).toBe(hash([own(fields)]));
  });
});

describe('the ready addresses of an EndpointSlice', () => {
  const slice = (endpoints: object[], labels: Record<string, string> = { 'kubernetes.io/service-name': 'web' }) =>
    projectSlice(object('discovery.k8s.io/v1', 'EndpointSlice', { endpoints }, { labels }));

  it.each<[rule: string, conditions: object, ready: number]>([
    ['a ready one', { ready: true }, 1],
    ['one of which nothing is said', {}, 1],
    ['one that is not ready', { ready: false }, 0],
    ['one that is called ready while its pod does not serve', { ready: true, serving: false }, 0],
    ['one that is leaving', { ready: true, serving: true, terminating: true }, 0],
  ])('%s: %#', (_, endpoint, ready) => {
    expect(slice([{ conditions: endpoint }])).toEqual({ service: '/Service/default/web', ready });
  });

  it('are none of any Service where the slice names none', () => {
    expect(slice([{ conditions: {} }], {})).toBeNull();
  });
});
