import { describe, expect, it } from 'vitest';
import { nextState, type StateChange } from '../../../../agent/inventory/record.ts';
import type { AgentState } from '../../../../agent/model/inventory.ts';
import { testBundle } from '../../../fixtures/agent/apps.ts';
import { identity, noon } from '../../../fixtures/agent/bundle.ts';

const hour = 3_600_000;
const [first, second] = [testBundle({ generation: 1, apps: [] }), testBundle({ generation: 2, apps: [] })];
const change: StateChange = {
  bundle: second,
  mode: { mayChange: true },
  isRestored: false,
  isRebuilt: false,
  phase: 'applying',
  deletions: new Set(),
  cluster: { ...identity, clusterUid: 'uid' },
  now: noon,
};
const state: AgentState = {
  format: 1,
  channel: identity.channel,
  registration: identity.registration,
  cluster: identity.cluster,
  clusterUid: 'uid',
  mark: first.mark,
  phase: 'settled',
  timeFloor: 0,
  rootVersion: 1,
  shards: ['sluice-inventory-1'],
  deletions: [],
  reportSequence: 0,
};
const next = (from: AgentState | null, more: Partial<StateChange> = {}) => nextState(from, { ...change, ...more });
const held = { mode: { mayChange: false } };

describe('the state object', () => {
  it('names the bundle, the cluster and the phase, and no shards of its own', () => {
    expect(next(null)).toEqual({
      channel: identity.channel,
      registration: identity.registration,
      cluster: identity.cluster,
      clusterUid: 'uid',
      mark: second.mark,
      phase: 'applying',
      timeFloor: noon,
      rootVersion: 1,
      deletions: [],
      reportSequence: 0,
    });
    expect(next(state)).not.toHaveProperty('shards');
  });

  it('keeps its mark and its time floor while the bundle may not start', () => {
    expect(next(state, held)).toMatchObject({ mark: first.mark, timeFloor: 0 });
  });

  it('never lowers the time floor or the version of the root document', () => {
    expect(next({ ...state, timeFloor: noon + hour, rootVersion: 7 })).toMatchObject({
      timeFloor: noon + hour,
      rootVersion: 7,
    });
    expect(next(state, { bundle: { ...second, rootVersion: 3 } }).rootVersion).toBe(3);
  });

  it('does not raise the time floor for a bundle that has started already', () => {
    expect(next({ ...state, mark: second.mark }).timeFloor).toBe(0);
  });
});

describe('the deletions of the state object', () => {
  const old = { at: noon - 24 * hour, count: 3 };
  const recent = { at: noon - 23 * hour, count: 2 };
  const counted = { ...state, deletions: [old, recent] };
  const deletions = new Set(['/ConfigMap/default/a', '/ConfigMap/default/b']);

  it('are counted once each, and dropped after a day', () => {
    expect(next(counted, { deletions }).deletions).toEqual([recent, { at: noon, count: 2 }]);
  });

  it('are dropped with a new bundle, too, and otherwise left as they are', () => {
    expect(next(counted).deletions).toEqual([recent]);
    expect(next(counted, held).deletions).toEqual([old, recent]);
  });
});

describe('a restored cluster', () => {
  it('is remembered by the generation that was restored, until a newer one comes', () => {
    const restored = next(state, { isRestored: true });
    expect(restored.restoredAt).toBe(1);
    expect(next({ ...state, ...restored }, { isRestored: true }).restoredAt).toBe(1);
    expect(next({ ...state, restoredAt: 1 }).restoredAt).toBe(1);
    expect(next(state)).not.toHaveProperty('restoredAt');
    expect(next(null, { isRestored: true }).restoredAt).toBe(0);
  });
});
