import { describe, expect, it } from 'vitest';
import { withRuns } from '../../../../agent/inventory/runs.ts';
import type { Stage } from '../../../../agent/model/delivery.ts';
import type { Inventory, InventoryEntry } from '../../../../agent/model/inventory.ts';
import type { LiveObject } from '../../../../agent/model/live.ts';
import type { BundleApp } from '../../../../shared/wire/revision.ts';

const id = 'batch/Job/default/smoke';
const run = 'analysis-3-2-1-';
const digest = 'sha256:a' as const;
const app = {
  namespace: 'default',
  name: 'shop',
  revisions: [],
  replicas: [],
  objects: [{ id, path: 'a', digest }],
} as unknown as BundleApp;
const stages = new Map([[app, { runs: new Map([[id, run]]) } as unknown as Stage]]);

function entry(more: Partial<InventoryEntry>): InventoryEntry {
  const recorded = { id, apiVersion: 'batch/v1', app: 'default/shop', revision: null, uid: 'u', fieldsHash: 'h' };
  return { ...recorded, nonce: 'other', applied: digest, delivery: 'default/shop#3', ...more };
}

const seen = (isThere: boolean, isSynced = true) => ({
  object: () => (isThere ? ({ uid: 'u' } as LiveObject) : undefined),
  isSynced: () => isSynced,
});

const after = (
  more: Partial<InventoryEntry>,
  view = seen(true),
): { readonly before: Inventory; readonly next: Inventory } => {
  const before = new Map([[id, entry(more)]]);
  return { before, next: withRuns(before, { apps: [app], stages, view }, () => 'new') };
};

describe('the inventory of runs', () => {
  it.each<[string, Partial<InventoryEntry>, Partial<InventoryEntry> | null]>([
    ['what is of this run stays', { nonce: `${run}x` }, null],
    ['also while it is not there yet', { nonce: `${run}x`, uid: null, applied: null }, null],
    ['what was taken over stays', { adopted: true }, null],
    ['what is of no run makes way', {}, { handover: { from: 'default/shop', refused: digest } }],
    ['once', { handover: { from: 'default/shop', refused: digest } }, null],
    [
      'a run of before makes way',
      { nonce: 'analysis-3-1-1-x' },
      { handover: { from: 'default/shop', refused: digest } },
    ],
    [
      'what is not made gets a nonce of the run',
      { uid: null },
      { nonce: `${run}new`, applied: null, fieldsHash: null, apiVersion: '' },
    ],
    [
      'and nothing of what was there before',
      { uid: null, finished: { digest, how: 'failed' } },
      { nonce: `${run}new`, applied: null, fieldsHash: null, apiVersion: '' },
    ],
  ])('%s', (_, more, change) => {
    const { before, next } = after(more);
    if (change === null) expect(next).toBe(before);
    else {
      expect(next.get(id)).toEqual({ ...entry(more), finished: undefined, ...change });
    }
  });

  it('begins in the place of what was taken over once that is gone, finished or not', () => {
    const begun = { ...entry({ uid: null, nonce: `${run}new`, applied: null, fieldsHash: null, apiVersion: '' }) };
    const finished = { digest, how: 'completed' } as const;
    expect(after({ adopted: true, finished }, seen(false)).next.get(id)).toEqual(begun);
    expect(after({ adopted: true }, seen(false)).next.get(id)).toEqual(begun);
    expect(after({ adopted: true, uid: null }, seen(true)).next.get(id)).toEqual(begun);
    const unseen = after({ adopted: true, finished }, seen(false, false));
    expect(unseen.next).toBe(unseen.before);
  });

  it('is of applications that may be changed alone', () => {
    const before = new Map([[id, entry({})]]);
    expect(withRuns(before, { apps: [], stages, view: seen(true) }, () => 'new')).toBe(before);
  });
});
