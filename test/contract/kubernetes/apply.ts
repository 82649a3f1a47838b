import { expect, it } from 'vitest';
import { configMap, deployment, service } from './objects.ts';
import type { Facts } from './suite.ts';
import { eventually } from './wait.ts';

/** Creating, owning, conflicting, validating by server-side apply. */
export const applyFacts: Facts = (at) => {
  it('creates what is missing with 201 and answers 200 from then on', async () => {
    const wanted = configMap(await at().namespace(), 'first');
    expect((await at().apply(wanted, 'sluice-agent')).status).toBe(201);
    expect((await at().apply({ ...wanted, data: { key: 'new' } }, 'sluice-agent')).status).toBe(200);
  });

  it('writes nothing for an apply that changes nothing', async () => {
    for (const wanted of [configMap(await at().namespace(), 'same'), deployment(await at().namespace(), 'same', 2)]) {
      await at().apply(wanted, 'sluice-agent');
      // A controller may write the status between two answers.
      await eventually('two applies with one resourceVersion', async () => {
        const first = await at().apply(wanted, 'sluice-agent');
        const second = await at().apply(wanted, 'sluice-agent');
        return second.body.metadata?.resourceVersion === first.body.metadata?.resourceVersion;
      });
    }
  });

  it('records the applied fields under the manager, operation Apply, and nothing else', async () => {
    const { body } = await at().apply(configMap(await at().namespace(), 'owned'), 'sluice-agent');
    expect(body.metadata?.managedFields).toMatchObject([
      {
        manager: 'sluice-agent',
        operation: 'Apply',
        apiVersion: 'v1',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { 'f:key': {} } },
      },
    ]);
  });

  it('removes a field that its only manager no longer applies', async () => {
    const namespace = await at().namespace();
    await at().apply(configMap(namespace, 'less', { a: '1', b: '2' }), 'sluice-agent');
    const { body } = await at().apply(configMap(namespace, 'less', { a: '1' }), 'sluice-agent');
    expect(body.data).toEqual({ a: '1' });
  });

  it('keeps a field that another manager owns as well, when one of the two lets go', async () => {
    const namespace = await at().namespace();
    await at().apply(configMap(namespace, 'shared', { a: '1', b: '2' }), 'sluice-agent');
    await at().apply(configMap(namespace, 'shared', { b: '2' }), 'somebody');
    const { body } = await at().apply(configMap(namespace, 'shared', { a: '1' }), 'sluice-agent');
    expect(body.data).toEqual({ a: '1', b: '2' });
  });

  it('leaves the fields of others alone', async () => {
    const namespace = await at().namespace();
    const wanted = configMap(namespace, 'beside', { ours: '1' });
    await at().apply(wanted, 'sluice-agent');
    await at().raw('PATCH', `${await at().pathOf(wanted)}?fieldManager=somebody`, {
      type: 'application/merge-patch+json',
      body: { metadata: { labels: { theirs: 'x' } }, data: { theirs: '2' } },
    });
    const { body } = await at().apply({ ...wanted, data: { ours: '3' } }, 'sluice-agent', '&force=true');
    expect(body.data).toEqual({ ours: '3', theirs: '2' });
    expect(body.metadata?.labels).toEqual({ theirs: 'x' });
  });

  it('names manager and field of a conflict, 409 with causes FieldManagerConflict, and force takes the field over', async () => {
    const wanted = configMap(await at().namespace(), 'fought');
    await at().apply(wanted, 'somebody');
    const ours = { ...wanted, data: { key: 'ours' } };
    const refused = await at().apply(ours, 'sluice-agent');
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({
      kind: 'Status',
      reason: 'Conflict',
      details: { causes: [{ reason: 'FieldManagerConflict', field: '.data.key' }] },
    });
    expect(refused.body.details?.causes?.[0]?.message).toMatch(/^conflict with "somebody"/);

    const resource = await at().resource(wanted);
    const { signal } = at();
    await expect(at().kube.apply(resource, ours, { force: false, signal })).rejects.toMatchObject({
      code: 'FIELD_CONFLICT',
      data: { facts: { causes: [{ manager: 'somebody', field: '.data.key' }] } },
    });
    await at().kube.apply(resource, ours, { force: true, signal });
    const key = { resource, namespace: wanted.metadata.namespace ?? '', name: 'fought' };
    expect(await at().kube.get(key, signal)).toMatchObject({ data: { key: 'ours' } });
  });

  it('sees no conflict where two managers apply the same value', async () => {
    const wanted = configMap(await at().namespace(), 'agreed');
    await at().apply(wanted, 'somebody');
    expect((await at().apply(wanted, 'sluice-agent')).status).toBe(200);
  });

  it('merges lists by their keys: a container of another manager stays', async () => {
    const wanted = deployment(await at().namespace(), 'sidecar', 0);
    await at().apply(wanted, 'sluice-agent');
    const sidecar = { spec: { template: { spec: { containers: [{ name: 'side', image: 'side:1' }] } } } };
    const added = await at().apply({ ...wanted, ...sidecar }, 'somebody');
    expect(added.status).toBe(200);
    const changed = deployment(wanted.metadata.namespace!, 'sidecar', 0, 'nginx:2');
    const { body } = await at().apply(changed, 'sluice-agent');
    const images = body.spec?.template?.spec?.containers?.map(({ name, image }) => [name, image]);
    expect(images).toEqual([
      ['main', 'nginx:2'],
      ['side', 'side:1'],
    ]);
  });

  it.each([
    ['an unknown field', { dada: { a: '1' } }],
    ['a value of the wrong type', { data: { key: 5 } }],
  ])('refuses %s with 500 that has no reason, strict or not, and writes nothing', async (_what, wrong) => {
    const wanted = { ...configMap(await at().namespace(), 'typo'), ...wrong };
    for (const query of ['', '&fieldValidation=Strict']) {
      const refused = await at().apply(wanted, 'sluice-agent', query);
      expect([refused.status, refused.body.kind, refused.body.reason]).toEqual([500, 'Status', undefined]);
      expect(refused.body.message).toMatch(/^failed to create typed patch object/);
    }
    expect((await at().raw('GET', await at().pathOf(wanted))).status).toBe(404);
    const resource = await at().resource(wanted);
    await expect(at().kube.apply(resource, wanted, { force: true, signal: at().signal })).rejects.toMatchObject({
      code: 'OBJECT_REJECTED',
    });
  });

  it('refuses an unknown field of a POST with 400 under fieldValidation=Strict', async () => {
    const namespace = await at().namespace();
    const body = { ...configMap(namespace, 'typo'), dada: { a: '1' } };
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const refused = await at().raw('POST', `${path}?fieldValidation=Strict`, { body });
    expect([refused.status, refused.body.reason]).toEqual([400, 'BadRequest']);
    expect((await at().raw('POST', path, { body })).status).toBe(201);
  });

  it('refuses an invalid name with 422 and a name other than the path says with 400', async () => {
    const wanted = configMap(await at().namespace(), 'Bad_Name');
    expect((await at().apply(wanted, 'sluice-agent')).status).toBe(422);
    const path = (await at().pathOf(wanted)).replace('Bad_Name', 'good-name');
    const type = 'application/apply-patch+yaml';
    expect((await at().raw('PATCH', `${path}?fieldManager=sluice-agent`, { type, body: wanted })).status).toBe(400);
  });

  it('refuses an apply patch without a field manager with 422, and one with managedFields with 400', async () => {
    const wanted = configMap(await at().namespace(), 'nobody');
    expect((await at().apply(wanted, '')).status).toBe(422);
    const withFields = { ...wanted, metadata: { ...wanted.metadata, managedFields: [{ manager: 'me' }] } };
    expect((await at().apply(withFields, 'sluice-agent')).status).toBe(400);
  });

  it('answers a dry run as if it were real, and writes nothing', async () => {
    const wanted = configMap(await at().namespace(), 'dry');
    const resource = await at().resource(wanted);
    const { signal } = at();
    const meta = await at().kube.apply(resource, wanted, { force: true, dryRun: true, signal });
    expect(meta).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'dry' } });
    expect((await at().raw('GET', await at().pathOf(wanted))).status).toBe(404);
  });

  it('refuses to change an immutable field with 422', async () => {
    const namespace = await at().namespace();
    const fixed = { ...configMap(namespace, 'fixed'), immutable: true };
    const selected = deployment(namespace, 'selected', 0);
    const addressed = service(namespace, 'addressed');
    for (const object of [fixed, selected, addressed]) await at().apply(object, 'sluice-agent');
    const labels = { app: 'other' };
    const spec = { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [] } } };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'nginx:1' }] } };
    const changes = [
      { ...fixed, data: { key: 'changed' } },
      { ...selected, spec: { ...spec, template } },
      { ...addressed, spec: { ...(addressed['spec'] as object), clusterIP: '10.96.200.200' } },
    ];
    for (const change of changes) {
      const answer = await at().apply(change, 'sluice-agent', '&force=true');
      expect([change.kind, answer.status, answer.body.reason]).toEqual([change.kind, 422, 'Invalid']);
    }
  });

  it('answers 404 that names the namespace when that is missing', async () => {
    const wanted = configMap('no-such-namespace', 'lost');
    const answer = await at().apply(wanted, 'sluice-agent');
    expect(answer).toMatchObject({ status: 404, body: { details: { name: 'no-such-namespace', kind: 'namespaces' } } });
    const resource = await at().resource(wanted);
    await expect(at().kube.create(resource, wanted, { force: true, signal: at().signal })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('answers the whole object, and metadata alone when asked for PartialObjectMetadata', async () => {
    const namespace = await at().namespace();
    const wanted = configMap(namespace, 'small');
    const resource = await at().resource(wanted);
    const whole = await at().kube.apply(resource, wanted, { force: true, signal: at().signal });
    expect(Object.keys(whole).sort()).toEqual(['apiVersion', 'data', 'kind', 'metadata']);
    const meta = await at().kube.getMetadata({ resource, namespace, name: 'small' }, at().signal);
    expect(Object.keys(meta).sort()).toEqual(['apiVersion', 'kind', 'metadata']);
    expect(meta.metadata.managedFields).toHaveLength(1);
    expect(meta.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
  });
};
