import { describe, expect, it } from 'vitest';
import { decideApply, decideTasks, refuseObjects } from '../../../../agent/apply/decide.ts';
import type { InventoryEntry } from '../../../../agent/model/inventory.ts';
import type { LiveObject } from '../../../../agent/model/live.ts';
import type { AppOutcome } from '../../../../agent/model/outcome.ts';
import { planApp } from '../../../../agent/rollout/plan.ts';
import { configMap, plainApp } from '../../../fixtures/agent/apps.ts';
import { registrationId } from '../../../fixtures/agent/bundle.ts';
import { observe, shortName, type Situation } from '../../../fixtures/agent/rollout.ts';

const { app } = plainApp('one', [configMap('a')]);
const { id, digest } = app.objects[0]!;

const nothing = {
  replicas: new Map(),
  weights: new Map(),
  held: new Set<string>(),
  keep: [],
  remove: [],
  scaleToZero: [],
};
const plan = { ...nothing, phase: 'settled', reason: '', isWaiting: false, blocked: null, deadline: null } as const;
const applied: InventoryEntry = {
  id,
  apiVersion: 'v1',
  app: 'default/one',
  revision: null,
  uid: 'u1',
  nonce: 'n1',
  applied: digest,
  fieldsHash: 'h1',
};
const asApplied: LiveObject = {
  id,
  uid: 'u1',
  resourceVersion: '1',
  generation: 1,
  fieldsHash: 'h1',
  registration: registrationId,
  nonce: 'n1',
  health: 'Current',
  message: '',
  replicas: null,
  podLabels: null,
  selector: null,
  routes: null,
};

const once = [{ type: 'apply-once' }] as const;

/** What the inventory, the watches and the site say of one wanted object; null or absent = nothing is peculiar. */
interface Case {
  readonly entry?: Partial<InventoryEntry> | null;
  readonly live?: Partial<LiveObject> | null;
  readonly isUnlisted?: true;
  readonly isHeld?: true;
  readonly mayNotChange?: true;
  /** Its policy says that it is written with new content alone. */
  readonly isUnrepaired?: true;
}

/** `action uid: reason`, or `nothing`. */
function words({ entry = {}, live = {}, ...flags }: Case): string {
  const left = { ...app, objects: app.objects.map((one) => ({ ...one, policies: once })) };
  const [task, ...more] = decideApply({
    app: flags.isUnrepaired === true ? left : app,
    plan: { ...plan, held: new Set(flags.isHeld === true ? [id] : []) },
    entry: () => (entry === null ? undefined : { ...applied, ...entry }),
    live: {
      object: () => (live === null ? undefined : { ...asApplied, ...live }),
      isSynced: () => flags.isUnlisted !== true,
      readyEndpoints: () => null,
    },
    registration: registrationId,
    mayChange: flags.mayNotChange !== true,
    served: new Map(),
  });
  expect(more).toEqual([]);
  return task === undefined ? 'nothing' : `${task.action} ${task.uid ?? '-'}: ${task.reason}`;
}

const pending = { uid: null, applied: null, fieldsHash: null };

describe('an object of the bundle', () => {
  it.each<[rule: string, facts: Case, words: string]>([
    ['stays as it is when it is what was applied', {}, 'nothing'],
    ['is created when it is claimed and not there', { entry: pending, live: null }, 'create -: new'],
    ['is created when it is not claimed yet', { entry: null, live: null }, 'create -: new'],
    [
      'is updated when a creation of ours was cut short: its nonce proves that',
      { entry: pending },
      'update u1: its creation was under way',
    ],
    [
      'is created, and that fails, where another object with the name has another nonce',
      { entry: pending, live: { nonce: 'theirs' } },
      'create -: new',
    ],
    [
      'is created, and that fails, where another registration has the name, whatever the nonce',
      { entry: pending, live: { registration: 'another' } },
      'create -: new',
    ],
    ['is updated when its content is new', { entry: { applied: 'sha256:old' } }, 'update u1: new content'],
    [
      'is updated when another application had it',
      { entry: { applied: 'sha256:old', handover: { from: 'default/two' } } },
      'update u1: new content',
    ],
    [
      'waits for the end of what it cannot be changed from',
      { entry: { applied: 'sha256:old', handover: { from: 'default/two', refused: digest } } },
      'nothing',
    ],
    [
      'waits until that is proved, too',
      { entry: { applied: 'sha256:old', handover: { from: 'default/two', refused: digest } }, live: null },
      'nothing',
    ],
    [
      'is tried again with another content',
      { entry: { applied: 'sha256:old', handover: { from: 'default/two', refused: 'sha256:other' } } },
      'update u1: new content',
    ],
    [
      'is repaired when fields of ours were changed',
      { live: { fieldsHash: 'h2' } },
      'update u1: fields of ours were changed',
    ],
    [
      'is not repaired where it is written with new content alone',
      { live: { fieldsHash: 'h2' }, isUnrepaired: true },
      'nothing',
    ],
    [
      'is written with new content then, whatever others changed',
      { entry: { applied: 'sha256:old' }, live: { fieldsHash: 'h2' }, isUnrepaired: true },
      'update u1: new content',
    ],
    [
      'is inspected, and made again, when it is gone then, too',
      { live: null, isUnrepaired: true },
      'inspect u1: not there, or its label was removed',
    ],
    [
      'is inspected when another object has its name',
      { live: { uid: 'u2' } },
      'inspect u1: another object has its name now',
    ],
    [
      'is inspected when its owner annotation was changed',
      { live: { registration: 'another' } },
      'inspect u1: its owner annotation was changed',
    ],
    [
      'is inspected when it left the watch: deleted, or without our label',
      { live: null },
      'inspect u1: not there, or its label was removed',
    ],
    ['is left alone while its kind is not listed', { live: null, isUnlisted: true }, 'nothing'],
    [
      'is updated although its kind is not listed when its content is new',
      { entry: { applied: 'sha256:old' }, live: null, isUnlisted: true },
      'update u1: new content',
    ],
    [
      'is left alone while it is being deleted',
      { entry: { applied: 'sha256:old' }, live: { health: 'Terminating' } },
      'nothing',
    ],
    ['waits while its plan holds it', { entry: pending, live: null, isHeld: true }, 'nothing'],
  ])('%s', (_, facts, expected) => {
    expect(words(facts)).toBe(expected);
  });
});

