import { groupKindOf } from '../../../../shared/model/object.ts';
import { describe, expect, it } from 'vitest';
import type { InventoryEntry } from '../../../../agent/model/inventory.ts';
import type { LiveObject } from '../../../../agent/model/live.ts';
import type { Mode } from '../../../../agent/model/mode.ts';
import type { AppPlan } from '../../../../agent/model/plan.ts';
import type { Row } from '../../../../agent/model/rows.ts';
import { appHealth } from '../../../../agent/report/health.ts';
import type { HealthFacts } from '../../../../agent/report/verdicts.ts';
import type { Stage } from '../../../../agent/model/delivery.ts';
import { planApp } from '../../../../agent/rollout/plan.ts';
import { planOfStage, saidOf } from '../../../../agent/rollout/steps/words.ts';
import type { ObjectHealth } from '../../../../shared/model/health.ts';
import type { ObjectId } from '../../../../shared/model/object.ts';
import type { BundleDelivery, DeliveryStep } from '../../../../shared/wire/revision.ts';
import { configMap, plainApp } from '../../../fixtures/agent/apps.ts';
import { observe, type Situation } from '../../../fixtures/agent/rollout.ts';

const open: Omit<Mode, 'steps'> = { mayChange: true, stopDeletes: null, hold: null };
const held: Omit<Mode, 'steps'> = { ...open, hold: 'held by ops' };
const quiet = { faults: [], fights: new Map(), explanation: null, givesUpAt: null };
const running: Situation = { wanted: { v1: '2 pods, 100%' }, live: { v1: '2/2' }, route: { v1: 100 } };
const starting: Situation = { wanted: { v1: '2 pods, 100%' }, live: { v1: '1/2, (1 of 2 ready)' }, route: { v1: 100 } };
const changing: Situation = { wanted: { v2: '2 pods, 100%' }, live: { v1: '2/2', v2: '0/2' }, route: { v1: 100 } };
const web: ObjectId = 'apps/Deployment/default/example-web-v1';

/** `HEALTH message` of the application in a situation. */
function ofChange(situation: Situation, facts: Partial<HealthFacts> = {}, mode = open, change: Partial<AppPlan> = {}) {
  const observed = observe(situation);
  const one = { key: 'default/example', app: observed.app, plan: { ...planApp(observed), ...change }, skipped: null };
  const { health, message } = appHealth({ mode, inventory: observed.entries }, one, {
    ...quiet,
    live: observed.live,
    ...facts,
  });
  return `${health} ${message}`;
}

const row = (id: ObjectId, reason: string): Row => ({ id, app: 'default/example', action: 'failed', reason });

