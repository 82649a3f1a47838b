import { describe, expect, it } from 'vitest';
import { advancing, type AdvanceInput } from '../../../../hub/deliver/advance.ts';
import { deliveredApps } from '../../../../hub/deliver/delivered.ts';
import type { AppDelivery } from '../../../../hub/model/delivery.ts';
import type { ApplicationDeployment } from '../../../../hub/model/documents.ts';
import type { Assignment } from '../../../../hub/model/rendered.ts';
import type { Sourced } from '../../../../hub/model/source.ts';
import type { ReceivedReport } from '../../../../hub/model/reports.ts';
import { atOnce } from '../../../../shared/lib/slices.ts';
import { deploy, heartbeatMs, program, quietWorld } from '../../../fixtures/hub/deliveries.ts';
import { deploymentDocument, registrationOf, revisionRecord } from '../../../fixtures/hub/facts.ts';
import {
  bundleApp,
  enrolledCluster,
  now,
  published,
  reportOf,
  settledApp,
  stateOf,
} from '../../../fixtures/hub/status.ts';

const names = ['a', 'b', 'c'];
const web = bundleApp('web');

function assignment(cluster: string, facts: Partial<Assignment> = {}): Assignment {
  return { unit: 'default/web', revision: 'web-v2', cluster, selector: {}, notes: [], ...facts };
}

function input(facts: Partial<AdvanceInput> = {}): AdvanceInput {
  const clusters = names.map((name) => enrolledCluster(name));
  const bundles = names.map((name) => published(name, [web]));
  const received = (cluster: string): ReceivedReport => ({
    report: reportOf(published(cluster, [web]), [settledApp(web)]),
    receivedAt: now,
  });
  return {
    state: stateOf(clusters, bundles),
    apps: new Map([
      [
        'default/web',
        {
          program: program([deploy('all', null)]),
          application: revisionRecord('default/web', 2).application,
          content: 'web-v2',
          words: { paused: false, approved: '' },
        },
      ],
    ]),
    isGone: () => false,
    assignments: names.map((name) => assignment(name)),
    targets: names.map((name) => ({ name, labels: {}, capabilities: null })),
    localCluster: null,
    reports: new Map(names.map((name) => [name, received(name)])),
    judged: () => undefined,
    holds: [],
    placedAs: () => [],
    listening: { now, since: now - 3_600_000, heartbeatMs },
    freeze: null,
    before: null,
    window: () => ({ isOpen: true, until: null }),
    world: quietWorld,
    ...facts,
  };
}

const advance = (facts: Partial<AdvanceInput> = {}) => atOnce(advancing(input(facts)));

