import { describe, expect, it } from 'vitest';
import type { InventoryEntry } from '../../../../agent/model/inventory.ts';
import type { AppOutcome } from '../../../../agent/model/outcome.ts';
import type { Row } from '../../../../agent/model/rows.ts';
import { rememberProgress, rememberShifts, type Progress } from '../../../../agent/rollout/progress.ts';
import { planApps, type RolloutInput } from '../../../../agent/rollout/rollout.ts';
import { digestOf } from '../../../../shared/lib/canonical.ts';
import { configMap, exampleApp, plainApp } from '../../../fixtures/agent/apps.ts';
import { observe, routerId } from '../../../fixtures/agent/rollout.ts';

const key = 'default/example';
const observed = observe({ wanted: { v1: '2 pods, 100%' }, live: { v1: '1/2' }, route: { v1: 100 } });
const app = observed.app!;
const at = observed.now;
const settledFor = (change: Partial<Progress>): ReadonlyMap<string, Progress> =>
  new Map([[key, { digest: app.digest, waitingSince: null, shiftedAt: null, ...change }]]);

const input: RolloutInput = {
  at,
  selected: [app],
  skipped: [],
  inventory: observed.entries,
  live: observed.live,
  served: new Map(),
  removable: new Set(),
  faults: new Map(),
  progress: new Map(),
  isResumed: false,
  mayChange: true,
  settleMs: 1_000,
};
const progress = (change: Partial<RolloutInput>) => planApps({ ...input, ...change }).progress.get(key);

describe('the applications of a pass', () => {
  it('are those of the bundle and of the inventory, by name; a skipped one has no plan', () => {
    const skipped = plainApp('zoo', [configMap('a')]).app;
    const { apps } = planApps({ ...input, selected: [], skipped: [{ app: skipped, reason: 'not here' }] });
    expect(apps.map((one) => [one.key, one.app?.name ?? null, one.plan?.phase ?? one.skipped])).toEqual([
      [key, null, 'settled'],
      ['default/zoo', 'zoo', 'not here'],
    ]);
  });

  it('have plans that say why an object could not be applied', () => {
    const row: Row = { id: 'apps/Deployment/default/example-web-v1', app: key, action: 'failed', reason: 'denied' };
    const { apps } = planApps({ ...input, faults: new Map([[row.id, { row }]]) });
    expect(apps[0]?.plan).toMatchObject({ isWaiting: true });
    expect(
      planApps({ ...input, progress: settledFor({ waitingSince: at - 600_000 }), faults: new Map([[row.id, { row }]]) })
        .apps[0]?.plan?.reason,
    ).toContain('denied');
  });

  it('are planned again once what makes way for them may be deleted', () => {
    const { app: plain } = plainApp('plain', [configMap('a')]);
    const [{ id, digest }] = plain.objects as [(typeof plain.objects)[0]];
    const entry: InventoryEntry = {
      ...{ id, apiVersion: 'v1', app: 'default/plain', revision: null, uid: 'u1', nonce: 'n', fieldsHash: null },
      applied: digestOf('of another application'),
      handover: { from: 'default/former', refused: digest },
    };
    const held = { ...input, selected: [plain], inventory: new Map([[id, entry]]) };
    const removeOf = (change: Partial<RolloutInput>) => planApps({ ...held, ...change }).apps[0]?.plan?.remove;
    expect([removeOf({}), removeOf({ removable: new Set([id]) }), removeOf({})]).toEqual([[], [id], []]);
  });

  it('are planned again once an object of theirs was applied', () => {
    const { app: plain } = plainApp('plain', [configMap('a')]);
    const [{ id, digest }] = plain.objects as [(typeof plain.objects)[0]];
    const entry = {
      id,
      apiVersion: 'v1',
      app: 'default/plain',
      revision: null,
      uid: 'u1',
      nonce: 'n',
      fieldsHash: null,
    };
    const phaseOf = (applied: InventoryEntry['applied']) =>
      planApps({ ...input, selected: [plain], inventory: new Map([[id, { ...entry, applied }]]) }).apps[0]?.plan?.phase;
    expect([phaseOf(null), phaseOf(digest), phaseOf(null)]).toEqual(['scale-up', 'settled', 'scale-up']);
  });

  it('are planned without a trace: the same call gives the same answer', () => {
    const memory = new Map(settledFor({ waitingSince: 5 }));
    const before = structuredClone(memory);
    expect(planApps({ ...input, progress: memory })).toEqual(planApps({ ...input, progress: memory }));
    expect(memory).toEqual(before);
  });
});

