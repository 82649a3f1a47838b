import { describe, expect, it } from 'vitest';
import { pending } from '../../../../agent/inventory/entries.ts';
import type { LiveRoute } from '../../../../agent/model/live.ts';
import type { AppOutcome, Outcome } from '../../../../agent/model/outcome.ts';
import type { Row } from '../../../../agent/model/rows.ts';
import { buildReport, type ReportInput } from '../../../../agent/report/build.ts';
import { idleOutcome } from '../../../../agent/report/outcome.ts';
import { planApp } from '../../../../agent/rollout/plan.ts';
import type { ObjectId } from '../../../../shared/model/object.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import { testBundle } from '../../../fixtures/agent/apps.ts';
import { identity, noon } from '../../../fixtures/agent/bundle.ts';
import { reportInput } from '../../../fixtures/agent/report.ts';
import { observe, routerId, type Situation } from '../../../fixtures/agent/rollout.ts';
import { copyStage } from '../../../fixtures/agent/stages.ts';

const running: Situation = { wanted: { v1: '2 pods, 100%' }, live: { v1: '2/2' }, route: { v1: 100 } };
const web: ObjectId = 'apps/Deployment/default/example-web-v1';
const row = (id: ObjectId, reason: string, code?: 'FORBIDDEN'): Row => ({
  id,
  app: 'default/example',
  action: 'failed',
  reason,
  ...(code !== undefined && { fault: { code, message: 'denied' } }),
});

/** What an outcome of the application in a situation is reported from. */
function inputOf(situation: Situation, change: Partial<ReportInput> = {}, facts: Partial<Outcome> = {}): ReportInput {
  const observed = observe(situation);
  const app: AppOutcome = { key: 'default/example', app: observed.app, plan: planApp(observed), skipped: null };
  const mode = { mayChange: true, stopDeletes: null, hold: null };
  const outcome = { ...idleOutcome(0, observed.entries), apps: [app], mode, isSettled: true, ...facts };
  return reportInput({ outcome, live: observed.live, ...change });
}

const appIn = (...args: Parameters<typeof inputOf>) => buildReport(inputOf(...args)).apps[0]!;

describe('a report', () => {
  it('says who reports, of which cluster, and when', () => {
    expect(buildReport(reportInput())).toMatchObject({
      format: formats.report.newest,
      channel: identity.channel,
      registration: identity.registration,
      cluster: 'edge-1',
      sequence: 0,
      issuedAt: new Date(noon).toISOString(),
      agent: { version: '1.2.3', kubernetes: 'v1.36.3', capabilities: ['istio'], clusterUid: 'cluster-uid' },
      accepted: null,
      settled: false,
      apps: [],
    });
  });

  it.each<[rule: string, agentFault: string | null, settled: boolean]>([
    ['is settled', null, true],
    ['is not settled while the agent cannot go on', 'damaged', false],
  ])('%s', (_, agentFault, settled) => {
    expect(buildReport(inputOf(running, { agentFault })).settled).toBe(settled);
  });

  describe('that changed in one thing alone', () => {
    const waits: Situation = {
      wanted: { v1: '2 pods, 100%', v2: '2 pods, 0%' },
      live: { v1: '2/2', v2: '0/2' },
      route: { v1: 100 },
    };
    const since = (waitingSince: number) => new Map([['default/example', { reachedAt: 0, waitingSince }]]);
    it.each<[string, Situation, (input: ReportInput) => Partial<ReportInput>]>([
      ['an object that failed', running, () => ({ faults: new Map([[web, { row: row(web, 'denied') }]]) })],
      ['a fight that began', running, () => ({ fights: new Map([[web, 'fought over by x']]) })],
      [
        'a hold of the site',
        { ...running, live: { v1: '2/2, old content' } },
        ({ outcome }) => ({
          outcome: { ...outcome, mode: { mayChange: false, stopDeletes: 'held', hold: 'held by ops' } },
        }),
      ],
      ['the end of the wait for pods', waits, () => ({ progress: since(60_000) })],
    ])('tells of %s', (_, situation, change) => {
      const input = inputOf(situation, { progress: since(0) });
      const before = buildReport(input).apps[0];
      const next = { ...input, ...change(input) };
      const fresh = inputOf(situation, { ...change(input), progress: next.progress }, { mode: next.outcome.mode });
      expect(buildReport(next).apps[0]).not.toEqual(before);
      expect(buildReport(next).apps[0]).toEqual(buildReport(fresh).apps[0]);
    });
  });

  it('names objects as the hub does', () => {
    const [here, there] = ['/ConfigMap/default/a', '/ConfigMap//a'];
    const bundle = testBundle({ generation: 3, apps: [], retired: [here, '/ConfigMap/default/gone'] });
    const inventory = new Map([[here, pending(here, 'default/one', null, 'n')]]);
    const facts = { bundle, inventory, hubIds: new Map([[here, there]]), survivors: [here], unexplained: [here] };
    expect(buildReport(inputOf(running, {}, facts)).retired).toEqual({
      settled: ['/ConfigMap/default/gone'],
      survivors: [there],
      unexplained: [there],
    });
  });
});

