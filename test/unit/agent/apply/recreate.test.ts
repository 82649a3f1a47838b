import { describe, expect, it } from 'vitest';
import { madeAgain } from '../../../../agent/apply/recreate.ts';
import type { InventoryEntry } from '../../../../agent/model/inventory.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';

const [before, digest] = ['0', '1'].map((digit) => `sha256:${digit.repeat(64)}` as const) as [
  `sha256:${string}`,
  `sha256:${string}`,
];
const resource = {
  ...{ group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', namespaced: true },
  ...{ verbs: [], subresources: [] },
};
const deployment = 'apps/Deployment/default/web';
const object = (value: string, more: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { selector: value, ...more },
});

/** What comes of a change of the selector from `a` to a value. */
async function after(
  id: string,
  {
    value = 'b',
    live = object('a'),
    fields = ['/spec/selector'],
    ...more
  }: Partial<InventoryEntry> & {
    readonly value?: string;
    readonly live?: KubeObject;
    readonly fields?: readonly string[];
  } = {},
) {
  const kube = { resource: () => Promise.resolve(resource), get: () => Promise.resolve(live) };
  const entry: InventoryEntry = {
    ...{ id, apiVersion: 'apps/v1', app: 'default/shop', revision: null, uid: 'u', nonce: 'n', fieldsHash: null },
    applied: before,
    ...more,
  };
  const update = { op: 'patch', recreateFields: fields } as const;
  const task = { id, app: 'default/shop', digest, update };
  const found = await madeAgain({ kube, signal: AbortSignal.timeout(10_000) }, task, {
    entry,
    resource,
    object: object(value),
  });
  return found === null ? null : [found.reason, found.entry.handover];
}
const again = ['spec.selector changes: it is deleted and made again', { from: 'default/shop', refused: digest }];

describe('an object of which a field changes', () => {
  it.each<[string, string, Parameters<typeof after>[1], unknown]>([
    ['is made again', deployment, {}, again],
    ['is not where it does not change', deployment, { value: 'a' }, null],
    ['is not where no field is named', deployment, { fields: [] }, null],
    ['is not where it is repaired', deployment, { applied: digest }, null],
    ['is not where it was never applied', deployment, { applied: null }, null],
    [
      'is not where admission changes that field each time',
      deployment,
      { rewritten: [{ pointer: '/spec/selector', field: 'spec.selector', ours: 'b', theirs: 'a' }] },
      null,
    ],
    ['is not where data goes along', '/PersistentVolumeClaim/default/data', {}, null],
    [
      'is not where claims go along',
      'apps/StatefulSet/default/db',
      { live: object('a', { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' } }) },
      null,
    ],
    ['is as a StatefulSet whose claims stay', 'apps/StatefulSet/default/db', {}, again],
  ])('%s', async (_, id, change, expected) => {
    expect(await after(id, change)).toEqual(expected);
  });
});
