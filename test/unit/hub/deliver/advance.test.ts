import { describe, expect, it } from 'vitest';
import { advancing, type AdvanceInput } from '../../../../hub/deliver/advance.ts';
import type { Assignment } from '../../../../hub/model/rendered.ts';
import type { ReceivedReport } from '../../../../hub/model/reports.ts';
import { atOnce } from '../../../../shared/lib/slices.ts';
import { deploy, heartbeatMs, program, quietWorld } from '../../../fixtures/hub/deliveries.ts';
import { registrationOf, revisionRecord } from '../../../fixtures/hub/facts.ts';
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
    holds: [],
    placedAs: () => [],
    listening: { now, since: now - 3_600_000, heartbeatMs },
    frozen: null,
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

  it('forgets the deliveries of what is gone', () => {
    const { deliveries } = advance();
    const state = { ...input().state, deliveries };
    expect(advance({ state, apps: new Map(), isGone: () => true }).deliveries.size).toBe(0);
    expect(advance({ state, apps: new Map() }).deliveries).toBe(deliveries);
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
});
