import { describe, expect, it } from 'vitest';
import { pending } from '../../../../agent/inventory/entries.ts';
import type { AppOutcome } from '../../../../agent/model/outcome.ts';
import type { Row } from '../../../../agent/model/rows.ts';
import { idleOutcome, outcomeOf, type OutcomeFacts } from '../../../../agent/report/outcome.ts';
import { planApp } from '../../../../agent/rollout/plan.ts';
import { testBundle } from '../../../fixtures/agent/apps.ts';
import { observe, type Situation } from '../../../fixtures/agent/rollout.ts';

const [a, b, c] = ['a', 'b', 'c'].map((name) => `/ConfigMap/default/${name}`) as [string, string, string];
const bundle = testBundle({ generation: 2, apps: [], retired: [b, a] });
const older = testBundle({ generation: 1, apps: [] });
const appIn = (situation: Situation): AppOutcome => {
  const observed = observe(situation);
  return { key: 'default/example', app: observed.app, plan: planApp(observed), skipped: null };
};
const settled = appIn({ wanted: { v1: '1 pod, 100%' }, live: { v1: '1/1' }, route: { v1: 100 } });
const waiting = appIn({ wanted: { v1: '1 pod, 100%' }, live: { v1: '0/1' } });
const settling = appIn({ wanted: { v1: '1 pod, 100%' }, live: { v1: '1/1' }, route: { v1: 100 }, shifted: 400 });
const skipped: AppOutcome = { key: 'default/other', app: null, plan: null, skipped: 'this cluster has not region=eu' };
const row = (action: Row['action'], more: Partial<Row> = {}): Row => ({
  id: a,
  app: 'default/one',
  action,
  reason: '',
  ...more,
});

const facts: OutcomeFacts = {
  at: 0,
  bundle,
  hubIds: new Map(),
  mode: { mayChange: true, stopDeletes: null, hold: null },
  isRestored: false,
  holdChangesAt: null,
  stored: { state: { mark: bundle.mark } },
  faults: new Map(),
  prune: { kept: [], unexplained: [], isLimited: false, limitText: '' },
  apps: [settled],
  rows: [],
  inventory: new Map(),
};
const held = { mode: { mayChange: false, stopDeletes: 'held', hold: 'held' } };
const survivors = { inventory: new Map([c, b, a].map((id) => [id, pending(id, 'default/one', null, 'n')])) };

describe('a pass is settled', () => {
  it.each<[rule: string, change: Partial<OutcomeFacts>, isSettled: boolean]>([
    ['when every application is', {}, true],
    ['when the others are skipped here', { apps: [settled, skipped] }, true],
    ['when objects are still to be deleted', survivors, true],
    ['not while an application waits', { apps: [settled, waiting] }, false],
    ['not while an object cannot be written', { faults: new Map([[a, {}]]) }, false],
    ['when it is held and the bundle has started', held, true],
    ['not when it is held and an older bundle runs', { ...held, stored: { state: { mark: older.mark } } }, false],
    ['not when it is held and no bundle has started', { ...held, stored: { state: null } }, false],
  ])('%s', (_, change, expected) => {
    expect(outcomeOf({ ...facts, ...change }).isSettled).toBe(expected);
  });
});

describe('the next pass may follow at once', () => {
  it.each<[rule: string, rows: readonly Row[], didWrite: boolean]>([
    ['not when nothing was done', [], false],
    ['after a write', [row('failed'), row('configured')], true],
    ['not after a failure', [row('failed')], false],
    ['not after an object was kept', [row('kept')], false],
    ['after an object was kept that is read anew', [row('kept', { isRefresh: true })], true],
  ])('%s', (_, rows, expected) => {
    expect(outcomeOf({ ...facts, rows }).didWrite).toBe(expected);
  });
});

describe('a pass without a bundle', () => {
  it('changes and deletes nothing, and is not settled', () => {
    expect(idleOutcome(7, new Map())).toMatchObject({
      at: 7,
      bundle: null,
      mode: { mayChange: false, stopDeletes: 'no bundle was accepted yet' },
      isSettled: false,
      isLimited: false,
      limitText: '',
      isRestored: false,
      didWrite: false,
    });
  });
});

describe('an outcome', () => {
  it('has the retired objects that are still inventoried, by id', () => {
    expect(outcomeOf({ ...facts, ...survivors }).survivors).toEqual([a, b]);
  });

  it('has the rows of what was done, then of what was kept', () => {
    const kept = [row('kept', { reason: 'protected' })];
    const { rows } = outcomeOf({ ...facts, rows: [row('configured')], prune: { ...facts.prune, kept } });
    expect(rows.map(({ action }) => action)).toEqual(['configured', 'kept']);
  });

  it('has the earliest deadline of its applications', () => {
    expect(outcomeOf({ ...facts, apps: [settled, waiting, settling] }).deadline).toBe(settling.plan?.deadline);
    expect(outcomeOf(facts).deadline).toBeNull();
  });
});