describe('an application in a report', () => {
  it('is left out once the bundle has it no more', () => {
    expect(buildReport(inputOf({ wanted: null, live: { v1: '2/2' } })).apps).toEqual([]);
  });

  it('has its digest as applied when it is settled without a fault', () => {
    const { desired, applied } = appIn(running);
    expect(applied).toBe(desired);
    expect(appIn({ ...running, live: { v1: '2/2, old content' } }).applied).toBeNull();
    expect(appIn(running, { faults: new Map([[web, { row: row(web, 'denied') }]]) }).applied).toBeNull();
    const others = row('/Secret/other/x', 'denied');
    expect(appIn(running, { faults: new Map([[others.id, { row: others }]]) }).applied).toBe(desired);
  });

  const held = { mode: { mayChange: false, stopDeletes: 'held', hold: 'held by ops' } };
  it.each<[rule: string, input: ReportInput, phase: string]>([
    ['of its plan', inputOf(running), 'settled'],
    ['of its plan', inputOf({ ...running, live: { v1: '2/2, old content' } }), 'scale-up'],
    [
      'held, where the site holds a change',
      inputOf({ ...running, live: { v1: '2/2, old content' } }, {}, held),
      'held',
    ],
    ['settled, where the site holds nothing back', inputOf(running, {}, held), 'settled'],
    [
      'skipped, where the site leaves it out',
      inputOf(running, {}, { apps: [{ ...inputOf(running).outcome.apps[0]!, plan: null, skipped: 'no' }] }),
      'skipped',
    ],
  ])('has the phase %s: %#', (_, input, phase) => {
    expect(buildReport(input).apps[0]?.phase).toBe(phase);
  });

  it('has what could not be written, then what is not well, then what is fought over; each object once', () => {
    const service = '/Service/default/example-v1';
    const broken: Situation = { ...running, live: { v1: '1/2, failed' } };
    const faults = new Map([[service, { row: row(service, 'its reason', 'FORBIDDEN') }]]);
    const fights = new Map([service, web, routerId].map((id) => [id, 'fought over by x']));
    expect(appIn(broken, { faults, fights }).problems).toEqual([
      { id: service, code: 'FORBIDDEN', message: 'denied' },
      { id: web, code: 'UNHEALTHY', message: 'timed out', health: 'Failed' },
      { id: routerId, code: 'FIELD_CONFLICT', message: 'fought over by x', health: 'Current' },
    ]);
    expect(appIn(running, { faults: new Map([[web, { row: row(web, 'denied') }]]) }).problems[0]?.code).toBe(
      'INTERNAL',
    );
  });

  it.each<[rule: string, situation: Situation, revisions: readonly string[]]>([
    ['that it wants', running, ['example-v1 2/2']],
    ['that it wants, before they exist', { wanted: { v1: '2 pods, 100%' }, live: {} }, ['example-v1 0/2']],
    [
      'that leave, after those',
      { wanted: { v2: '3 pods, 100%' }, live: { v1: '2/4', v2: '1/3' } },
      ['example-v2 1/3', 'example-v1 2/4'],
    ],
  ])('has the replicas of the revisions %s', (_, situation, revisions) => {
    expect(appIn(situation).revisions.map(({ name, ready, desired }) => `${name} ${ready}/${desired}`)).toEqual(
      revisions,
    );
  });

  it('counts what several revisions share with the highest of them', () => {
    const input = inputOf({ wanted: { v2: '1 pod, 50%', v10: '1 pod, 50%' }, live: { v2: '1/1', v10: '1/1' } });
    const [one] = input.outcome.apps;
    const app = {
      ...one!.app!,
      revisions: one!.app!.revisions.map((each) => (each.name.endsWith('v2') ? { ...each, objects: [] } : each)),
    };
    const { revisions } = buildReport({ ...input, outcome: { ...input.outcome, apps: [{ ...one!, app }] } }).apps[0]!;
    expect(revisions).toEqual([{ name: 'example-v10', ready: 2, desired: 2 }]);
  });
});

