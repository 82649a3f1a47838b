import type { PublishedBundle } from '../../../hub/model/published-bundle.ts';
import type { ClusterRecord } from '../../../hub/model/registry.ts';
import type { ReceivedReport } from '../../../hub/model/reports.ts';
import type { State } from '../../../hub/model/state.ts';
import { emptyState } from '../../../hub/store/slices/slices.ts';
import { digestOf, digestOfValue } from '../../../shared/lib/canonical.ts';
import { encode } from '../../../shared/wire/codec.ts';
import type { AgentReport, ReportApp } from '../../../shared/wire/report.ts';
import { formats } from '../../../shared/wire/formats.ts';
import type { BundleApp, Revision } from '../../../shared/wire/revision.ts';

/** A fixed channel and time: facts for tests that decide and do no I/O. */
export const channel = '00000000-0000-4000-8000-000000000001';
export const now = Date.parse('2026-03-01T12:00:00.000Z');
export const heartbeat = 60_000;

/** A registration for a name, always the same. */
export function registrationOf(name: string): string {
  const hex = digestOf(name).slice('sha256:'.length);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export function clusterRecord(name: string, facts: Partial<ClusterRecord> = {}): ClusterRecord {
  return {
    name,
    registration: registrationOf(name),
    labels: {},
    capabilities: { ingress: true },
    joinedAt: '2026-03-01T10:00:00.000Z',
    agentKey: 'A'.repeat(43),
    token: null,
    reports: true,
    revoked: false,
    decommission: null,
    ...facts,
  };
}

export function bundleApp(name: string, facts: Partial<BundleApp> = {}): BundleApp {
  return {
    namespace: 'default',
    name,
    digest: digestOfValue(['app', name, facts]),
    source: 'c'.repeat(40),
    selector: {},
    revisions: [{ name: `${name}-v1`, objects: [] }],
    replicas: [],
    traffic: [],
    steps: [],
    health: { progressDeadlineSeconds: 600 },
    notes: [],
    objects: [],
    ...facts,
  };
}

export function published(cluster: string, apps: readonly BundleApp[], facts: Partial<Revision> = {}): PublishedBundle {
  const payload = encode({
    format: 1,
    channel,
    registration: registrationOf(cluster),
    cluster,
    epoch: 1,
    generation: 7,
    ledger: 20,
    source: { repository: 'https://git.example/config.git', commit: 'c'.repeat(40) },
    issuedAt: '2026-03-01T11:00:00.000Z',
    freshUntil: '2026-03-04T11:00:00.000Z',
    labels: {},
    apps,
    retired: [],
    approvals: [],
    bundle: { digest: digestOf('bundle'), objects: 0, bytes: 0 },
    ...facts,
  });
  return {
    cluster,
    revision: formats.revision.decode(payload),
    revisionDigest: digestOf(payload),
    payload,
    signatures: Buffer.from('{}'),
    tree: 't'.repeat(40),
    commit: 'd'.repeat(40),
    parent: null,
  };
}

/** A ledger state with these clusters and bundles. */
export function stateOf(
  records: readonly ClusterRecord[],
  bundles: readonly PublishedBundle[] = [],
  facts: Partial<State> = {},
): State {
  return {
    ...emptyState({ channel, epoch: 1 }),
    number: 20,
    source: { repository: 'https://git.example/config.git', commit: 'c'.repeat(40) },
    clusters: new Map(records.map((record) => [record.name, record])),
    bundles: new Map(bundles.map((bundle) => [bundle.cluster, bundle])),
    ...facts,
  };
}

/** What an agent says of an application that is as wanted. */
export function settledApp(app: BundleApp, facts: Partial<ReportApp> = {}): ReportApp {
  return {
    namespace: app.namespace,
    name: app.name,
    desired: app.digest,
    applied: app.digest,
    phase: 'settled',
    health: 'Healthy',
    message: 'Ready:1/1',
    revisions: app.revisions.map(({ name }) => ({ name, ready: 1, desired: 1 })),
    traffic: [],
    objects: { total: 1, current: 1 },
    problems: [],
    observedAt: '2026-03-01T11:59:57.000Z',
    ...facts,
  };
}

/** The report of an agent that accepted a bundle. */
export function reportOf(
  bundle: PublishedBundle,
  apps: readonly ReportApp[],
  facts: Partial<AgentReport> = {},
): AgentReport {
  const { registration, epoch, generation } = bundle.revision;
  return {
    format: 1,
    channel,
    registration,
    cluster: bundle.cluster,
    sequence: 5,
    issuedAt: '2026-03-01T11:59:58.000Z',
    agent: { version: '0.1.0', kubernetes: 'v1.36.3', capabilities: ['ingress'], clusterUid: 'uid-1' },
    accepted: { epoch, generation, revisionDigest: bundle.revisionDigest },
    settled: true,
    conditions: [],
    apps: [...apps],
    retired: { settled: [], survivors: [], unexplained: [] },
    ...facts,
  };
}

export function received(report: AgentReport, secondsAgo = 2): ReceivedReport {
  return { report, receivedAt: now - secondsAgo * 1000 };
}
