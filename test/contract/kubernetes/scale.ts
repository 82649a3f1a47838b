import { expect, it } from 'vitest';
import { deployment } from './objects.ts';
import type { Facts } from './suite.ts';

const otherUid = '00000000-0000-4000-8000-000000000000';

/** Replicas through the scale subresource. */
export const scaleFacts: Facts = (at) => {
  it('shows and sets spec.replicas, and keeps uid and selector', async () => {
    const { kube, signal } = at();
    const wanted = deployment(await at().namespace(), 'scaled', 1);
    const resource = await at().resource(wanted);
    const { metadata } = await kube.create(resource, wanted, { force: true, signal });
    const key = { resource, namespace: wanted.metadata.namespace!, name: 'scaled' };
    await kube.scale(key, 3, { uid: metadata.uid!, signal });
    const path = await at().pathOf(wanted);
    const scale = await at().raw('GET', `${path}/scale`);
    expect(scale.body).toMatchObject({
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { uid: metadata.uid },
      spec: { replicas: 3 },
      status: { selector: 'app=scaled' },
    });
    expect((await at().raw('GET', path)).body.spec?.replicas).toBe(3);
  });

  it('checks uid and resourceVersion: OBJECT_REPLACED and CONFLICT to the agent, and nothing is scaled', async () => {
    const { kube, signal } = at();
    const wanted = deployment(await at().namespace(), 'guarded', 1);
    const resource = await at().resource(wanted);
    const { metadata } = await kube.create(resource, wanted, { force: true, signal });
    const key = { resource, namespace: wanted.metadata.namespace!, name: 'guarded' };
    await expect(kube.scale(key, 3, { uid: otherUid, signal })).rejects.toMatchObject({ code: 'OBJECT_REPLACED' });
    const stale = { uid: metadata.uid!, resourceVersion: '1', signal };
    await expect(kube.scale(key, 3, stale)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(kube.scale({ ...key, name: 'nobody' }, 3, { uid: otherUid, signal })).rejects.toMatchObject({
      code: 'OBJECT_REPLACED',
    });
    expect((await kube.get(key, signal))['spec']).toMatchObject({ replicas: 1 });
  });

  it('is recorded under its subresource, and takes an applied replicas away from our Apply entry', async () => {
    const { kube, signal } = at();
    const wanted = deployment(await at().namespace(), 'recorded', 1);
    const resource = await at().resource(wanted);
    const { metadata } = await kube.create(resource, wanted, { force: true, signal });
    const key = { resource, namespace: wanted.metadata.namespace!, name: 'recorded' };
    await kube.scale(key, 3, { uid: metadata.uid!, signal });
    const entries = (await kube.getMetadata(key, signal)).metadata.managedFields ?? [];
    const owners = entries
      .filter(({ fieldsV1 }) => JSON.stringify(fieldsV1).includes('"f:replicas"'))
      .map(({ manager, operation, subresource }) => [manager, operation, subresource]);
    expect(owners).toContainEqual(['sluice-agent', 'Update', 'scale']);
    expect(owners).not.toContainEqual(['sluice-agent', 'Apply', undefined]);
  });
};
