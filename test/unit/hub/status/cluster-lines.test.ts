import { describe, expect, it } from 'vitest';
import type { StatusView } from '../../../../hub/api/status.ts';
import { clusterLines, keepingClusters } from '../../../../hub/status/cluster-lines.ts';
import { statusView } from '../../../../hub/status/view.ts';
import {
  bundleApp,
  enrolledCluster,
  heartbeat,
  now,
  published,
  received,
  reportOf,
  settledApp,
  stateOf,
} from '../../../fixtures/hub/status.ts';

const app = bundleApp('web');
const bundle = published('a', [app]);
const view = statusView({
  state: stateOf([enrolledCluster('a')], [bundle]),
  reports: new Map([['a', received(reportOf(bundle, [settledApp(app)]))]]),
  now,
  heartbeat,
});
type Cluster = StatusView['clusters'][number];
const stuck = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ id: `/ConfigMap/a/m${n}`, message: 'held' }));
const condition = (type: string, message = '') => ({ type, reason: '', message, since: '' });

function lines(
  change: Partial<Cluster>,
  phase: StatusView['applications'][number]['phase'] = 'settled',
  columns = 200,
): string[] {
  const applications = view.applications.map((row) => ({ ...row, phase }));
  const clusters = view.clusters.map((cluster) => ({ ...cluster, ...change }));
  const keepers = keepingClusters(applications);
  return clusterLines({ clusters }, { columns, color: false, wide: false }, keepers);
}

describe('the lines of a cluster', () => {
  it.each<[rule: string, change: Partial<Cluster>, lines: readonly string[]]>([
    ['are none where it has nothing to tell', {}, []],
    ['are none while its agent has not joined: its rows say so', { state: 'waiting' }, []],
    [
      'tell its conditions, with and without words',
      { conditions: [condition('Held', 'by ops'), condition('Forked')] },
      ['cluster a: Held: by ops', 'cluster a: Forked'],
    ],
    [
      'tell what it keeps',
      { unexplained: 2, conditions: [condition('Unexplained', 'm')] },
      ['cluster a: Unexplained: m', 'cluster a: keeps 2 objects that are neither wanted nor retired'],
    ],
    ['tell one that it keeps', { unexplained: 1 }, ['cluster a: keeps 1 object that is neither wanted nor retired']],
    [
      'tell that it leaves, and what it keeps on purpose',
      { state: 'leaving', unexplained: 2, conditions: [condition('Unexplained')] },
      ['cluster a: leaving, and keeps 2 objects as it was told to'],
    ],
    ['tell that it leaves', { state: 'leaving' }, ['cluster a: leaving']],
    ['tell that it is revoked', { state: 'revoked' }, ['cluster a: revoked']],
    [
      'tell what could not be deleted',
      { survivors: 2, stuck: stuck(1) },
      ['cluster a: 2 objects could not be deleted yet', '  /ConfigMap/a/m0: held'],
    ],
    [
      'tell five of what could not be deleted',
      { survivors: 7, stuck: stuck(7) },
      [
        'cluster a: 7 objects could not be deleted yet',
        ...stuck(5).map(({ id }) => `  ${id}: held`),
        '  and 2 more, see -o json',
      ],
    ],
    [
      'tell that traffic waits for capabilities that no report will bring',
      { capabilities: null, reports: false },
      ['cluster a: capabilities are not declared, so traffic objects are held'],
    ],
    ['do not tell so where a report will bring them', { capabilities: null, reports: true }, []],
  ])('%s', (_, change, expected) => {
    expect(lines(change)).toEqual(expected);
  });

  it.each(['ready', 'shift', 'blocked', 'held'] as const)(
    'do not tell what is kept on purpose while an application there is at %s',
    (phase) => {
      expect(lines({ survivors: 2, stuck: [] }, phase)).toEqual([]);
      // What the agent gives a reason for is stuck, whatever others wait for.
      expect(lines({ survivors: 3, stuck: stuck(1) }, phase)[0]).toBe('cluster a: 1 object could not be deleted yet');
    },
  );

  it.each(['delete', 'settled', 'skipped', null] as const)('tell it at %s', (phase) => {
    expect(lines({ survivors: 2, stuck: [] }, phase)).toEqual(['cluster a: 2 objects could not be deleted yet']);
  });

  it('are no longer than the screen is wide', () => {
    const [first, ...more] = lines(
      { conditions: [condition('Held', 'by ops until the end of the week')] },
      'settled',
      30,
    );
    expect([first, more]).toEqual(['cluster a: Held: by ops until', ['  the end of the week']]);
  });
});
