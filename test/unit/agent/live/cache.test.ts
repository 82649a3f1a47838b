import { describe, expect, it } from 'vitest';
import {
  newLiveCache,
  readyBehind,
  sweep,
  takeAnswer,
  takeEvent,
  type ObjectEvent,
} from '../../../../agent/live/cache.ts';
import { groupKindOf, idOf, type KubeObject } from '../../../../shared/model/object.ts';
import { configMap, exampleApp } from '../../../fixtures/agent/apps.ts';

const [deployment] = exampleApp([{ n: 1, replicas: 2, weight: 100 }]).objects as [KubeObject];
const id = idOf(deployment);

/** The Deployment at a version: 2 wanted pods, `ready` of them ready. */
const at = (version: number | string, ready = 0, more: Partial<KubeObject['metadata']> = {}): KubeObject => ({
  ...deployment,
  metadata: { ...deployment.metadata, uid: 'u1', resourceVersion: String(version), generation: 1, ...more },
  status: {
    observedGeneration: 1,
    replicas: 2,
    updatedReplicas: ready,
    readyReplicas: ready,
    availableReplicas: ready,
  },
});
const event = (type: ObjectEvent['type'], object: KubeObject): ObjectEvent => ({ type, object });

/** A cache after these events. */
function cacheAfter(...events: readonly ObjectEvent[]) {
  const cache = newLiveCache();
  for (const one of events) takeEvent(cache, groupKindOf(idOf(one.object)), one);
  return cache;
}

const job = (version: number, more: Partial<KubeObject['metadata']> = {}, conditions: object[] = []): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'j', namespace: 'default', uid: 'j1', resourceVersion: String(version), ...more },
  status: { conditions },
});
const complete = [{ type: 'Complete', status: 'True' }];
const jobId = 'batch/Job/default/j';

describe('an event', () => {
  it.each<[rule: string, events: readonly ObjectEvent[], seen: object | undefined]>([
    ['that adds is seen', [event('added', at(5, 1))], { resourceVersion: '5', replicas: { ready: 1 } }],
    ['that changes is seen', [event('added', at(5)), event('modified', at(6, 2))], { resourceVersion: '6' }],
    ['of an older version is not', [event('added', at(6, 2)), event('modified', at(5))], { resourceVersion: '6' }],
    ['of version 10 is newer than of 9', [event('added', at(10)), event('modified', at(9))], { resourceVersion: '10' }],
    [
      'of versions that are not numbers is taken',
      [event('added', at('b')), event('modified', at('a'))],
      { resourceVersion: 'a' },
    ],
    [
      'of an older version of another object is seen',
      [event('added', at(6)), event('added', at(5, 0, { uid: 'u2' }))],
      { uid: 'u2' },
    ],
    ['that deletes is seen', [event('added', at(5)), event('deleted', at(6))], undefined],
    [
      'that deletes an earlier object of the name is not',
      [event('added', at(5, 0, { uid: 'u2' })), event('deleted', at(6))],
      { uid: 'u2' },
    ],
  ])('%s', (_, events, seen) => {
    const object = cacheAfter(...events).objects.get(id);
    if (seen === undefined) expect(object).toBeUndefined();
    else expect(object).toMatchObject(seen);
  });

  it('says whether it changes anything', () => {
    const cache = newLiveCache();
    const take = (one: ObjectEvent) => takeEvent(cache, 'apps/Deployment', one);
    expect(take(event('added', at(5)))).toBe(true);
    expect(take(event('modified', at(4)))).toBe(false);
    expect(take(event('deleted', at(6, 0, { uid: 'other' })))).toBe(false);
    expect(take(event('deleted', at(6)))).toBe(true);
    expect(take(event('deleted', at(6)))).toBe(false);
  });
});

