import { expect, it } from 'vitest';
import { configMap } from './objects.ts';
import type { Facts } from './suite.ts';

/** Finalizers, and what a deletion in progress looks like. */
export const deleteFacts: Facts = (at) => {
  it('a finalizer keeps the object, with a deletionTimestamp, until it is taken away', async () => {
    const { kube, signal } = at();
    const object = configMap(await at().namespace(), 'held');
    const wanted = { ...object, metadata: { ...object.metadata, finalizers: ['sluice.dev/test'] } };
    const resource = await at().resource(wanted);
    const { metadata } = await kube.create(resource, wanted, { force: true, signal });
    const key = { resource, namespace: wanted.metadata.namespace!, name: 'held' };
    const options = { uid: metadata.uid!, propagation: 'Background', signal } as const;

    expect(await kube.delete(key, options)).toBe(true);
    const held = await kube.getMetadata(key, signal);
    expect(held.metadata).toMatchObject({ uid: metadata.uid, finalizers: ['sluice.dev/test'] });
    expect(held.metadata.deletionTimestamp).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(await kube.delete(key, options)).toBe(true);

    await at().raw('PATCH', await at().pathOf(wanted), {
      type: 'application/merge-patch+json',
      body: { metadata: { finalizers: null } },
    });
    await expect(kube.getMetadata(key, signal)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('an object that is being deleted still takes an apply', async () => {
    const object = configMap(await at().namespace(), 'ending');
    const wanted = { ...object, metadata: { ...object.metadata, finalizers: ['sluice.dev/test'] } };
    await at().apply(wanted, 'sluice-agent');
    await at().raw('DELETE', await at().pathOf(wanted));
    const answer = await at().apply({ ...wanted, data: { key: 'late' } }, 'sluice-agent');
    expect(answer.status).toBe(200);
    expect(answer.body.metadata?.deletionTimestamp).toBeDefined();
  });

  it('a new object of the same name has another uid', async () => {
    const wanted = configMap(await at().namespace(), 'again');
    const first = await at().apply(wanted, 'sluice-agent');
    await at().raw('DELETE', await at().pathOf(wanted));
    const second = await at().apply(wanted, 'sluice-agent');
    expect(second.body.metadata?.uid).not.toBe(first.body.metadata?.uid);
  });

  it('foreground deletion sets the finalizer foregroundDeletion', async () => {
    const object = configMap(await at().namespace(), 'parent');
    const wanted = { ...object, metadata: { ...object.metadata, finalizers: ['sluice.dev/test'] } };
    await at().apply(wanted, 'sluice-agent');
    const { body } = await at().raw('DELETE', await at().pathOf(wanted), {
      body: { propagationPolicy: 'Foreground' },
    });
    expect(body.metadata?.finalizers).toEqual(['sluice.dev/test', 'foregroundDeletion']);
  });

  it('a namespace that is being deleted takes nothing new: 403 with the cause NamespaceTerminating', async () => {
    const name = await at().namespace();
    const path = `/api/v1/namespaces/${name}`;
    await at().raw('PATCH', path, {
      type: 'application/merge-patch+json',
      body: { metadata: { finalizers: ['sluice.dev/test'] } },
    });
    const ending = await at().raw('DELETE', path);
    expect(ending.body.metadata?.deletionTimestamp).toBeDefined();
    const refused = await at().apply(configMap(name, 'late'), 'sluice-agent');
    expect([refused.status, refused.body.details?.causes?.[0]?.reason]).toEqual([403, 'NamespaceTerminating']);
    await at().raw('PATCH', path, {
      type: 'application/merge-patch+json',
      body: { metadata: { finalizers: null } },
    });
  });

  it('deletion of what is missing answers 404 that names it', async () => {
    const path = `/api/v1/namespaces/${await at().namespace()}/configmaps/nothing`;
    const answer = await at().raw('DELETE', path);
    expect(answer).toMatchObject({ status: 404, body: { reason: 'NotFound', details: { name: 'nothing' } } });
  });
};
