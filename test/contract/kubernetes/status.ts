import { expect, it } from 'vitest';
import { deployment } from './objects.ts';
import type { Facts } from './suite.ts';

/** What moves generation, and who may write status. */
export const statusFacts: Facts = (at) => {
  it('generation counts changes of the spec, not of labels or status', async () => {
    const namespace = await at().namespace();
    const wanted = deployment(namespace, 'counted', 0);
    const path = await at().pathOf(wanted);
    const generation = async (): Promise<unknown> => (await at().raw('GET', path)).body.metadata?.generation;
    await at().apply(wanted, 'sluice-agent');
    expect(await generation()).toBe(1);
    await at().apply({ ...wanted, metadata: { ...wanted.metadata, labels: { a: 'b' } } }, 'sluice-agent');
    expect(await generation()).toBe(1);
    await at().raw('PATCH', `${path}/status`, {
      type: 'application/merge-patch+json',
      body: { status: { replicas: 0 } },
    });
    expect(await generation()).toBe(1);
    await at().apply(deployment(namespace, 'counted', 0, 'nginx:2'), 'sluice-agent');
    expect(await generation()).toBe(2);
  });

  it('a status in a write of the object itself is ignored, and a spec in a write of the status is too', async () => {
    const wanted = deployment(await at().namespace(), 'split', 0);
    const path = await at().pathOf(wanted);
    await at().apply(wanted, 'sluice-agent');
    const type = 'application/merge-patch+json';
    const patch = { spec: { minReadySeconds: 7 }, status: { collisionCount: 7 } };
    const main = await at().raw('PATCH', path, { type, body: patch });
    expect([main.body.spec?.minReadySeconds, main.body.status?.collisionCount]).toEqual([7, undefined]);
    const status = await at().raw('PATCH', `${path}/status`, {
      type,
      body: { spec: { minReadySeconds: 8 }, status: { collisionCount: 8 } },
    });
    expect([status.body.spec?.minReadySeconds, status.body.status?.collisionCount]).toEqual([7, 8]);
  });
};
