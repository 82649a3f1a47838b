import { describe, expect, it } from 'vitest';
import type { Session } from '../../../../agent/kube/session.ts';
import { applyObject, createObject, postObject, putObject, updateObject } from '../../../../agent/kube/write.ts';
import type { KubeResource } from '../../../../agent/model/kube.ts';

const { signal } = new AbortController();
const resource: KubeResource = {
  ...{ group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true },
  ...{ verbs: ['get', 'list'], subresources: [] },
};
const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default' } };
const how = { force: true, signal };
const writes: readonly [name: string, write: (session: Session) => Promise<unknown>][] = [
  ['an apply', (session) => applyObject(session, resource, object, how)],
  ['a creation', (session) => createObject(session, resource, object, how)],
  ['an update', (session) => updateObject(session, resource, object, { ...how, uid: 'u' })],
  ['a POST', (session) => postObject(session, resource, object, signal)],
  ['a PUT', (session) => putObject(session, resource, object, signal)],
];

/** A session of a server that answers each request so. */
const answering = (value: unknown) => ({ json: () => Promise.resolve(value) }) as unknown as Session;

describe.each(writes)('what is answered to %s', (_, write) => {
  // Taken for the object, what a proxy says in its place would be recorded as one without a uid.
  it.each<[string, unknown]>([
    ['nothing', {}],
    ['null', null],
    ['a text', 'down for maintenance'],
    ['a Status', { kind: 'Status', metadata: {}, status: 'Success' }],
  ])('is no object where it is %s', async (__, value) => {
    await expect(write(answering(value))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      data: { subject: expect.stringContaining('configmaps') as string },
    });
  });

  it('is the object under its own kind', async () => {
    const { metadata } = object;
    expect(await write(answering({ kind: 'other', metadata }))).toEqual({ ...object, metadata });
  });
});