describe('the health of an application that runs pods', () => {
  it.each<[rule: string, situation: Situation, facts: Partial<HealthFacts>, words: string]>([
    ['is that of all its objects', running, {}, 'Healthy Ready:2/2'],
    [
      'counts pods beyond the wanted ones for none',
      { ...running, live: { v1: '5/5' } },
      {},
      'Progressing Ready:2/2 old replicas to stop',
    ],
    ['waits for pods', starting, {}, 'Progressing Ready:1/2 Deployment/example-web-v1: 1 of 2 ready'],
    [
      'says why they do not start, and when it gives up',
      starting,
      { explanation: 'Pod/a: ImagePullBackOff', givesUpAt: Date.parse('2026-06-01T12:10:00Z') },
      'Progressing Ready:1/2 Pod/a: ImagePullBackOff; gives up at 2026-06-01T12:10:00Z',
    ],
    [
      'says what it waits for beside when it gives up, also where no pod says why: there may be none',
      { ...starting, live: { v1: '0/2, (0 of 2 updated: it is paused (spec.paused))' } },
      { givesUpAt: Date.parse('2026-06-01T12:10:00Z') },
      'Progressing Ready:0/2 Deployment/example-web-v1: 0 of 2 updated: it is paused (spec.paused); gives up at 2026-06-01T12:10:00Z',
    ],
    [
      'is degraded once it gave up',
      { ...starting, waited: 11 },
      {},
      'Degraded Ready:1/2 example-v1 did not become ready in 10 s: Deployment/example-web-v1: 1 of 2 ready',
    ],
    [
      'has the word of a pod then',
      { ...starting, waited: 11 },
      { explanation: 'Pod/a: CrashLoopBackOff' },
      'Degraded Ready:1/2 example-v1 did not become ready in 10 s: Pod/a: CrashLoopBackOff',
    ],
    [
      'is degraded while an object cannot be written, whatever runs',
      running,
      { faults: [row(web, 'denied'), row('/Service/default/example-v1', 'no')] },
      'Degraded Ready:2/2 Deployment/example-web-v1: denied; Service/example-v1: no',
    ],
    [
      'says once what many cannot be written for',
      running,
      { faults: ['a', 'b', 'c', 'd'].map((name) => row(`/ConfigMap/default/${name}`, 'no')) },
      'Degraded Ready:2/2 ConfigMap/a and 3 more: no',
    ],
    [
      'has the end of a wait rather than what is not written',
      { ...starting, waited: 11 },
      { faults: [row(web, 'denied')] },
      'Degraded Ready:1/2 example-v1 did not become ready in 10 s: Deployment/example-web-v1: 1 of 2 ready',
    ],
    [
      'names what is fought over beside it',
      running,
      { fights: new Map([[web, 'fought over by x']]) },
      'Healthy Ready:2/2 Deployment/example-web-v1: fought over by x',
    ],
    [
      'says that nothing serves any more',
      { wanted: { v2: '3 pods, 100%' }, live: { v1: '0/3, vanished', v2: '0/3' }, route: { v1: 100 } },
      {},
      'Degraded Ready:0/3 example has no ready pod: Deployment/example-web-v1 is not there; Deployment/example-web-v2: 0 of 3 ready',
    ],
  ])('%s', (_, situation, facts, words) => {
    expect(ofChange(situation, facts)).toBe(words);
  });

  it.each<[rule: string, situation: Situation, words: string]>([
    ['while a change waits for it', changing, 'Held Ready:0/2 held by ops'],
    ['not when there is nothing to do', running, 'Healthy Ready:2/2'],
  ])('is held %s', (_, situation, words) => {
    expect(ofChange(situation, {}, held)).toBe(words);
  });

  it('says first why a delivery went back, and what pods say now after it', () => {
    const observed = observe(running);
    const plan = planApp(observed);
    const steps: DeliveryStep[] = [{ type: 'scale', replicas: { percent: 50 } }];
    const position = { number: 3, attempt: 1, step: 0, waitedMs: 0, totals: {}, returned: 'errors: it is 0.5' };
    const delivery: BundleDelivery = { number: 3, attempt: 1, action: 'run', steps };
    const stage = {
      wanted: { ...observed.app!, delivery },
      said: saidOf({ delivery, position, mode: 'move', unsure: null }),
      position,
      dueAt: null,
    } as unknown as Stage;
    const cause = 'example#3 went back at step 1 of 1 (pods 50 %): errors: it is 0.5';
    const said = (explanation: string | null) => ofChange(running, { explanation }, open, planOfStage(plan, stage));
    expect(said(null)).toBe(`Degraded Ready:2/2 ${cause}`);
    expect(said('Pod/a: being deleted')).toBe(`Degraded Ready:2/2 ${cause}: Pod/a: being deleted`);
  });
});