describe('while changes are held', () => {
  it.each<[rule: string, facts: Case, words: string]>([
    ['what was applied is repaired', { live: { fieldsHash: 'h2' } }, 'update u1: fields of ours were changed'],
    ['what was applied and is gone comes back', { entry: { uid: null }, live: null }, 'create -: new'],
    ['new content waits', { entry: { applied: 'sha256:old' } }, 'nothing'],
    ['a new object waits', { entry: null, live: null }, 'nothing'],
  ])('%s', (_, facts, expected) => {
    expect(words({ ...facts, mayNotChange: true })).toBe(expected);
  });
});

/** `name: value at pointer` of every value that is put over a text; `setBy` = who set the replicas of objects that are written once. */
function overrides(situation: Situation, mayChange = true, setBy?: 'apply' | 'other'): string[] {
  const observed = observe(situation);
  const app = observed.app!;
  const object: typeof observed.live.object = (one) => {
    const found = observed.live.object(one);
    return setBy === undefined || found?.replicas == null
      ? found
      : { ...found, replicas: { ...found.replicas, setBy } };
  };
  const facts = {
    app: setBy === undefined ? app : { ...app, objects: app.objects.map((one) => ({ ...one, policies: once })) },
    plan: planApp(observed),
    live: { ...observed.live, object },
    mayChange,
    served: observed.served,
  };
  const tasks = decideApply({ ...facts, entry: (one) => observed.entries.get(one), registration: registrationId });
  return tasks.map((task) => {
    const values = task.overrides.map(({ pointer, value }) => `${pointer}=${value}`);
    return `${shortName(task.id)} (${task.reason}) ${values.join(' ')}`.trim();
  });
}

const both = { v1: '2 pods, 50%', v2: '2 pods, 50%' };