describe('the live split in a report', () => {
  const split = (situation: Situation) =>
    appIn(situation).traffic.map(({ revision, weight }) => `${revision} ${weight}`);
  const both: Situation = { wanted: { v1: '1 pod, 50%', v2: '1 pod, 50%' }, live: { v1: '1/1', v2: '1/1' } };

  it.each<[rule: string, situation: Situation, split: readonly string[]]>([
    ['is in percent', { ...both, route: { v1: 30, v2: 70 } }, ['example-v1 30', 'example-v2 70']],
    [
      'is in percent, whatever the weights sum up to',
      { ...both, route: { v1: 1, v2: 2 } },
      ['example-v1 33', 'example-v2 67'],
    ],
    [
      'is nothing of a split that gives nothing',
      { ...both, route: { v1: 0, v2: 0 } },
      ['example-v1 0', 'example-v2 0'],
    ],
    [
      'names the revision that leaves',
      { wanted: { v2: '1 pod, 100%' }, live: { v1: '1/1', v2: '1/1' }, route: { v1: 100 } },
      ['example-v1 100'],
    ],
    ['is empty before there is a traffic object', both, []],
    ['is empty where there is none to be', { ...both, provider: 'none' }, []],
    ['is empty for a provider without weights', { ...both, provider: 'ingress', route: { v1: 100 } }, []],
  ])('%s', (_, situation, expected) => {
    expect(split(situation)).toEqual(expected);
  });

  it('is that of the first rule, and names a backend that nothing knows by its Service', () => {
    const input = inputOf({ ...both, route: { v1: 100 } });
    const routes: LiveRoute[] = [
      { rule: 0, service: '/Service/default/example-v1', weight: 90 },
      { rule: 0, service: '/Service/other/by-hand', weight: 10 },
      { rule: 1, service: '/Service/default/example-v2', weight: 100 },
    ];
    const object = (id: ObjectId) => {
      const found = input.live.object(id);
      return id === routerId && found !== undefined ? { ...found, routes } : found;
    };
    const [app] = buildReport({ ...input, live: { ...input.live, object } }).apps;
    expect(app?.traffic).toEqual([
      { revision: 'example-v1', weight: 90 },
      { revision: 'by-hand', weight: 10 },
    ]);
  });
});

describe('an Application on its way from one copy to the other', () => {
  it('has the pods of both by their revisions', () => {
    const steps = [{ type: 'scale', replicas: { percent: 50 }, weight: 50 }] as const;
    const { stage, position, wanted } = copyStage({ steps: [...steps] });
    const said = { number: 1, attempt: 1, step: 0, phase: 'running' } as const;
    const at = { wanted, position, ...stage, isReturning: false, mayMove: true, mayChange: true, dueAt: null, said };
    const apps: AppOutcome[] = [{ key: 'default/bookinfo', app: stage.app, plan: null, skipped: null, stage: at }];
    expect(appIn(running, {}, { apps }).revisions).toEqual([
      { name: 'bookinfo-v1', ready: 0, desired: 2 },
      { name: 'bookinfo-v2', ready: 0, desired: 1 },
    ]);
  });
});
