import { channel, registrationOf } from '../../../fixtures/hub/facts.ts';
import { describe, expect, it } from 'vitest';
import type { State } from '../../../../hub/model/state.ts';
import { withChanges } from '../../../../hub/model/changes.ts';
import { approve } from '../../../../hub/registry/change.ts';
import { waitingChanges } from '../../../../hub/model/hold.ts';
import { tellProblems } from '../../../../hub/model/problems.ts';
import { decideCapabilities } from '../../../../hub/registry/capabilities.ts';
import type { Capabilities, Cluster } from '../../../../hub/model/documents.ts';
import { changeDigest } from '../../../../shared/wire/bundle.ts';
import type { AgentReport } from '../../../../shared/wire/report.ts';
import { bundleApp, enrolledCluster, published, received, reportOf, stateOf } from '../../../fixtures/hub/status.ts';

const service = 'networking.istio.io/VirtualService/default/web';
const trafficOf = (provider: 'istio' | 'ingress', id = service) => [{ provider, id, targets: [] }];
const bundle = published('a', [bundleApp('web', { traffic: trafficOf('istio') })]);
const both = { istio: true, ingress: true };

const document = (capabilities: Capabilities | undefined) => {
  const place = { path: 'a.yaml', line: 1, column: 1 };
  const spec = capabilities === undefined ? {} : { spec: { capabilities } };
  const doc = { apiVersion: '', kind: 'Cluster', metadata: { name: 'a' }, ...spec } as Cluster;
  return { doc, commit: '', place, locate: () => place };
};
const said = (...capabilities: string[]): AgentReport =>
  reportOf(bundle, [], { agent: { version: '0', kubernetes: 'v1', capabilities, clusterUid: 'u' } });

/** What counts of the one cluster `a`: declared in its document, and reported. */
const settle = (state: State, wanted: { document?: Capabilities; report?: AgentReport }) => {
  const { document: declared, report } = wanted;
  const settled = decideCapabilities({
    state,
    fleet: { clusters: declared === undefined ? [] : [document(declared)] },
    reports: new Map(report === undefined ? [] : [['a', received(report)]]),
    now: '2026-03-01T12:00:00.000Z',
  });
  const guarded = waitingChanges(settled.holds);
  return { ...settled, guarded, problems: tellProblems([settled]), known: settled.clusters.get('a')?.capabilities };
};
const withCapabilities = (capabilities: Capabilities | null, declared?: Capabilities): State =>
  stateOf([enrolledCluster('a', { capabilities, ...(declared && { declared }) })], [bundle]);

describe('what a cluster offers, decided again', () => {
  it('is what its agent reports now, also where the report before changed nothing', () => {
    const state = withCapabilities({ istio: true });
    expect(settle(state, { report: said('istio') }).known).toEqual({ istio: true });
    expect(settle(state, { report: said('istio', 'gateway-api') }).known).toEqual({ istio: true, 'gateway-api': true });
  });
});

describe('what a whole fleet offers, decided again with the same documents', () => {
  const fleet = { clusters: [] };
  const decide = (state: State, report: AgentReport) =>
    decideCapabilities({ state, fleet, reports: new Map([['a', received(report)]]), now: '2026-03-01T12:00:00.000Z' });

  it('is what an agent reports since', () => {
    const state = withCapabilities({ istio: true });
    expect(decide(state, said('istio')).clusters).toBe(state.clusters);
    const more = decide(state, said('istio', 'gateway-api'));
    expect(more.clusters.get('a')?.capabilities).toEqual({ istio: true, 'gateway-api': true });
  });

  it('is held where a bundle since uses what is offered no more', () => {
    const registry = withCapabilities({ istio: true }).clusters;
    const before = { ...stateOf([], []), clusters: registry };
    expect(decide(before, said('istio')).holds).toEqual([]);
    const after = { ...before, bundles: new Map([['a', bundle]]) };
    expect(decide(after, said('ingress')).holds).toHaveLength(1);
    expect(decide(after, said('ingress')).holds).toHaveLength(1);
  });
});

describe('what a cluster is known to offer', () => {
  it.each<[string, State, { document?: Capabilities; report?: AgentReport }, Capabilities | null]>([
    ['is nothing before anybody said so', withCapabilities(null), {}, null],
    ['is not what an agent says that has not looked yet', withCapabilities(null), { report: said() }, null],
    ['is what the agent reports', withCapabilities(null), { report: said('istio', 'x') }, { istio: true }],
    [
      'grows with the reports',
      withCapabilities({ istio: true }),
      { report: said('istio', 'gateway-api') },
      {
        istio: true,
        'gateway-api': true,
      },
    ],
    ['is what join declared, whatever is reported', withCapabilities(both, both), { report: said('istio') }, both],
    [
      'is what the document says, whatever join declared',
      withCapabilities(null, { ingress: true }),
      { document: { istio: { gateways: ['ns/gw'] } }, report: said('ingress') },
      { istio: { gateways: ['ns/gw'] } },
    ],
    ['stays while nobody says anything', withCapabilities(both), {}, both],
  ])('%s', (_case, state, wanted, known) => {
    const settled = settle(state, wanted);
    expect(settled.known).toEqual(known);
    expect(settled.guarded).toEqual([]);
    expect(settled.problems).toEqual([]);
  });

  it('is the same value while it stays', () => {
    const state = withCapabilities(both);
    expect(settle(state, { document: both }).clusters).toBe(state.clusters);
  });

  it('loses at once what no traffic object uses', () => {
    expect(settle(withCapabilities(both), { document: { istio: true } })).toMatchObject({
      known: { istio: true },
      guarded: [],
    });
  });
});

