import { describe, expect, it } from 'vitest';
import { recordAfterPass, recordBeforeWrite, type PlannedWork } from '../../../../agent/inventory/decide.ts';
import { pending } from '../../../../agent/inventory/entries.ts';
import type { AgentState, Inventory, Stored } from '../../../../agent/model/inventory.ts';
import type { Outcome } from '../../../../agent/model/outcome.ts';
import { idleOutcome } from '../../../../agent/report/outcome.ts';
import { testBundle } from '../../../fixtures/agent/apps.ts';

const [first, second] = [testBundle({ generation: 1, apps: [] }), testBundle({ generation: 2, apps: [] })];
const id = '/ConfigMap/default/a';
const inventory: Inventory = new Map([[id, pending(id, 'default/one', null, 'n')]]);
const grown: Inventory = new Map(inventory);

const kept = { revision: second.mark.revisionDigest, served: 0, head: null, base: null };
const unkept = { kept: { ...kept, revision: first.mark.revisionDigest } };
const storedAs = (change: Partial<AgentState> | null): Stored => ({
  state:
    change === null ? null : ({ mark: second.mark, phase: 'settled', rootVersion: 1, kept, ...change } as AgentState),
  resourceVersion: '1',
  inventory,
});
const settled = storedAs({});

describe('before the first write', () => {
  const work: PlannedWork = {
    stored: settled,
    bundle: second,
    mode: { mayChange: true },
    inventory,
    tasks: [],
    deletions: { scaleToZero: [], remove: [] },
    toCount: new Set(),
  };
  const task = { tasks: [{}] };
  const removal = { deletions: { scaleToZero: [], remove: [[id]] } };
  const words = (change: Partial<PlannedWork>): string => {
    const { isNew, phase, deletions } = recordBeforeWrite({ ...work, ...change });
    return `${isNew ? 'record' : 'nothing'}, ${phase}${deletions.size > 0 ? `, count ${deletions.size}` : ''}`;
  };
  const unstarted = { stored: storedAs({ mark: first.mark }) };

  it.each<[rule: string, change: Partial<PlannedWork>, words: string]>([
    ['nothing is recorded where there is nothing to do', {}, 'nothing, settled'],
    ['nothing is recorded for a repair', task, 'nothing, applying'],
    ['claims of new objects are recorded', { ...task, inventory: grown }, 'record, applying'],
    ['the start of a bundle is recorded', { ...task, ...unstarted }, 'record, applying'],
    ['the start of the first bundle is recorded', { ...task, stored: storedAs(null) }, 'record, applying'],
    ['a bundle without work starts at the end of the pass', unstarted, 'nothing, settled'],
    [
      'a bundle that may not change anything does not start',
      { ...task, ...unstarted, mode: { mayChange: false } },
      'nothing, applying',
    ],
    [
      'a newer root document is recorded with the work',
      { ...task, bundle: { ...second, rootVersion: 2 } },
      'record, applying',
    ],
    [
      'deletions that count are recorded before they begin',
      { ...removal, toCount: new Set([id, 'other']) },
      'record, applying, count 1',
    ],
    [
      'workloads that are scaled to zero count as deletions',
      { deletions: { scaleToZero: [id], remove: [] }, toCount: new Set([id]) },
      'record, applying, count 1',
    ],
    ['deletions that are counted already are not recorded again', removal, 'nothing, applying'],
    ['what runs is not kept before the work', { ...task, stored: storedAs(unkept) }, 'nothing, applying'],
    ['an unfinished phase stays unfinished', { stored: storedAs({ phase: 'applying' }) }, 'nothing, applying'],
  ])('%s', (_, change, expected) => {
    expect(words(change)).toBe(expected);
  });
});

describe('at the end of a pass', () => {
  const outcome: Outcome = {
    ...idleOutcome(0, inventory),
    bundle: second,
    mode: { mayChange: true, stopDeletes: null, hold: null },
    isSettled: true,
  };
  const words = (change: Partial<Outcome>, stored = settled, bundle = second): string => {
    const { isNew, phase } = recordAfterPass(stored, bundle, { ...outcome, ...change });
    return `${isNew ? 'record' : 'nothing'}, ${phase}`;
  };
  const held = { mode: { mayChange: false, stopDeletes: 'held', hold: 'held' } };

  it.each<[rule: string, words: string, expected: string]>([
    ['nothing is recorded where all stands as recorded', words({}), 'nothing, settled'],
    ['the end of the work is recorded', words({}, storedAs({ phase: 'applying' })), 'record, settled'],
    ['work that goes on is recorded', words({ isSettled: false }), 'record, applying'],
    ['an object that is still to be deleted is work that goes on', words({ survivors: [id] }), 'record, applying'],
    ['another inventory is recorded', words({ inventory: grown }), 'record, settled'],
    ['the start of a bundle without work is recorded', words({}, storedAs({ mark: first.mark })), 'record, settled'],
    ['what runs is kept where it is not', words({}, storedAs(unkept)), 'record, settled'],
    ['a held bundle does not start', words(held, storedAs({ mark: first.mark })), 'nothing, settled'],
    ['a held bundle leaves the phase as it is', words({ ...held, isSettled: false }), 'nothing, applying'],
    [
      'a newer root document is recorded, held or not',
      words(held, settled, { ...second, rootVersion: 2 }),
      'record, settled',
    ],
  ])('%s', (_, found, expected) => {
    expect(found).toBe(expected);
  });
});