describe('the end of a Job', () => {
  it('stays what it is when its deletion begins', () => {
    const deletion = { deletionTimestamp: '2026-01-01T00:00:00Z' };
    const cache = cacheAfter(event('added', job(1, {}, complete)), event('modified', job(2, deletion, complete)));
    expect(cache.objects.get(jobId)).toMatchObject({ health: 'Terminating', finish: 'completed' });
  });

  it('is not that of another Job of the name', () => {
    const cache = cacheAfter(event('added', job(1, {}, complete)), event('added', job(2, { uid: 'j2' })));
    expect(cache.objects.get(jobId)).not.toHaveProperty('finish');
  });

  it.each<[rule: string, events: readonly ObjectEvent[], finish: string | null]>([
    ['seen before', [event('added', job(1, {}, complete)), event('deleted', job(2))], 'completed'],
    ['seen with its deletion alone', [event('deleted', job(2, {}, complete))], 'completed'],
    ['that had not come', [event('added', job(1)), event('deleted', job(2))], null],
    ['of another one', [event('added', job(1, { uid: 'j2' }, complete)), event('deleted', job(2))], null],
  ])('is kept after it left: %s', (_, events, finish) => {
    expect(cacheAfter(...events).ended.get('j1')).toEqual({ version: '2', finish });
  });

  it('is kept of a thousand objects, the newest ones', () => {
    const ends = Array.from({ length: 1_001 }, (_, n) => event('deleted', job(n, { uid: `u${n}` })));
    const { ended } = cacheAfter(...ends);
    expect([ended.size, ended.has('u0'), ended.has('u1'), ended.has('u1000')]).toEqual([1_000, false, true, true]);
  });
});

describe('the answer to a request', () => {
  const answer = (version: number, more: Partial<KubeObject['metadata']> = {}): KubeObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...at(version).metadata, ...more },
  });
  const sent = { ...deployment, spec: { ...(deployment['spec'] as object), replicas: 5 } };

  it('of a creation shows what was sent, without a status', () => {
    const cache = newLiveCache();
    expect(takeAnswer(cache, answer(5), sent)).toBe(true);
    expect(cache.objects.get(id)).toMatchObject({ health: 'InProgress', replicas: { spec: 5, ready: 0 } });
  });

  it('of a change shows the new wish with the pods that run', () => {
    const cache = cacheAfter(event('added', at(5, 2)));
    takeAnswer(cache, answer(6, { generation: 2 }), sent);
    expect(cache.objects.get(id)).toMatchObject({ health: 'InProgress', replicas: { spec: 5, ready: 2, total: 2 } });
  });

  it.each<[rule: string, sent: KubeObject | null, generation: number]>([
    ['that changed no generation', sent, 1],
    ['to a read', null, 2],
  ])('%s says nothing of the pods', (_, what, generation) => {
    const cache = cacheAfter(event('added', at(5, 2)));
    takeAnswer(cache, answer(6, { generation }), what);
    expect(cache.objects.get(id)).toMatchObject({ resourceVersion: '6', replicas: { spec: 2, ready: 2 } });
  });

  it('is nothing new where the watch was as fast', () => {
    const cache = cacheAfter(event('added', at(6, 2)));
    const before = cache.objects.get(id);
    for (const version of [5, 6]) takeAnswer(cache, answer(version, { generation: 2 }), sent);
    expect(cache.objects.get(id)).toBe(before);
  });

  it.each<[kind: string, object: KubeObject, isNews: boolean]>([
    ['a Deployment, whose status only the watch brings', at(6, 2), true],
    ['a ConfigMap, of which it had everything', { ...configMap('settings'), metadata: at(6).metadata }, false],
  ])('followed by the same version from the watch: %s', (_, object, isNews) => {
    const cache = newLiveCache();
    takeAnswer(cache, object, object);
    const take = (one: KubeObject) => takeEvent(cache, groupKindOf(idOf(one)), event('modified', one));
    expect(take(object)).toBe(isNews);
    expect(take({ ...object, metadata: { ...object.metadata, resourceVersion: '7' } })).toBe(true);
    expect(take({ ...object, metadata: { ...object.metadata, uid: 'u2', resourceVersion: '7' } })).toBe(true);
  });

  it('shows a deletion that has begun, and whose object it is', () => {
    const cache = cacheAfter(event('added', at(5, 2)));
    const annotations = { 'sluice.dev/registration': 'r', 'sluice.dev/nonce': 'n' };
    takeAnswer(cache, answer(6, { deletionTimestamp: '2026-01-01T00:00:00Z', annotations }), sent);
    expect(cache.objects.get(id)).toMatchObject({ health: 'Terminating', registration: 'r', nonce: 'n' });
  });

  it('does not bring back what a watch saw leave since', () => {
    const cache = cacheAfter(event('added', at(5)), event('deleted', at(7)));
    expect(takeAnswer(cache, answer(6), sent)).toBe(false);
    expect(cache.objects.size).toBe(0);
  });

  it('brings back what came back since, relabelled', () => {
    const cache = cacheAfter(event('added', at(5)), event('deleted', at(7)));
    expect(takeAnswer(cache, answer(8), sent)).toBe(true);
    expect(cache.objects.has(id)).toBe(true);
  });

  it('takes what the watches do not select out', () => {
    const cache = cacheAfter(event('added', at(5)));
    expect(takeAnswer(cache, answer(6, { labels: {} }), sent)).toBe(false);
    expect(cache.objects.size).toBe(0);
  });
});

