import type { Cluster } from '../model/documents.ts';
import type { Labels } from '../../shared/model/selector.ts';
import { agentFault, type AgentReport, type ReportCondition } from '../../shared/wire/report.ts';
import { capabilityWords } from '../model/capabilities.ts';
import type { ClusterRecord } from '../model/registry.ts';
import { ageOf, isStale } from './age.ts';
import type { StatusCluster } from '../api/status.ts';
import { seenDocument } from '../model/seen-documents.ts';
import type { StatusFacts } from './facts.ts';

/** One cluster as status shows it: who it is, what it was sent, what it took, and how old that knowledge is. */
export function clusterOf(record: ClusterRecord, facts: StatusFacts): StatusCluster {
  const received = facts.reports.get(record.name);
  return {
    name: record.name,
    registration: record.registration,
    labels: labelsOf(record, facts),
    capabilities: record.capabilities === null ? null : capabilityWords(record.capabilities),
    state: stateOf(record),
    reports: record.reports,
    reads: record.reads?.revision ?? 1,
    generation: facts.state.bundles.get(record.name)?.revision.generation ?? null,
    ...(received === undefined ? unheard : saidBy(received.report)),
    reportedAt: received === undefined ? null : new Date(received.receivedAt).toISOString(),
    ageSeconds: ageOf(received, facts.now),
    stale: isStale(record, received, facts),
  };
}

/** The labels that placement goes by: those of its document where there is one. */
function labelsOf(record: ClusterRecord, { state }: StatusFacts): Labels {
  const seen = seenDocument(state.documents, { kind: 'Cluster', key: `default/${record.name}` });
  return seen === undefined ? record.labels : ((seen.value as Cluster).metadata.labels ?? {});
}

const unheard = {
  acceptedGeneration: null,
  settled: false,
  kubernetes: null,
  agent: null,
  conditions: [],
  unexplained: 0,
  survivors: 0,
  stuck: [],
};

function saidBy(report: AgentReport) {
  const matters = ({ type, status, reason }: ReportCondition) =>
    type === 'Ready' ? status === 'False' && reason === agentFault : status === 'True';
  return {
    acceptedGeneration: report.accepted?.generation ?? null,
    settled: report.settled,
    kubernetes: report.agent.kubernetes,
    agent: report.agent.version,
    conditions: report.conditions
      .filter(matters)
      .map(({ type, reason, message, since }) => ({ type: type === 'Ready' ? reason : type, reason, message, since })),
    unexplained: report.retired.unexplained.length,
    survivors: report.retired.survivors.length,
    stuck: (report.retired.reasons ?? []).map(({ id, message }) => ({ id, message })),
  };
}

function stateOf(record: ClusterRecord): StatusCluster['state'] {
  if (record.revoked) return 'revoked';
  if (record.decommission !== null) return 'leaving';
  return record.agentKey === null ? 'waiting' : 'joined';
}
