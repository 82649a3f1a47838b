import { describe, expect, it } from 'vitest';
import { valuesOf, wantedFields } from '../../../../agent/live/observe.ts';
import { newLiveCache, takeAnswer, takeEvent, takeRead, unread, want } from '../../../../agent/live/cache.ts';
import { groupKindOf, idOf, type KubeObject } from '../../../../shared/model/object.ts';
import type { BundleApp } from '../../../../shared/wire/revision.ts';
import { configMap, plainApp } from '../../../fixtures/agent/apps.ts';

const labels = { 'app.kubernetes.io/managed-by': 'sluice' };
const cache = (version: number, ready: boolean): KubeObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Cache',
  metadata: {
    ...{ name: 'a', namespace: 'shop', uid: 'u1', resourceVersion: String(version), generation: 1, labels },
    annotations: { 'example.com/a': 'b' },
    managedFields: [{ manager: 'x', operation: 'Update' }],
  },
  spec: { size: 1 },
  status: { ready, list: [{ name: 'x' }], nothing: null },
});
const id = 'example.com/Cache/shop/a';
const map = (version: number): KubeObject => {
  const object = configMap('a', 'b', 'shop');
  return { ...object, metadata: { ...object.metadata, labels, uid: 'm1', resourceVersion: String(version) } };
};
const mapId = '/ConfigMap/shop/a';

describe('the values of an object', () => {
  it.each<readonly [string, readonly string[], object]>([
    ['at a pointer', ['/status/ready'], { '/status/ready': true }],
    ['of a part', ['/spec'], { '/spec': { size: 1 } }],
    ['with escapes', ['/metadata/annotations/example.com~1a'], { '/metadata/annotations/example.com~1a': 'b' }],
    ['in a list', ['/status/list/0/name'], { '/status/list/0/name': 'x' }],
    ['that are null', ['/status/nothing'], { '/status/nothing': null }],
    ['that are not there', ['/status/absent', '/spec/size/more', '/constructor'], {}],
    ['without what servers keep of writers', ['/metadata/managedFields'], {}],
  ])('%s', (_, fields, values) => {
    expect(valuesOf(cache(1, true), fields)).toEqual(values);
  });
});

describe('the fields that are wanted', () => {
  const app = (name: string, objects: readonly KubeObject[], ids: readonly string[]) => ({
    ...plainApp(name, objects).app,
    observe: ids.map((one) => ({ id: one, fields: ['/status'] })),
  });
  it('are those of an application of its own objects, and of Secrets never', () => {
    const secret: KubeObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'shop' } };
    const own = app('a', [cache(1, true), secret], [id, idOf(secret), mapId]);
    expect([...wantedFields([own, plainApp('b', [map(1)]).app])]).toEqual([[id, ['/status']]]);
  });

  it('are those of what it only reads in its namespace, and of Secrets never', () => {
    const secret: KubeObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'shop' } };
    const far = configMap('a', 'b', 'far');
    const { objects: reads } = plainApp('a', [map(1), secret, far]).app;
    const reading = { ...app('b', [], [mapId, idOf(secret), idOf(far)]), namespace: 'shop', reads };
    expect([...wantedFields([reading])]).toEqual([[mapId, ['/status']]]);
  });
});

describe('the fields of an object of others', () => {
  const asking = (name: string, namespace: string, fields: readonly string[]) => ({
    ...plainApp(name, []).app,
    ...{ namespace, observe: [{ id: mapId, fields }] },
  });
  const owner = { ...plainApp('o', [map(1)]).app, namespace: 'shop' };

  it.each<readonly [string, readonly BundleApp[], readonly string[] | undefined]>([
    ['are wanted where another application has it', [asking('a', 'shop', ['/data']), owner], ['/data']],
    [
      'are those that all of them want',
      [asking('a', 'shop', ['/status']), asking('b', 'shop', ['/data']), owner],
      ['/data', '/status'],
    ],
    ['are not wanted in another namespace', [asking('a', 'far', ['/data']), owner], undefined],
    ['are not wanted where no application has it', [asking('a', 'shop', ['/data'])], undefined],
  ])('%s', (_, apps, fields) => {
    expect(wantedFields(apps).get(mapId)).toEqual(fields);
  });
});

describe('an object whose fields are wanted', () => {
  const fields = new Map([
    [id, ['/status/ready']],
    [mapId, ['/data']],
  ]);
  const take = (live: ReturnType<typeof newLiveCache>, object: KubeObject) =>
    takeEvent(live, groupKindOf(idOf(object)), { type: 'modified', object });
  const toRead = (live: ReturnType<typeof newLiveCache>) => unread(live).map((one) => one.id);

  it('has them with each event', () => {
    const live = newLiveCache();
    want(live, fields);
    take(live, cache(1, false));
    expect(live.objects.get(id)?.observed).toEqual({ '/status/ready': false });
    take(live, cache(2, true));
    expect(live.objects.get(id)?.observed).toEqual({ '/status/ready': true });
    expect(toRead(live)).toEqual([]);
  });

  it('is read where it was there before', () => {
    const live = newLiveCache();
    take(live, cache(1, true));
    want(live, fields);
    expect(toRead(live)).toEqual([id]);
    expect(takeRead(live, cache(1, true))).toBe(true);
    expect([live.objects.get(id)?.observed, toRead(live)]).toEqual([{ '/status/ready': true }, []]);
    want(live, new Map([[id, ['/spec/size']]]));
    expect([live.objects.get(id)?.observed, toRead(live)]).toEqual([undefined, [id]]);
  });

  it('is read where its watch brings metadata alone, each version anew', () => {
    const live = newLiveCache();
    want(live, fields);
    take(live, map(1));
    expect([live.objects.get(mapId)?.observed, toRead(live)]).toEqual([undefined, [mapId]]);
    expect(takeRead(live, map(1))).toBe(true);
    expect([live.objects.get(mapId)?.observed, toRead(live)]).toEqual([{ '/data': { value: 'b' } }, []]);
    take(live, map(2));
    expect(toRead(live)).toEqual([mapId]);
    expect(takeRead(live, map(1))).toBe(false);
  });

  it('is not known after a write of ours, until the watch brings what came of it', () => {
    const live = newLiveCache();
    want(live, fields);
    take(live, cache(1, true));
    takeAnswer(live, { ...cache(2, true), spec: undefined, status: undefined }, cache(1, true));
    expect(live.objects.get(id)?.observed).toBeUndefined();
    expect(toRead(live)).toEqual([]);
    take(live, cache(2, false));
    expect(live.objects.get(id)?.observed).toEqual({ '/status/ready': false });
  });
});