describe('a complete list', () => {
  const inNamespaces = ['one', 'two'].map((namespace) => configMap('a', 'x', namespace));
  const cache = () => cacheAfter(event('added', at(5)), ...inNamespaces.map((object) => event('added', object)));

  it.each<[rule: string, namespace: string, listed: readonly string[], left: readonly string[]]>([
    ['of a namespace drops what is there alone', 'one', [], ['/ConfigMap/two/a', id]],
    ['of all namespaces drops it everywhere', '', [], [id]],
    ['keeps what it has', '', ['/ConfigMap/one/a'], ['/ConfigMap/one/a', id]],
  ])('%s', (_, namespace, listed, left) => {
    const store = cache();
    sweep(store, '/ConfigMap', namespace, new Set(listed));
    expect([...store.objects.keys()].sort()).toEqual([...left].sort());
  });
});

describe('the addresses behind a Service', () => {
  const slice = (name: string, ready: number, service: string | null = 'web'): KubeObject => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace: 'default', labels: service === null ? {} : { 'kubernetes.io/service-name': service } },
    endpoints: Array.from({ length: ready }, () => ({ conditions: { ready: true } })),
  });
  const web = '/Service/default/web';

  it('are those of all its slices', () => {
    const cache = cacheAfter(
      ...[slice('a', 2), slice('b', 3), slice('c', 4, 'other')].map((one) => event('added', one)),
    );
    expect([readyBehind(cache, web), readyBehind(cache, '/Service/default/none')]).toEqual([5, 0]);
  });

  it('change only where their number or their Service does', () => {
    const cache = cacheAfter(event('added', slice('a', 2)));
    const take = (type: ObjectEvent['type'], one: KubeObject) =>
      takeEvent(cache, groupKindOf(idOf(one)), event(type, one));
    expect(take('modified', slice('a', 2))).toBe(false);
    expect(take('modified', slice('a', 1))).toBe(true);
    expect(take('modified', slice('a', 1, 'other'))).toBe(true);
    expect(take('modified', slice('a', 1, null))).toBe(true);
    expect(take('deleted', slice('a', 1))).toBe(false);
    expect(readyBehind(cache, web)).toBe(0);
  });

  it('go with a list that has the slice no more', () => {
    const cache = cacheAfter(event('added', slice('a', 2)), event('added', slice('b', 3)));
    sweep(cache, 'discovery.k8s.io/EndpointSlice', '', new Set([idOf(slice('b', 3))]));
    expect(readyBehind(cache, web)).toBe(3);
  });
});
