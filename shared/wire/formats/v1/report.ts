import { z } from 'zod';
import { check, encode } from '../../codec.ts';
import { signedBody } from '../../envelope.ts';
import type { AgentReport, ReportAnswer, ReportApp } from '../../report.ts';
import { clusterName, counter, digest, dnsName, instant, objectIdText, uuid } from '../../schema.ts';
import type { WireFormat } from '../format.ts';

/** Parts that later formats have, too. */
export const bundleMark = z.strictObject({ epoch: counter, generation: counter, revisionDigest: digest });

export const objectProblem = z.strictObject({
  id: objectIdText,
  code: z.string(),
  message: z.string(),
  health: z.string().optional(),
});

export const reportRevision = z.strictObject({
  name: z.string(),
  ready: counter,
  desired: counter,
});

export const phase = z.enum([
  'settled',
  'scale-up',
  'ready',
  'shift',
  'endpoints',
  'scale-down',
  'delete',
  'skipped',
  'held',
  'blocked',
]);
export const health = z.enum(['Healthy', 'Progressing', 'Held', 'Unknown', 'Stale', 'Degraded']);

const reportApp = z.strictObject({
  namespace: dnsName,
  name: dnsName,
  desired: digest.nullable(),
  applied: digest.nullable(),
  phase,
  health,
  message: z.string(),
  revisions: z.array(reportRevision),
  traffic: z.array(z.strictObject({ revision: z.string(), weight: z.number() })),
  objects: z.strictObject({ total: counter, current: counter }),
  problems: z.array(objectProblem),
  observedAt: instant,
});

export const reportCondition = z.strictObject({
  type: z.enum([
    'Ready',
    'Stale',
    'ClockSkew',
    'Forked',
    'Restored',
    'Unverified',
    'Held',
    'Unexplained',
    'DeleteLimited',
    'Unreachable',
  ]),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string(),
  message: z.string(),
  since: instant,
});

const agentReport = z.strictObject({
  format: z.literal(1),
  channel: uuid,
  registration: uuid,
  cluster: clusterName,
  sequence: counter,
  issuedAt: instant,
  agent: z.strictObject({
    version: z.string(),
    kubernetes: z.string(),
    capabilities: z.array(z.string()),
    clusterUid: z.string(),
  }),
  accepted: bundleMark.nullable(),
  settled: z.boolean(),
  conditions: z.array(reportCondition),
  apps: z.array(reportApp),
  retired: z.strictObject({
    settled: z.array(objectIdText),
    survivors: z.array(objectIdText),
    unexplained: z.array(objectIdText),
    reasons: z.array(objectProblem).optional(),
  }),
  envelope: signedBody.optional(),
});

const reportAnswer = z.strictObject({ sequence: counter, wantEnvelope: z.boolean() });

/** Format 1 of a report: always all of it. Units in a namespace of their own, and what later formats add, are left out. */
export const reportV1: WireFormat<AgentReport> = {
  number: 1,
  schema: agentReport,
  encode: (report) => {
    const plain = report.apps.filter(({ target }) => target === undefined);
    return encode({ ...report, apps: plain.map((app) => plainApp(app, report.issuedAt)) });
  },
  decode: (value, subject) => check(agentReport, value, subject),
};

function plainApp(app: ReportApp, issuedAt: string): ReportApp {
  const { namespace, name, desired, applied, phase, health, message, revisions, traffic, objects, problems } = app;
  return {
    ...{ namespace, name, desired, applied, phase, health, message, revisions, traffic, objects, problems },
    observedAt: app.observedAt ?? issuedAt,
  };
}

/** Format 1 of the hub's answer to a report: compact JSON without a number. */
export const reportAnswerV1: WireFormat<ReportAnswer> = {
  number: 1,
  schema: reportAnswer,
  encode: ({ sequence, wantEnvelope }) => Buffer.from(JSON.stringify({ sequence, wantEnvelope })),
  decode: (value, subject) => ({ format: 1, ...check(reportAnswer, value, subject) }),
};