describe('the health of an object', () => {
  const { app } = plainApp('one', [configMap('a')]);
  const [{ id, digest }] = app.objects as [(typeof app.objects)[number]];
  const entry: InventoryEntry = {
    id,
    apiVersion: 'v1',
    app: 'default/one',
    revision: null,
    uid: 'u',
    nonce: 'n',
    applied: digest,
    fieldsHash: null,
  };
  const plan = planApp({ ...observe({ wanted: null, live: {} }), app: null });

  function ofObject(seen: {
    live?: LiveObject;
    entry?: InventoryEntry | null;
    isSynced?: boolean;
    fight?: string;
    trouble?: string;
    code?: 'FORBIDDEN';
  }) {
    const entries = seen.entry === null ? [] : [[id, seen.entry ?? entry] as const];
    const live = { object: () => seen.live, isSynced: () => seen.isSynced ?? true, readyEndpoints: () => null };
    const fights = new Map(seen.fight === undefined ? [] : [[id, seen.fight]]);
    const { trouble } = seen;
    const code = seen.code ?? ('KIND_UNKNOWN' as const);
    const troubles = new Map(trouble === undefined ? [] : [[groupKindOf(id), { code, message: trouble }]]);
    const one = { key: 'default/one', app, plan, skipped: null };
    const view = appHealth({ mode: open, inventory: new Map(entries) }, one, { ...quiet, live, fights, troubles });
    return [view.health, view.message, `${view.current} of ${view.total}`];
  }

  const live = (health: ObjectHealth, message = '') => ({ health, message, replicas: null }) as LiveObject;
  const finished = (how: 'completed' | 'failed' | 'unseen', of = digest): InventoryEntry => ({
    ...entry,
    finished: { digest: of, how },
  });

  it.each<[rule: string, seen: Parameters<typeof ofObject>[0], expected: readonly string[]]>([
    ['that is current', { live: live('Current') }, ['Healthy', 'Ready:1/1', '1 of 1']],
    ['in progress', { live: live('InProgress', 'starts') }, ['Progressing', 'Ready:0/1 ConfigMap/a: starts', '0 of 1']],
    ['that failed', { live: live('Failed', 'broken') }, ['Degraded', 'Ready:0/1 ConfigMap/a: broken', '0 of 1']],
    [
      'being deleted',
      { live: live('Terminating', 'waits') },
      ['Progressing', 'Ready:0/1 ConfigMap/a: waits', '0 of 1'],
    ],
    ['that says nothing', { live: live('Unknown', '?') }, ['Unknown', 'Ready:0/1 ConfigMap/a: ?', '0 of 1']],
    ['that is not there', {}, ['Progressing', 'Ready:0/1 ConfigMap/a: not there', '0 of 1']],
    [
      'of a kind that is not listed',
      { isSynced: false },
      ['Unknown', 'Ready:0/1 ConfigMap/a: not listed yet', '0 of 1'],
    ],
    [
      'of a kind that is not served any more',
      { isSynced: false, trouble: 'the cluster does not serve this kind' },
      ['Unknown', 'Ready:0/1 ConfigMap/a: not known: the cluster does not serve this kind', '0 of 1'],
    ],
    [
      'that was written while its kind could not be listed',
      { live: live('Current'), isSynced: false, trouble: 'the cluster does not serve this kind' },
      ['Unknown', 'Ready:0/1 ConfigMap/a: not known: the cluster does not serve this kind', '0 of 1'],
    ],
    [
      'of a kind that may not be listed',
      { isSynced: false, trouble: 'cannot watch it', code: 'FORBIDDEN' },
      [
        'Unknown',
        'Ready:0/1 ConfigMap/a: not known: cannot watch it; let the agent list and watch this kind',
        '0 of 1',
      ],
    ],
    [
      'of such a kind, never created',
      { isSynced: false, entry: null },
      ['Progressing', 'Ready:0/1 ConfigMap/a: not there yet', '0 of 1'],
    ],
    [
      'that hides from the watch',
      { fight: 'unlabelled by x' },
      ['Unknown', 'Ready:0/1 ConfigMap/a: unlabelled by x', '0 of 1'],
    ],
    [
      'that was never created, fought over',
      { entry: null, fight: 'deleted by x' },
      ['Progressing', 'Ready:0/1 ConfigMap/a: deleted by x', '0 of 1'],
    ],
    ['that ran to its end', { entry: finished('completed') }, ['Healthy', 'Ready:1/1', '1 of 1']],
    ['whose end was not seen', { entry: finished('unseen') }, ['Healthy', 'Ready:1/1', '1 of 1']],
    [
      'that failed and was removed',
      { entry: finished('failed') },
      ['Degraded', 'Ready:0/1 ConfigMap/a: failed, and was removed since: change it to have it run again', '0 of 1'],
    ],
    [
      'that ran to its end with other content',
      { entry: finished('completed', 'sha256:old') },
      ['Progressing', 'Ready:0/1 ConfigMap/a: not there', '0 of 1'],
    ],
  ])('%s', (_, seen, expected) => {
    expect(ofObject(seen)).toEqual(expected);
  });

  it.each<[skipped: string | null, words: string]>([
    ['not region=eu', 'skipped: not region=eu'],
    [null, 'skipped: not selected'],
  ])('does not matter where the application is skipped (%j)', (skipped, words) => {
    const one = { key: 'default/one', app, plan: null, skipped };
    const view = appHealth({ mode: open, inventory: new Map() }, one, {
      ...quiet,
      live: observe({ wanted: null, live: {} }).live,
    });
    expect([view.health, view.message]).toEqual(['Held', words]);
  });
});
