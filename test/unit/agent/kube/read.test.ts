import { describe, expect, it } from 'vitest';
import { getMeta, getObject, listObjects } from '../../../../agent/kube/read.ts';
import type { Session } from '../../../../agent/kube/session.ts';
import type { KubeResource } from '../../../../agent/model/kube.ts';

const { signal } = new AbortController();
const resource: KubeResource = {
  ...{ group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true },
  ...{ verbs: ['get', 'list'], subresources: [] },
};
const key = { resource, namespace: 'default', name: 'a' };
const answering = (value: unknown) => ({ json: () => Promise.resolve(value) }) as unknown as Session;
const options = { metadataOnly: true, signal };
const object = { metadata: { name: 'a' } };

describe('what an API server answers', () => {
  it.each<[string, unknown, number]>([
    ['a list', { metadata: {}, items: [object, object] }, 2],
    ['an empty list', { metadata: {}, items: [] }, 0],
    ['an empty list as Go writes it', { metadata: {}, items: null }, 0],
  ])('is %s', async (_, value, count) => {
    expect((await listObjects(answering(value), resource, options)).items).toHaveLength(count);
  });

  // A proxy, or its page of maintenance: an empty list of it would mean that everything is gone.
  it.each<[string, unknown]>([
    ['nothing', {}],
    ['null', null],
    ['a list of its own', []],
    ['a text', 'down for maintenance'],
    ['a Status', { kind: 'Status', metadata: {}, status: 'Success' }],
    ['something of its own', { status: 'ok', items: 'none' }],
  ])('is no object and no list where it is %s', async (_, value) => {
    const unavailable = { code: 'UNAVAILABLE', data: { subject: expect.stringContaining('configmaps') as string } };
    await expect(listObjects(answering(value), resource, options)).rejects.toMatchObject(unavailable);
    await expect(getObject(answering(value), key, signal)).rejects.toMatchObject(unavailable);
    await expect(getMeta(answering(value), key, signal)).rejects.toMatchObject(unavailable);
  });

  it('is an object under its own kind', async () => {
    const found = { apiVersion: 'v1', kind: 'ConfigMap', ...object };
    expect(await getObject(answering(object), key, signal)).toEqual(found);
    expect(await getMeta(answering({ kind: 'PartialObjectMetadata', ...object }), key, signal)).toEqual(found);
  });
});