describe('advancing all deliveries', () => {
  it('holds what is not reached, and leaves the rest as the documents say', () => {
    const advanced = advance();
    expect(advanced.holds).toEqual(
      ['b', 'c'].map((cluster) => ({
        app: 'default/web',
        cluster,
        by: 'delivery',
        reason: 'web#1 has not reached it yet',
      })),
    );
    expect(advanced.deliveries.get('default/web')).toMatchObject({ stable: 'web-v1', last: { number: 1 } });
    expect(advanced.progress.get('default/web')).toMatchObject({ phase: 'running', name: 'web#1' });
  });

  it('costs and changes nothing without programs', () => {
    const before = input({ apps: new Map() });
    const advanced = atOnce(advancing(before));
    expect(advanced.assignments).toBe(before.assignments);
    expect(advanced.deliveries).toBe(before.state.deliveries);
    expect(advanced).toMatchObject({ holds: [], due: null });
  });

  it('answers the very same deliveries where nothing changed', () => {
    const first = advance();
    const state = { ...input().state, deliveries: first.deliveries };
    expect(advance({ state }).deliveries).toBe(first.deliveries);
  });

  it('remembers of what is gone its number alone: what comes back under its name has the next one', () => {
    const { deliveries } = advance();
    const state = { ...input().state, deliveries };
    expect(advance({ state, apps: new Map() }).deliveries).toBe(deliveries);
    const gone = advance({ state, apps: new Map(), isGone: () => true }).deliveries;
    expect(gone.get('default/web')).toMatchObject({ isGone: true, stable: null, last: { number: 1, admitted: [] } });
    const later = { ...state, deliveries: gone };
    expect(advance({ state: later, apps: new Map(), isGone: () => true }).deliveries).toBe(gone);
    const back = advance({ state: later });
    expect(back.deliveries.get('default/web')).toMatchObject({ stable: 'web-v1', last: { number: 2 } });
    expect(back.deliveries.get('default/web')).not.toHaveProperty('isGone');
    // What was never delivered by a number leaves nothing.
    const [record] = deliveries.values();
    if (record === undefined) throw new Error('no delivery');
    const zero = new Map([['default/web', { ...record, last: { ...record.last, number: 0 } }]]);
    const none = { ...state, deliveries: zero };
    expect(advance({ state: none, apps: new Map(), isGone: () => true }).deliveries.size).toBe(0);
  });

  it('places what goes back as its own document does, else where it is', () => {
    const { deliveries } = advance();
    const [app, record] = [...deliveries][0] ?? [];
    if (app === undefined || record === undefined) throw new Error('no delivery');
    const aborted = new Map([[app, { ...record, last: { ...record.last, phase: 'aborted' as const } }]]);
    const placedAs: AdvanceInput['placedAs'] = (_, revision) => [
      assignment('a', { revision, selector: { old: 'yes' } }),
    ];
    const advanced = advance({ state: { ...input().state, deliveries: aborted }, placedAs });
    expect(advanced.assignments.map(({ revision, selector }) => [revision, selector])).toEqual([
      ['web-v1', { old: 'yes' }],
      ['web-v2', {}],
      ['web-v2', {}],
    ]);
  });

  it.each([
    ['a report of another registration', { registration: registrationOf('z') }, 'absent'],
    [
      'a hold of the site',
      {
        conditions: [
          { type: 'Held' as const, status: 'True' as const, reason: 'Site', message: 'until Monday', since: '' },
        ],
      },
      'held',
    ],
  ])('reads %s', (_, facts, state) => {
    const reports = new Map(
      names.map((name) => [
        name,
        { report: reportOf(published(name, [web]), [settledApp(web)], facts), receivedAt: now },
      ]),
    );
    const progress = advance({ reports }).progress.get('default/web');
    expect(progress?.[state as 'absent' | 'held']).toHaveLength(3);
  });

  it('reads what another stage held in the pass before', () => {
    const holds = [{ app: 'default/web', cluster: 'a', by: 'guard' as const, reason: 'deletes much' }];
    expect(advance({ holds }).progress.get('default/web')?.held).toEqual([{ unit: 'a', reason: 'deletes much' }]);
  });

  it.each<[string, number | null, boolean]>([
    ['until a person ends it', null, true],
    ['until a moment', now + 60_000, true],
    ['no more once that is over', now, false],
  ])('starts nothing in a fleet that is frozen, %s', (_, end, isFrozen) => {
    const until = end === null ? null : new Date(end).toISOString();
    const freeze = { reason: 'the holidays', by: 'ann', at: new Date(now).toISOString(), until };
    const advanced = advance({ freeze });
    expect(advanced.holds.map(({ cluster }) => cluster)).toEqual(isFrozen ? names : ['b', 'c']);
    expect(advanced.progress.get('default/web')?.phase).toBe(isFrozen ? 'paused' : 'running');
    if (isFrozen) expect(advanced.progress.get('default/web')?.waits).toContain('the holidays');
    expect(advanced.due === end).toBe(isFrozen);
  });

  describe('of an ApplicationDeployment', () => {
    const sourced = (revision: string): Sourced<ApplicationDeployment> => ({
      doc: deploymentDocument({ rollout: { waves: [{ name: 'canary' }] } }, revision),
      commit: 'c',
      place: { path: '', line: 1, column: 1 },
      locate: () => ({ path: '', line: 1, column: 1 }),
    });
    const facts = (revision: string, facts: Partial<AdvanceInput> = {}): Partial<AdvanceInput> => ({
      apps: deliveredApps({
        fleet: { applications: [], deployments: [sourced(revision)] },
        revisions: { newest: new Map() },
        documents: [],
        programOf: () => null,
      }).apps,
      assignments: names.map((name) => assignment(name, { revision })),
      placedAs: (_, content, document) =>
        document === undefined
          ? []
          : names.map((name) => assignment(name, { revision: content.split('~')[0] ?? '', document })),
      ...facts,
    });
    const remembered = advance(facts('web-v1')).deliveries;

    it('remembers what runs, tells nothing of it, and costs no more', () => {
      expect(remembered.get('default/web')).toMatchObject({ last: { number: 0, phase: 'succeeded' } });
      const state = { ...input().state, deliveries: remembered };
      const again = advance(facts('web-v1', { state }));
      expect(again).toMatchObject({ holds: [], due: null });
      expect([again.directives.size, again.progress.size]).toEqual([0, 0]);
      expect(again.deliveries).toBe(remembered);
    });

    it('numbers what it gives, and leaves the rest as it was published', () => {
      const state = { ...input().state, deliveries: remembered };
      const advanced = advance(facts('web-v2', { state }));
      expect(advanced.holds.map(({ cluster }) => cluster)).toEqual(['b', 'c']);
      expect([...advanced.directives]).toEqual([
        ['a', new Map([['default/web', { number: 1, attempt: 1, action: 'run' }]])],
      ]);
    });

    it('puts back what its document said, and keeps what runs where that is not known', () => {
      const state = { ...input().state, deliveries: remembered };
      const running = advance(facts('web-v2', { state })).deliveries.get('default/web') as AppDelivery;
      const aborted: AppDelivery = { ...running, last: { ...running.last, phase: 'aborted' } };
      const at = (record: AppDelivery) =>
        advance(facts('web-v2', { state: { ...state, deliveries: new Map([['default/web', record]]) } }));
      const back = at(aborted);
      expect(back.assignments[0]).toMatchObject({ revision: 'web-v1', document: { doc: { spec: {} } } });
      const lost = at({ ...aborted, documents: {} });
      expect(lost.assignments[0]).toMatchObject({ revision: 'web-v2' });
      expect(lost.holds.map(({ cluster }) => cluster)).toEqual(names);
    });
  });
});
