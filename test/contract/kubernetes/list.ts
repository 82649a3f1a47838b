import { expect, it } from 'vitest';
import { configMap } from './objects.ts';
import { textOf } from './context.ts';
import type { Facts } from './suite.ts';

/** Lists: pages, metadata only, selectors, compression. */
export const listFacts: Facts = (at) => {
  const fill = async (count: number, size = 1): Promise<string> => {
    const namespace = await at().namespace();
    const names = Array.from({ length: count }, (_, index) => `item-${String(index).padStart(3, '0')}`);
    await Promise.all(
      names.map(async (name, index) => {
        const object = configMap(namespace, name, { key: 'x'.repeat(size) });
        const labels = { parity: index % 2 === 0 ? 'even' : 'odd' };
        await at().apply({ ...object, metadata: { ...object.metadata, labels } }, 'sluice-agent');
      }),
    );
    return namespace;
  };

  it('come in pages, in order of name, that all belong to one resourceVersion', async () => {
    const namespace = await fill(7);
    const path = `/api/v1/namespaces/${namespace}/configmaps?limit=3`;
    const first = await at().raw('GET', path);
    expect(first.body.metadata).toMatchObject({ remainingItemCount: expect.any(Number) as number });
    await at().apply(configMap(namespace, 'item-999'), 'sluice-agent');
    const next = encodeURIComponent(textOf(first.body.metadata?.continue));
    const second = await at().raw('GET', `${path}&continue=${next}`);
    expect(second.body.metadata?.resourceVersion).toBe(first.body.metadata?.resourceVersion);
    const names = [first, second].flatMap(({ body }) => body.items?.map(({ metadata }) => metadata?.name));
    expect(names.filter((name) => textOf(name).startsWith('item'))).toEqual(
      names.filter((name) => textOf(name).startsWith('item')).sort(),
    );
    expect(new Set(names).size).toBe(6);
  });

  it('are put together by the agent, whatever the size of a page', async () => {
    const namespace = await fill(7);
    const resource = await at().resource({ apiVersion: 'v1', kind: 'ConfigMap' });
    const { items, resourceVersion } = await at().kube.list(resource, {
      namespace,
      labelSelector: 'parity',
      metadataOnly: false,
      signal: at().signal,
    });
    expect(items.map(({ metadata }) => metadata.name)).toHaveLength(7);
    expect(items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { key: 'x' } });
    expect(Number(resourceVersion)).toBeGreaterThan(0);
  });

  it('refuse a continue token that was made up, with 400', async () => {
    const answer = await at().raw('GET', '/api/v1/configmaps?limit=1&continue=nonsense');
    expect(answer.status).toBe(400);
  });

  it('hold nothing but metadata, managedFields included, when that is asked for', async () => {
    const namespace = await fill(2);
    const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
    const { body } = await at().raw('GET', `/api/v1/namespaces/${namespace}/configmaps?labelSelector=parity`, {
      accept,
    });
    expect(body).toMatchObject({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' });
    const keys = body.items?.map((item) =>
      Object.keys(item).filter((name) => name !== 'apiVersion' && name !== 'kind'),
    );
    expect(keys).toEqual([['metadata'], ['metadata']]);
    expect(body.items?.[0]?.metadata?.managedFields).toHaveLength(1);
  });

  it('hold what a label selector matches', async () => {
    const namespace = await fill(5);
    // A controller puts a ConfigMap of its own into every namespace, sooner or later: it has none of these labels.
    const plain = configMap(namespace, 'plain');
    await at().apply({ ...plain, metadata: { ...plain.metadata, labels: { shape: 'plain' } } }, 'sluice-agent');
    const resource = await at().resource({ apiVersion: 'v1', kind: 'ConfigMap' });
    const count = async (labelSelector: string): Promise<number> => {
      const options = { namespace, labelSelector, metadataOnly: true, signal: at().signal };
      return (await at().kube.list(resource, options)).items.length;
    };
    expect(await count('parity=even')).toBe(3);
    expect(await count('parity in (even,odd)')).toBe(5);
    expect(await count('parity!=even,parity')).toBe(2);
    expect(await count('shape,parity notin (odd,even)')).toBe(1);
    expect(await count('shape,!parity')).toBe(1);
  });

  it('are compressed above 128 KiB for a client that accepts gzip, and the agent reads them', async () => {
    const namespace = await fill(4, 50_000);
    const path = `/api/v1/namespaces/${namespace}/configmaps?labelSelector=parity`;
    const plain = await at().raw('GET', path);
    const zipped = await at().raw('GET', path, { headers: { 'accept-encoding': 'gzip' } });
    expect([plain.headers['content-encoding'], zipped.headers['content-encoding']]).toEqual([undefined, 'gzip']);
    expect(zipped.body.items).toEqual(plain.body.items);
  });
};
