import { describe, expect, it } from 'vitest';
import { configMap, oneOfEach } from './objects.ts';
import { textOf } from './context.ts';
import type { Facts } from './suite.ts';

const otherUid = '00000000-0000-4000-8000-000000000000';

/** Create, update and delete as the agent sends them: the server checks identity in the same request. */
export const shapeFacts: Facts = (at) => {
  describe('create (apply with resourceVersion 1)', () => {
    it('creates what is missing and answers 409 without causes for what exists, of every kind', async () => {
      for (const wanted of oneOfEach(await at().namespace())) {
        const shaped = { ...wanted, metadata: { ...wanted.metadata, resourceVersion: '1' } };
        const created = await at().apply(shaped, 'sluice-agent', '&force=true');
        const again = await at().apply(shaped, 'sluice-agent', '&force=true');
        expect([wanted.kind, created.status, again.status]).toEqual([wanted.kind, 201, 409]);
        expect(again.body).toMatchObject({ kind: 'Status', reason: 'Conflict' });
        expect(again.body.details?.causes).toBeUndefined();
      }
    });

    it('answers the same for a dry run', async () => {
      const wanted = configMap(await at().namespace(), 'dry');
      const shaped = { ...wanted, metadata: { ...wanted.metadata, resourceVersion: '1' } };
      expect((await at().apply(shaped, 'sluice-agent', '&dryRun=All')).status).toBe(201);
      await at().apply(shaped, 'sluice-agent');
      expect((await at().apply(shaped, 'sluice-agent', '&dryRun=All')).status).toBe(409);
    });

    it('is OBJECT_EXISTS to the agent, and leaves the foreign object as it is', async () => {
      const wanted = configMap(await at().namespace(), 'taken', { key: 'theirs' });
      await at().apply(wanted, 'somebody');
      const ours = { ...wanted, data: { key: 'ours' } };
      const { signal } = at();
      await expect(at().kube.create(await at().resource(ours), ours, { force: true, signal })).rejects.toMatchObject({
        code: 'OBJECT_EXISTS',
      });
      expect((await at().raw('GET', await at().pathOf(ours))).body.data).toEqual({ key: 'theirs' });
    });
  });

  describe('update (apply with the recorded uid)', () => {
    it('never creates: 409 for a missing object', async () => {
      const wanted = configMap(await at().namespace(), 'gone');
      const shaped = { ...wanted, metadata: { ...wanted.metadata, uid: otherUid } };
      const answer = await at().apply(shaped, 'sluice-agent', '&force=true');
      expect(answer).toMatchObject({ status: 409, body: { reason: 'Conflict' } });
      expect((await at().raw('GET', await at().pathOf(wanted))).status).toBe(404);
    });

    it('answers 422 that names metadata.uid when the name means another object now', async () => {
      const wanted = configMap(await at().namespace(), 'other');
      await at().apply(wanted, 'somebody');
      const shaped = { ...wanted, data: { key: 'ours' }, metadata: { ...wanted.metadata, uid: otherUid } };
      const answer = await at().apply(shaped, 'sluice-agent', '&force=true');
      expect([answer.status, answer.body.reason]).toEqual([422, 'Invalid']);
      expect(answer.body.details?.causes?.[0]?.field).toBe('metadata.uid');
      expect((await at().raw('GET', await at().pathOf(wanted))).body.data).toEqual({ key: 'value' });
    });

    it('is OBJECT_REPLACED to the agent in both cases, and applies to the recorded object', async () => {
      const { kube, signal } = at();
      const wanted = configMap(await at().namespace(), 'ours');
      const resource = await at().resource(wanted);
      const options = { force: true, signal };
      await expect(kube.update(resource, wanted, otherUid, options)).rejects.toMatchObject({ code: 'OBJECT_REPLACED' });
      const { metadata } = await kube.create(resource, wanted, options);
      await expect(kube.update(resource, wanted, otherUid, options)).rejects.toMatchObject({ code: 'OBJECT_REPLACED' });
      const changed = { ...wanted, data: { key: 'new' } };
      const updated = await kube.update(resource, changed, metadata.uid!, options);
      expect(updated.metadata.uid).toBe(metadata.uid);
      expect((await at().raw('GET', await at().pathOf(wanted))).body.data).toEqual({ key: 'new' });
    });

    it('records the uid or resourceVersion of the patch nowhere: managed fields stay the declared ones', async () => {
      const { kube, signal } = at();
      const wanted = configMap(await at().namespace(), 'clean');
      const resource = await at().resource(wanted);
      const created = await kube.create(resource, wanted, { force: true, signal });
      const updated = await kube.update(resource, wanted, created.metadata.uid!, { force: true, signal });
      expect(updated.metadata.managedFields?.[0]?.fieldsV1).toEqual(created.metadata.managedFields?.[0]?.fieldsV1);
      expect(JSON.stringify(updated.metadata.managedFields)).not.toMatch(/f:uid|f:resourceVersion/);
    });
  });

  describe('delete (uid and resourceVersion preconditions)', () => {
    it('answers 409 and keeps the object when the uid or the resourceVersion is another', async () => {
      const wanted = configMap(await at().namespace(), 'kept');
      const { body } = await at().apply(wanted, 'sluice-agent');
      const path = await at().pathOf(wanted);
      const uid = textOf(body.metadata?.uid);
      for (const preconditions of [{ uid: otherUid }, { uid, resourceVersion: '1' }]) {
        const refused = await at().raw('DELETE', path, { body: { preconditions } });
        expect(refused).toMatchObject({ status: 409, body: { reason: 'Conflict' } });
      }
      expect((await at().raw('GET', path)).status).toBe(200);
    });

    it('is OBJECT_REPLACED, CONFLICT, true and then false to the agent', async () => {
      const { kube, signal } = at();
      const wanted = configMap(await at().namespace(), 'deleted');
      const resource = await at().resource(wanted);
      const { metadata } = await kube.create(resource, wanted, { force: true, signal });
      const key = { resource, namespace: wanted.metadata.namespace!, name: 'deleted' };
      const options = { propagation: 'Background', signal } as const;
      await expect(kube.delete(key, { ...options, uid: otherUid })).rejects.toMatchObject({ code: 'OBJECT_REPLACED' });
      const uid = metadata.uid!;
      await expect(kube.delete(key, { ...options, uid, resourceVersion: '1' })).rejects.toMatchObject({
        code: 'CONFLICT',
      });
      const { resourceVersion } = metadata;
      expect(await kube.delete(key, { ...options, uid, resourceVersion: resourceVersion! })).toBe(true);
      expect(await kube.delete(key, { ...options, uid })).toBe(false);
    });
  });

  describe('whole objects (POST and PUT)', () => {
    it('are OBJECT_EXISTS for a name that is taken and CONFLICT for an old resourceVersion', async () => {
      const { kube, signal } = at();
      const wanted = configMap(await at().namespace(), 'state');
      const resource = await at().resource(wanted);
      const first = await kube.post(resource, wanted, signal);
      await expect(kube.post(resource, wanted, signal)).rejects.toMatchObject({ code: 'OBJECT_EXISTS' });
      const second = await kube.put(resource, { ...first, data: { key: '2' } }, signal);
      await expect(kube.put(resource, { ...first, data: { key: '3' } }, signal)).rejects.toMatchObject({
        code: 'CONFLICT',
      });
      expect(second['data']).toEqual({ key: '2' });
      const lost = { ...second, metadata: { ...second.metadata, name: 'state-2' } };
      await expect(kube.put(resource, lost, signal)).rejects.toMatchObject({ name: 'SluiceError' });
    });
  });
};