describe('the values that the plan puts over the bundle', () => {
  it.each<[rule: string, situation: Situation, words: readonly string[]]>([
    [
      'are the pods of a new workload',
      { wanted: { v1: '2 pods, 100%' }, live: {} },
      ['web-v1 (new) /spec/replicas=2', 'v1 (new)'],
    ],
    [
      'are more pods than the bundle wants while the rest is not ready',
      { wanted: both, live: { v1: '4/4, old content', v2: '1/2' }, route: { v1: 50, v2: 50 } },
      ['web-v1 (new content) /spec/replicas=4'],
    ],
    [
      'are weights alone when only the split is another one',
      { wanted: both, live: { v1: '2/2', v2: '2/2' }, route: { v1: 100, v2: 0 } },
      ['route (replicas or weights to move) /spec/http/0/route/0/weight=50 /spec/http/0/route/1/weight=50'],
    ],
    [
      'are weights when one of several is live already',
      {
        wanted: { v1: '1 pod, 50%', v2: '1 pod, 25%', v3: '1 pod, 25%' },
        live: { v1: '1/1', v2: '1/1', v3: '1/1' },
        route: { v1: 50, v2: 40, v3: 10 },
      },
      [
        'route (replicas or weights to move) /spec/http/0/route/0/weight=50 ' +
          '/spec/http/0/route/1/weight=25 /spec/http/0/route/2/weight=25',
      ],
    ],
    [
      'are pods alone when only their number is another one',
      { wanted: both, live: { v1: '2/2', v2: '1/1' }, route: { v1: 50, v2: 50 } },
      ['web-v2 (replicas or weights to move) /spec/replicas=2'],
    ],
    [
      'are left alone on an Ingress, which has no weights',
      { wanted: both, live: { v1: '2/2', v2: '2/2' }, route: { v2: 100 }, provider: 'ingress' },
      [],
    ],
    [
      'make no task where all of them are live',
      { wanted: both, live: { v1: '2/2', v2: '2/2' }, route: { v1: 50, v2: 50 } },
      [],
    ],
  ])('%s', (_, situation, expected) => {
    expect(overrides(situation)).toEqual(expected);
  });

  it('are replicas that another one set, of what is written with new content alone, only with that', () => {
    const scaled = { wanted: both, live: { v1: '2/2', v2: '1/1' }, route: { v1: 50, v2: 50 } };
    expect(overrides(scaled, true, 'other')).toEqual([]);
    expect(overrides(scaled, true, 'apply')).toEqual(['web-v2 (replicas or weights to move) /spec/replicas=2']);
    const renewed = { ...scaled, live: { v1: '2/2', v2: '1/1, old content' } };
    expect(overrides(renewed, true, 'other')).toEqual(['web-v2 (new content) /spec/replicas=2']);
  });

  it('make no task of their own while changes are held', () => {
    expect(overrides({ wanted: both, live: { v1: '2/2', v2: '2/2' }, route: { v1: 100, v2: 0 } }, false)).toEqual([]);
  });
});

describe('the tasks of an application that does not change', () => {
  it('are other ones once the inventory says other things', () => {
    const live = { object: () => asApplied, isSynced: () => true, readyEndpoints: () => null };
    const outcome: AppOutcome = { key: 'default/one', app, plan, skipped: null };
    const facts = { live, registration: registrationId, mode: { mayChange: true }, apps: [outcome], refused: [] };
    const tasksWith = (entry: Partial<InventoryEntry>) =>
      decideTasks({
        ...facts,
        inventory: new Map([[id, { ...applied, ...entry }]]),
        served: new Map(),
        waits: new Set(),
      });
    expect(tasksWith({ applied: null })).toMatchObject([{ id, action: 'update', reason: 'new content' }]);
    expect(tasksWith({})).toEqual([]);
  });
});

describe('objects that are off limits', () => {
  const two = plainApp('two', [configMap('a'), configMap('b')]).app;
  const [first, second] = two.objects.map((one) => one.id) as [string, string];
  const nothing = { unfit: new Map(), accepted: [two], clashes: new Map(), objection: () => null };
  const refused = refuseObjects([two], { ...nothing, objection: ({ id }) => (id === first ? 'off limits' : null) });

  it('are failures of their application, with the content that was refused', () => {
    expect(refused).toEqual([
      {
        row: {
          id: first,
          app: 'default/two',
          action: 'failed',
          reason: 'off limits',
          fault: { code: 'FORBIDDEN', message: 'off limits' },
        },
        digest: two.objects[0]?.digest,
      },
    ]);
  });

  it('are all of an application that cannot be carried out, and none of what it was before', () => {
    const unfit = new Map([['default/two', { code: 'WIRE_INVALID', message: 'not JSON' } as const]]);
    const before = plainApp('two', [configMap('a')]).app;
    expect(
      refuseObjects([two, before], { ...nothing, unfit }).map(({ row, digest }) => [row.id, row.fault?.code, digest]),
    ).toEqual(two.objects.map(({ id, digest }) => [id, 'WIRE_INVALID', digest]));
  });

  it('are told apart from others of their name', () => {
    const clashes = new Map([[second, 'taken']]);
    expect(refuseObjects([two], { ...nothing, clashes }).map(({ row }) => row.reason)).toEqual(['taken']);
  });

  it('have no task; applications without a plan neither', () => {
    const outcome: AppOutcome = { key: 'default/two', app: two, plan, skipped: null };
    const live = { object: () => undefined, isSynced: () => true, readyEndpoints: () => null };
    const facts = {
      inventory: new Map(),
      live,
      registration: registrationId,
      mode: { mayChange: true },
      served: new Map(),
      waits: new Set<string>(),
    };
    const ids = (one: AppOutcome) => decideTasks({ ...facts, apps: [one], refused }).map((task) => task.id);
    expect(ids(outcome)).toEqual([second]);
    expect(ids({ ...outcome, plan: null, skipped: 'this cluster has not region=eu' })).toEqual([]);
    // What may not change any more makes nothing, although it was to be made before.
    expect(decideTasks({ ...facts, mode: { mayChange: false }, apps: [outcome], refused })).toEqual([]);
  });
});
