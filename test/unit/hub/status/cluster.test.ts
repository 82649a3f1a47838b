import { describe, expect, it } from 'vitest';
import type { ClusterRecord } from '../../../../hub/model/registry.ts';
import { clusterOf } from '../../../../hub/status/cluster.ts';
import type { StatusFacts } from '../../../../hub/status/facts.ts';
import type { AgentReport, ReportCondition } from '../../../../shared/wire/report.ts';
import { seen } from '../../../fixtures/hub/ledger.ts';
import {
  enrolledCluster,
  heartbeat,
  now,
  published,
  received,
  reportOf,
  stateOf,
} from '../../../fixtures/hub/status.ts';

const bundle = published('a', []);

function cluster(
  record: Partial<ClusterRecord>,
  report: Partial<AgentReport> | null = {},
  facts: Partial<StatusFacts> = {},
) {
  const one = enrolledCluster('a', record);
  const reports = new Map(report === null ? [] : [['a', received(reportOf(bundle, [], report))]]);
  return clusterOf(one, { state: stateOf([one], [bundle]), reports, now, heartbeat, ...facts });
}

describe('a cluster in status', () => {
  it.each<[record: Partial<ClusterRecord>, state: string]>([
    [{}, 'joined'],
    [{ agentKey: null }, 'waiting'],
    [{ decommission: 'orphan' }, 'leaving'],
    [{ decommission: 'delete', agentKey: null }, 'leaving'],
    [{ revoked: true, decommission: 'delete' }, 'revoked'],
  ])('with %j is %s', (record, state) => {
    expect(cluster(record).state).toBe(state);
  });

  it('is what its agent said, and how long ago', () => {
    const reasons = [{ id: '/ConfigMap/a/b', code: 'KEPT', message: 'held' }];
    const retired = {
      settled: [],
      survivors: ['/ConfigMap/a/b'],
      unexplained: ['/ConfigMap/a/c', '/ConfigMap/a/d'],
      reasons,
    };
    expect(cluster({}, { retired })).toMatchObject({
      generation: 7,
      acceptedGeneration: 7,
      settled: true,
      kubernetes: 'v1.36.3',
      agent: '0.1.0',
      unexplained: 2,
      survivors: 1,
      stuck: [{ id: '/ConfigMap/a/b', message: 'held' }],
      reportedAt: new Date(now - 2_000).toISOString(),
      ageSeconds: 2,
      stale: false,
    });
  });

  it('is unheard of before its first report', () => {
    expect(cluster({}, null)).toMatchObject({
      acceptedGeneration: null,
      settled: false,
      agent: null,
      conditions: [],
      stuck: [],
      reportedAt: null,
      ageSeconds: null,
    });
  });

  it('was sent nothing yet', () => {
    expect(cluster({}, null, { state: stateOf([], []) }).generation).toBeNull();
  });

  const condition = (
    type: ReportCondition['type'],
    status: ReportCondition['status'],
    reason = 'R',
  ): ReportCondition => ({ type, status, reason, message: 'm', since: 's' });
  it.each<[rule: string, condition: ReportCondition, shown: string | null]>([
    ['that is true', condition('Held', 'True'), 'Held'],
    ['that is false', condition('Held', 'False'), null],
    ['that is not known', condition('Stale', 'Unknown'), null],
    ['that all is well', condition('Ready', 'True'), null],
    ['that work is left', condition('Ready', 'False', 'Working'), null],
    ['that the agent cannot go on, by its reason', condition('Ready', 'False', 'AgentFault'), 'AgentFault'],
  ])('shows a condition or not: %s', (_, one, shown) => {
    expect(cluster({}, { conditions: [one] }).conditions.map(({ type }) => type)).toEqual(
      shown === null ? [] : [shown],
    );
  });

  it.each<[rule: string, documents: ReturnType<typeof seen>[], labels: object]>([
    ['of its registration', [], { from: 'join' }],
    [
      'of its document where it has one',
      [{ ...seen('default/a', { metadata: { labels: { from: 'document' } } }), kind: 'Cluster' }],
      { from: 'document' },
    ],
    ['of its document, none', [{ ...seen('default/a', { metadata: {} }), kind: 'Cluster' }], {}],
    [
      'not of a document of another kind',
      [seen('default/a', { metadata: { labels: { from: 'app' } } })],
      { from: 'join' },
    ],
  ])('has the labels %s', (_, documents, labels) => {
    const record = { labels: { from: 'join' } };
    expect(cluster(record, null, { state: stateOf([], [], { documents }) }).labels).toEqual(labels);
  });

  it('has capabilities as words, null where they are not known', () => {
    expect(cluster({ capabilities: { istio: true, ingress: false } }).capabilities).toEqual(['istio']);
    expect(cluster({ capabilities: null }).capabilities).toBeNull();
  });
});
