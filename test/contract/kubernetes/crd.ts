import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import type { KubeObject } from '../../../shared/model/object.ts';
import type { Contract } from './context.ts';
import { widgetCrd } from './objects.ts';
import type { Facts } from './suite.ts';
import { eventually } from './wait.ts';

function widget(group: string, namespace: string, name: string, spec: Record<string, unknown>): KubeObject {
  return { apiVersion: `${group}/v1`, kind: 'Widget', metadata: { name, namespace }, spec };
}

/** Creates a CRD with a group of its own and waits until the server says that it is Established. */
async function establish(contract: Contract): Promise<{ readonly group: string; readonly crd: KubeObject }> {
  const group = `g${randomBytes(4).toString('hex')}.example.com`;
  const crd = widgetCrd(group);
  const { kube, signal } = contract;
  await kube.create(await contract.resource(crd), crd, { force: true, signal });
  const path = await contract.pathOf(crd);
  await eventually('Established', async () => {
    const { body } = await contract.raw('GET', path);
    const conditions = (body.status?.conditions ?? []) as unknown as { type: string; status: string }[];
    return conditions.some(({ type, status }) => type === 'Established' && status === 'True');
  });
  // The condition comes a moment before the handler.
  await eventually('the kind is served', async () => {
    kube.forgetResources();
    return (await kube.resources(signal)).some((resource) => resource.group === group);
  });
  return { group, crd };
}

/** CRDs: established, served, validated, and gone. */
export const crdFacts: Facts = (at) => {
  it('are served once their CRD is Established, in the preferred version unless another is asked for', async () => {
    const { group } = await establish(at());
    const { kube, signal } = at();
    expect(await kube.resource({ group, kind: 'Widget' }, signal)).toMatchObject({
      version: 'v1',
      plural: 'widgets',
      namespaced: true,
      subresources: expect.arrayContaining(['scale', 'status']) as string[],
    });
    expect(await kube.resource({ group, kind: 'Widget' }, signal, 'v1beta1')).toMatchObject({ version: 'v1beta1' });
    await expect(kube.resource({ group, kind: 'Widget' }, signal, 'v9')).rejects.toMatchObject({
      code: 'KIND_UNKNOWN',
    });
  });

  it('are checked against their schema: 422 for a wrong value, 500 without a reason for an unknown field', async () => {
    const { group } = await establish(at());
    const namespace = await at().namespace();
    const wrong = await at().apply(widget(group, namespace, 'w', { size: 'huge' }), 'sluice-agent');
    expect(wrong).toMatchObject({ status: 422, body: { reason: 'Invalid' } });
    const lacking = await at().apply(widget(group, namespace, 'w', { replicas: 1 }), 'sluice-agent');
    expect(lacking.status).toBe(422);
    const unknown = await at().apply(widget(group, namespace, 'w', { size: 'small', colour: 'red' }), 'sluice-agent');
    expect([unknown.status, unknown.body.reason]).toEqual([500, undefined]);
  });

  it('know the three request shapes, scale and status', async () => {
    const { group } = await establish(at());
    const { kube, signal } = at();
    const wanted = widget(group, await at().namespace(), 'w', { size: 'small', replicas: 1 });
    const resource = await at().resource(wanted);
    const options = { force: true, signal };
    const { metadata } = await kube.create(resource, wanted, options);
    await expect(kube.create(resource, wanted, options)).rejects.toMatchObject({ code: 'OBJECT_EXISTS' });
    const other = '00000000-0000-4000-8000-000000000000';
    await expect(kube.update(resource, wanted, other, options)).rejects.toMatchObject({ code: 'OBJECT_REPLACED' });
    await kube.update(resource, { ...wanted, spec: { size: 'large', replicas: 1 } }, metadata.uid!, options);

    const key = { resource, namespace: wanted.metadata.namespace!, name: 'w' };
    await kube.scale(key, 4, { uid: metadata.uid!, signal });
    await expect(kube.scale(key, 5, { uid: other, signal })).rejects.toMatchObject({ code: 'OBJECT_REPLACED' });
    const stale = { uid: metadata.uid!, resourceVersion: '1', signal };
    await expect(kube.scale(key, 5, stale)).rejects.toMatchObject({ code: 'CONFLICT' });
    const path = await at().pathOf(wanted);
    const type = 'application/merge-patch+json';
    await at().raw('PATCH', `${path}/status`, { type, body: { status: { phase: 'Done' }, spec: { size: 'small' } } });
    expect(await kube.get(key, signal)).toMatchObject({
      metadata: { generation: 3 },
      spec: { size: 'large', replicas: 4 },
      status: { phase: 'Done' },
    });
    expect(await kube.delete(key, { uid: metadata.uid!, propagation: 'Background', signal })).toBe(true);
  });

  it('watched from a resourceVersion before their CRD answer 410 Expired, as an event of the stream', async () => {
    const { group } = await establish(at());
    const { kube, signal } = at();
    // A server whose cache of the new kind is still filling may answer 429 with Retry-After first; the agent's client waits.
    await kube.list(await kube.resource({ group, kind: 'Widget' }, signal), { metadataOnly: true, signal });
    const path = `/apis/${group}/v1/widgets?watch=1&timeoutSeconds=5&resourceVersion=1`;
    await eventually('the cache is filled', async () => (await at().raw('GET', path)).status !== 429);
    const answer = await at().raw('GET', path);
    expect([answer.status, answer.body.type, answer.body.object]).toMatchObject([
      200,
      'ERROR',
      { kind: 'Status', code: 410, reason: 'Expired' },
    ]);
  });

  it('are gone with their CRD: 404 that names no object, KIND_UNKNOWN to the agent', async () => {
    const { group, crd } = await establish(at());
    const { kube, signal } = at();
    const wanted = widget(group, await at().namespace(), 'w', { size: 'small' });
    const resource = await at().resource(wanted);
    await at().raw('DELETE', await at().pathOf(crd));
    await eventually('the CRD is gone', async () => (await at().raw('GET', await at().pathOf(crd))).status === 404);
    await eventually('the path is gone', async () => {
      const list = await at().raw('GET', `/apis/${group}/v1/namespaces/default/widgets`);
      return list.status === 404;
    });
    await expect(kube.apply(resource, wanted, { force: true, signal })).rejects.toMatchObject({ code: 'KIND_UNKNOWN' });
    await eventually('discovery forgets the kind', async () => {
      kube.forgetResources();
      return !(await kube.resources(signal)).some((each) => each.group === group);
    });
    await expect(kube.resource({ group, kind: 'Widget' }, signal)).rejects.toMatchObject({ code: 'KIND_UNKNOWN' });
  });
};