describe('the progress to remember of an application', () => {
  it.each<[rule: string, change: Partial<RolloutInput>, progress: Partial<Progress>]>([
    ['is that it waits from now', {}, { digest: app.digest, waitingSince: at }],
    ['is that it still waits', { progress: settledFor({ waitingSince: at - 9 }) }, { waitingSince: at - 9 }],
    [
      'is that it waits from now when its content is new',
      { progress: settledFor({ digest: 'sha256:old', waitingSince: at - 9 }) },
      { digest: app.digest, waitingSince: at },
    ],
    [
      'is that it does not wait while changes are held: no deadline runs',
      { mayChange: false, progress: settledFor({ waitingSince: at - 9 }) },
      { waitingSince: null },
    ],
    ['is that it waits for nothing once it is gone', { selected: [] }, { digest: null, waitingSince: null }],
    ['is when traffic was moved', { progress: settledFor({ shiftedAt: at - 7 }) }, { shiftedAt: at - 7 }],
    [
      'is when traffic was moved, for other content, too',
      { progress: settledFor({ digest: 'sha256:old', shiftedAt: at - 7 }) },
      { shiftedAt: at - 7 },
    ],
    ['is that traffic never moved when the agent starts', {}, { shiftedAt: null }],
    [
      'is that traffic moved now when the agent starts in the middle of a change',
      { isResumed: true },
      { shiftedAt: at },
    ],
  ])('%s', (_, change, expected) => {
    expect(progress(change)).toMatchObject(expected);
  });
});

describe('moved traffic', () => {
  const outcome: AppOutcome = { key, app, plan: null, skipped: null };
  const row = (id: string, action: Row['action']): Row => ({ id, app: key, action, reason: '' });
  const shiftedAt = (...rows: readonly Row[]) => {
    const memory = new Map(settledFor({ shiftedAt: 3, waitingSince: 2 }));
    rememberShifts(memory, [outcome], rows, 8);
    expect(memory.get(key)).toMatchObject({ digest: app.digest, waitingSince: 2 });
    return memory.get(key)?.shiftedAt;
  };

  it.each<[rule: string, rows: readonly Row[], shiftedAt: number]>([
    ['is remembered when a traffic object was written', [row(routerId, 'configured')], 8],
    ['is not when another object was', [row('/Service/default/example-v1', 'configured')], 3],
    ['is not when the traffic object could not be written', [row(routerId, 'failed')], 3],
    ['is not when the traffic object was kept', [row(routerId, 'kept')], 3],
  ])('%s', (_, rows, expected) => {
    expect(shiftedAt(...rows)).toBe(expected);
  });

  it('is remembered of an application that has no progress yet', () => {
    const memory = new Map<string, Progress>();
    rememberShifts(memory, [outcome], [row(routerId, 'created')], 8);
    expect(memory.get(key)).toEqual({ digest: app.digest, waitingSince: null, shiftedAt: 8 });
  });
});

describe('remembering progress', () => {
  it('leaves what is known of other applications', () => {
    const memory = new Map(settledFor({}));
    const other = { digest: exampleApp([]).app.digest, waitingSince: 1, shiftedAt: null };
    rememberProgress(memory, new Map([['default/other', other]]));
    expect([...memory.keys()]).toEqual([key, 'default/other']);
  });
});
