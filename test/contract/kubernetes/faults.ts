import { afterAll, beforeAll, expect, it } from 'vitest';
import { createKube } from '../../../agent/kube/client.ts';
import type { KubeClient } from '../../../agent/kube/client.ts';
import { systemClock, systemRandom } from '../../../shared/adapters/clock.ts';
import { startFaultyProxy } from './faulty-proxy.ts';
import type { Fault, FaultyProxy } from './faulty-proxy.ts';
import { configMap } from './objects.ts';
import type { Facts } from './suite.ts';
import { follow, watched } from './watch.ts';

const throttled: Fault = {
  kind: 'answer',
  status: 429,
  headers: { 'retry-after': '0' },
  body: JSON.stringify({ kind: 'Status', code: 429, reason: 'TooManyRequests', message: 'please wait' }),
};

/** 429 with Retry-After, cut connections, and watches that live through them. */
export const faultFacts: Facts = (at) => {
  let proxy: FaultyProxy;
  let kube: KubeClient;
  beforeAll(async () => {
    proxy = await startFaultyProxy(at().access);
    const backoff = { first: 10, max: 50 };
    kube = createKube({
      access: proxy.access,
      clock: systemClock,
      random: systemRandom,
      retryBudgetMs: 2_000,
      watch: { backoff },
    });
  });
  afterAll(async () => {
    kube.close();
    await proxy.stop();
  });

  it('an apply that is answered 429 with Retry-After is sent again and succeeds', async () => {
    const wanted = configMap(await at().namespace(), 'patient');
    const path = await at().pathOf(wanted);
    proxy.plan(path, throttled, throttled);
    const meta = await kube.create(await at().resource(wanted), wanted, { force: true, signal: at().signal });
    expect(meta.metadata.name).toBe('patient');
    expect(proxy.seen.filter((each) => each.startsWith(`PATCH ${path}`))).toHaveLength(3);
  });

  it('a server that asks to wait beyond the budget is TOO_MANY_REQUESTS at once', async () => {
    const wanted = configMap(await at().namespace(), 'impatient');
    const answer: Fault = { ...throttled, headers: { 'retry-after': '600' } };
    proxy.plan(await at().pathOf(wanted), answer);
    const { signal } = at();
    await expect(kube.create(await at().resource(wanted), wanted, { force: true, signal })).rejects.toMatchObject({
      code: 'TOO_MANY_REQUESTS',
      data: { facts: { retryAfterSeconds: 600 } },
    });
  });

  it('a watch that is cut goes on where it was, without a relist and without losing a change', async () => {
    const namespace = await at().namespace();
    await at().apply(watched(namespace, 'before'), 'sluice-agent');
    const following = await follow(at(), namespace, kube, { onError: () => undefined });
    await following.until('synced');
    proxy.cut();
    await at().apply(watched(namespace, 'meanwhile'), 'sluice-agent');
    await following.until('added meanwhile');
    await following.stop();
    expect(following.seen).toEqual(['added before', 'synced', 'added meanwhile']);
  });

  it('a watch whose place is answered 410 relists, and says that what it knew is void', async () => {
    const namespace = await at().namespace();
    await at().apply(watched(namespace, 'only'), 'sluice-agent');
    const following = await follow(at(), namespace, kube, { onError: () => undefined });
    await following.until('synced');
    const gone = JSON.stringify({ kind: 'Status', code: 410, reason: 'Expired', message: 'too old' });
    proxy.plan(`/api/v1/namespaces/${namespace}/configmaps`, { kind: 'answer', status: 410, body: gone });
    proxy.cut();
    await following.until('synced', 2);
    await at().apply(watched(namespace, 'after'), 'sluice-agent');
    await following.until('added after');
    await following.stop();
    expect(following.seen).toEqual(['added only', 'synced', 'relist', 'added only', 'synced', 'added after']);
  });

  it('a server without watch-list is listed and then watched', async () => {
    const namespace = await at().namespace();
    await at().apply(watched(namespace, 'listed'), 'sluice-agent');
    const refusal = JSON.stringify({
      kind: 'Status',
      code: 422,
      reason: 'Invalid',
      message: 'sendInitialEvents is forbidden',
    });
    proxy.plan(`/api/v1/namespaces/${namespace}/configmaps?`, { kind: 'answer', status: 422, body: refusal });
    const following = await follow(at(), namespace, kube);
    await following.until('synced');
    await at().apply(watched(namespace, 'later'), 'sluice-agent');
    await following.until('added later');
    await following.stop();
    expect(following.seen).toEqual(['added listed', 'synced', 'added later']);
  });

  it('a pooled connection that the server closed is no fault', async () => {
    const wanted = configMap(await at().namespace(), 'pooled');
    const resource = await at().resource(wanted);
    const { signal } = at();
    const { metadata } = await kube.create(resource, wanted, { force: true, signal });
    proxy.plan(await at().pathOf(wanted), { kind: 'reset' });
    await kube.update(resource, { ...wanted, data: { key: 'new' } }, metadata.uid!, { force: true, signal });
    expect((await at().raw('GET', await at().pathOf(wanted))).body.data).toEqual({ key: 'new' });
  });
};
