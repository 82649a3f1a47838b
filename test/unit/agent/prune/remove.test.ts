import { beforeEach, describe, expect, it } from 'vitest';
import type { InventoryEntry } from '../../../../agent/model/inventory.ts';
import { removeOne, scaleToZero, type RemoveContext } from '../../../../agent/prune/remove.ts';
import { owner } from '../../../../shared/model/names.ts';
import { fakeKube, type FakeKube } from '../../../fakes/kube.ts';

const id = '/ConfigMap/default/a';
const registration = 'ours';

let kube: FakeKube;
let entry: InventoryEntry;
let context: RemoveContext;

beforeEach(() => {
  kube = fakeKube();
  kube.put_({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: 'default', annotations: { [owner.registration]: registration } },
  });
  const uid = kube.read(id)!.metadata.uid!;
  entry = {
    id,
    apiVersion: 'v1',
    app: 'default/app',
    revision: null,
    uid,
    nonce: '',
    applied: 'sha256:1',
    fieldsHash: null,
  };
  context = {
    kube,
    registration,
    live: { object: () => undefined, isSynced: () => true, endOf: () => undefined } as never,
    learn: () => undefined,
    forget: () => undefined,
    signal: new AbortController().signal,
  };
});

/** Something changes the object between our look at it and each of the first deletions. */
function racing(times: number, change: () => void): void {
  let left = times;
  kube.fault = (call) => {
    if (call !== 'delete ConfigMap/a' || left === 0) return null;
    left -= 1;
    change();
    return 'CONFLICT';
  };
}

const touch = () => kube.edit(id, (object) => (object['data'] = { n: String(kube.counters().requests) }));

describe('the deletion of an object that something else changes', () => {
  it('looks at it again, and deletes what it finds', async () => {
    racing(2, touch);
    const { isGone, row } = await removeOne(context, entry);
    expect([isGone, row.action, kube.read(id)]).toEqual([true, 'deleted', undefined]);
  });

  it('gives up for now when it loses every time, and says so as a fault, which backs off', async () => {
    racing(Infinity, touch);
    const { isGone, row } = await removeOne(context, entry);
    expect([isGone, row.action, row.fault?.code]).toEqual([false, 'failed', 'CONFLICT']);
    expect(row.reason).toMatch(/keeps changing/);
    expect(kube.writesLog.filter((call) => call === 'delete ConfigMap/a')).toHaveLength(3);
  });

  it('leaves it when the change took the owner annotation off', async () => {
    racing(1, () =>
      kube.edit(id, (object) => {
        object.metadata.annotations = {};
      }),
    );
    const { isGone, row } = await removeOne(context, entry);
    expect([isGone, row.fault?.code, kube.read(id) === undefined]).toEqual([false, 'OBJECT_FOREIGN', false]);
  });

  it('is over when the other deleted it', async () => {
    racing(1, () => kube.remove(id));
    expect(await removeOne(context, entry)).toMatchObject({ isGone: true, row: { action: 'deleted' } });
  });

  it('is over when the other put an object of its own there, which is not touched', async () => {
    racing(1, () => {
      kube.remove(id);
      kube.put_({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default' } });
    });
    const { isGone, row } = await removeOne(context, entry);
    expect([isGone, row.reason]).toEqual([true, 'another object has its name now; it was not touched']);
    expect(kube.read(id)).toBeDefined();
  });
});

describe('scaling down what is to be deleted', () => {
  it('backs off when it loses to another writer', async () => {
    const live = { uid: entry.uid, resourceVersion: '1', registration };
    kube.fault = (call) => (call.startsWith('scale ') ? 'CONFLICT' : null);
    const row = await scaleToZero({ ...context, live: { object: () => live } as never }, entry);
    expect([row.action, row.fault?.code]).toEqual(['failed', 'CONFLICT']);
  });
});
