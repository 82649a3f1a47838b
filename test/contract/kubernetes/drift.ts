import { expect, it } from 'vitest';
import type { KubeObject } from '../../../shared/model/object.ts';
import type { Contract, RawAnswer } from './context.ts';
import { deployment } from './objects.ts';
import type { Facts } from './suite.ts';

/** What the agent owns, as the server records it: the one entry of our manager, operation Apply, no subresource. */
function ownedFields({ body }: RawAnswer): unknown {
  const entries = [...(body.metadata?.managedFields ?? [])] as unknown as {
    manager: string;
    operation: string;
    subresource?: string;
    fieldsV1: unknown;
  }[];
  return entries.find(
    ({ manager, operation, subresource }) =>
      manager === 'sluice-agent' && operation === 'Apply' && subresource === undefined,
  )?.fieldsV1;
}

type Edit = (contract: Contract, path: string, wanted: KubeObject) => Promise<unknown>;

const merge = async (contract: Contract, path: string, body: unknown): Promise<unknown> =>
  contract.raw('PATCH', `${path}?fieldManager=somebody`, { type: 'application/merge-patch+json', body });

const containers = [{ name: 'main', image: 'nginx:9' }];

const drifts: Readonly<Record<string, Edit>> = {
  'a changed field': async (contract, path) => merge(contract, path, { spec: { replicas: 7 } }),
  'a scale': async (contract, path) =>
    contract.raw('PATCH', `${path}/scale?fieldManager=somebody`, {
      type: 'application/merge-patch+json',
      body: { spec: { replicas: 7 } },
    }),
  'a changed image': async (contract, path) =>
    contract.raw('PATCH', `${path}?fieldManager=somebody`, {
      type: 'application/strategic-merge-patch+json',
      body: { spec: { template: { spec: { containers } } } },
    }),
  'a removed label': async (contract, path) => merge(contract, path, { metadata: { labels: { ours: null } } }),
  'a forced apply of another value': async (contract, _path, wanted) =>
    contract.apply(deployment(wanted.metadata.namespace ?? '', wanted.metadata.name, 9), 'somebody', '&force=true'),
  'a PUT of another value': async (contract, path) => {
    const { body } = await contract.raw('GET', path);
    // Without a resourceVersion, so that a controller's write of the status cannot come between.
    const metadata = { ...body.metadata, resourceVersion: undefined };
    return contract.raw('PUT', `${path}?fieldManager=somebody`, {
      body: { ...body, metadata, spec: { ...body.spec, replicas: 5 } },
    });
  },
  'stripped managedFields': async (contract, path) => merge(contract, path, { metadata: { managedFields: [{}] } }),
};

const harmless: Readonly<Record<string, Edit>> = {
  'a foreign label': async (contract, path) => merge(contract, path, { metadata: { labels: { theirs: 'x' } } }),
  'an added field': async (contract, path) => merge(contract, path, { spec: { minReadySeconds: 3 } }),
  'a status': async (contract, path) =>
    contract.raw('PATCH', `${path}/status?fieldManager=somebody`, {
      type: 'application/merge-patch+json',
      body: { status: { observedGeneration: 1 } },
    }),
  'an apply of the same value by another manager': async (contract, _path, wanted) =>
    contract.apply(wanted, 'somebody'),
};

/** Drift detection by metadata alone: our managedFields entry changes exactly when a field of ours does. */
export const driftFacts: Facts = (at) => {
  const changed = async (edit: Edit): Promise<boolean> => {
    const object = deployment(await at().namespace(), 'drifting', 0);
    const wanted = { ...object, metadata: { ...object.metadata, labels: { ours: 'x' } } };
    const path = await at().pathOf(wanted);
    const before = ownedFields(await at().apply(wanted, 'sluice-agent'));
    expect(before).toBeDefined();
    await edit(at(), path, wanted);
    return JSON.stringify(ownedFields(await at().raw('GET', path))) !== JSON.stringify(before);
  };

  it.each(Object.entries(drifts))('our managedFields entry changes with %s', async (_name, edit) => {
    expect(await changed(edit)).toBe(true);
  });

  it.each(Object.entries(harmless))('our managedFields entry stays the same with %s', async (_name, edit) => {
    expect(await changed(edit)).toBe(false);
  });

  it('an apply of what was applied brings a changed field and our entry back', async () => {
    const wanted = deployment(await at().namespace(), 'repaired', 0);
    const path = await at().pathOf(wanted);
    const before = ownedFields(await at().apply(wanted, 'sluice-agent'));
    await merge(at(), path, { spec: { replicas: 7 } });
    const after = await at().apply(wanted, 'sluice-agent', '&force=true');
    expect(after.body.spec?.replicas).toBe(0);
    expect(ownedFields(after)).toEqual(before);
  });
};