describe('a capability that traffic uses and that is gone', () => {
  const lost = (state: State) => settle(state, { document: { 'gateway-api': true, istio: false } });
  const state = withCapabilities({ istio: { gateways: ['ns/gw'] }, ingress: true });

  it('stays in force with what was known of it, beside what is new, until somebody approves', () => {
    const settled = lost(state);
    expect(settled.known).toEqual({ istio: { gateways: ['ns/gw'] }, 'gateway-api': true });
    const change = changeDigest({ channel, registration: registrationOf('a'), generation: 8, ids: [service] });
    expect(settled.guarded).toEqual([
      {
        change,
        code: 'CAPABILITY_LOST',
        cluster: 'a',
        app: null,
        generation: 8,
        ids: [service],
        since: '2026-03-01T12:00:00.000Z',
      },
    ]);
    expect(settled.problems).toEqual([
      {
        code: 'CAPABILITY_LOST',
        message: `a offers istio no more, and traffic uses it (${service}): it stays as it is`,
        cluster: 'a',
        hint: `bring it back, or run: sluice-hub approve ${change}`,
        severity: 'error',
      },
    ]);
  });

  it('keeps its digest and its time while it waits, whatever the generation', () => {
    const first = lost(state);
    const later: State = {
      ...state,
      clusters: first.clusters,
      guarded: first.guarded,
      bundles: new Map([['a', { ...bundle, revision: { ...bundle.revision, generation: 9 } }]]),
    };
    expect(lost(later).guarded).toEqual(first.guarded);
  });

  it('goes with the approval, and for good', () => {
    const waiting: State = { ...state, guarded: lost(state).guarded };
    const who = { by: 'ada', at: '2026-03-01T12:01:00.000Z' };
    const approved = withChanges(waiting, approve(waiting, waiting.guarded[0]!.change, who).changes);
    const settled = lost(approved);
    expect(settled).toMatchObject({ known: { 'gateway-api': true }, guarded: [], problems: [] });
    // A deployment that cannot do without it may keep the object in the bundle.
    expect(lost({ ...approved, clusters: settled.clusters, approvals: [] }).guarded).toEqual([]);
  });

  it('waits again when more would go than was approved', () => {
    const waiting: State = { ...state, guarded: lost(state).guarded };
    const who = { by: 'ada', at: '2026-03-01T12:01:00.000Z' };
    const approved = withChanges(waiting, approve(waiting, waiting.guarded[0]!.change, who).changes);
    const other = 'networking.istio.io/VirtualService/default/other';
    const more = published('a', [
      bundleApp('web', { traffic: trafficOf('istio') }),
      bundleApp('other', { traffic: trafficOf('istio', other) }),
    ]);
    const settled = lost({ ...approved, bundles: new Map([['a', more]]) });
    expect(settled.guarded[0]?.ids).toEqual([other, service]);
    expect(settled.known).toHaveProperty('istio');
  });

  it('is nothing to wait for once it is back', () => {
    const waiting: State = { ...state, guarded: lost(state).guarded };
    expect(settle(waiting, { document: both })).toMatchObject({ known: both, guarded: [], problems: [] });
  });

  it('is seen in reports, in what join declares, and from a ledger that never recorded it', () => {
    expect(settle(withCapabilities(both), { report: said('ingress') }).guarded).toHaveLength(1);
    expect(settle(withCapabilities(both, { ingress: true }), {}).guarded).toHaveLength(1);
    const upgraded = settle(withCapabilities(null), { document: { ingress: true } });
    expect(upgraded.guarded).toHaveLength(1);
    expect(upgraded.known).toEqual({ istio: true, ingress: true });
  });

  it('does not concern a cluster that was built anew, or one that leaves', () => {
    const anew = stateOf([enrolledCluster('a', { registration: registrationOf('b'), capabilities: both })], [bundle]);
    expect(lost(anew).guarded).toEqual([]);
    const leaving = stateOf([enrolledCluster('a', { capabilities: both, decommission: 'orphan' })], [bundle]);
    expect(lost(leaving).guarded).toEqual([]);
  });
});
