import { z } from 'zod';
import { canonicalJson } from '../../../lib/canonical.ts';
import { check } from '../../codec.ts';
import { signedBody } from '../../envelope.ts';
import type { AgentReport, ReportAnswer, ReportApp, ReportChange } from '../../report.ts';
import { clusterName, counter, digest, dnsName, instant, objectIdText, pointer, uuid } from '../../schema.ts';
import type { WireFormat } from '../format.ts';
import { bundleMark, health, objectProblem, phase, reportCondition, reportRevision } from '../v1/report.ts';

const delivery = z.strictObject({
  number: z.number().int().positive(),
  attempt: z.number().int().positive(),
  step: counter,
  phase: z.enum(['running', 'paused', 'returned', 'done']),
  reason: z.string().optional(),
});

const observation = z.strictObject({
  id: objectIdText,
  uid: z.string(),
  generation: counter,
  digest: digest.optional(),
  values: z.record(pointer, z.json()),
});

/** Lists that are empty are absent. */
const reportApp = z.strictObject({
  namespace: dnsName,
  name: dnsName,
  target: dnsName.optional(),
  desired: digest.nullable(),
  applied: digest.nullable(),
  phase,
  health,
  message: z.string(),
  revisions: z.array(reportRevision).optional(),
  traffic: z.array(z.strictObject({ revision: z.string(), weight: z.number() })).optional(),
  objects: z.strictObject({ total: counter, current: counter }),
  problems: z.array(objectProblem).optional(),
  delivery: delivery.optional(),
  healthyForSeconds: counter.optional(),
  observations: z.array(observation).optional(),
});

const retired = z.strictObject({
  settled: z.array(objectIdText).optional(),
  survivors: z.array(objectIdText).optional(),
  unexplained: z.array(objectIdText).optional(),
  reasons: z.array(objectProblem).optional(),
});

const agent = z.strictObject({
  version: z.string(),
  kubernetes: z.string(),
  capabilities: z.array(z.string()),
  clusterUid: z.string(),
});

const head = {
  format: z.literal(2),
  channel: uuid,
  registration: uuid,
  cluster: clusterName,
  sequence: counter,
  issuedAt: instant,
  envelope: signedBody.optional(),
};

const agentReport = z.strictObject({
  ...head,
  agent,
  accepted: bundleMark.nullable(),
  settled: z.boolean(),
  conditions: z.array(reportCondition),
  apps: z.array(reportApp),
  retired,
});

const reportChange = z.strictObject({
  ...head,
  base: counter,
  agent: agent.optional(),
  accepted: bundleMark.nullable().optional(),
  settled: z.boolean().optional(),
  conditions: z.array(reportCondition).optional(),
  apps: z.array(reportApp).optional(),
  gone: z.array(z.string()).optional(),
  retired: retired.optional(),
});

/** Format 2 of a report: compact canonical JSON, without lists that are empty. An application is as of `issuedAt`. */
export const reportV2: WireFormat<AgentReport> = {
  number: 2,
  schema: agentReport,
  encode: (report) =>
    bytesOf({ ...report, apps: report.apps.map(withoutEmpty), retired: withoutEmpty(report.retired) }),
  decode: (value, subject) => {
    const report = check(agentReport, value, subject);
    return { ...report, apps: report.apps.map(appOf), retired: retiredOf(report.retired) };
  },
};

/** Format 2 of what of a report is another than in its base. */
export const reportChangeV2: WireFormat<ReportChange> = {
  number: 2,
  schema: reportChange,
  encode: ({ apps, retired: gone, ...change }) =>
    bytesOf({
      ...withoutEmpty({ ...change, apps: apps.map(withoutEmpty) }),
      // An empty list of conditions is another one than before.
      ...(change.conditions !== undefined && { conditions: change.conditions }),
      ...(gone !== undefined && { retired: withoutEmpty(gone) }),
    }),
  decode: (value, subject) => {
    const { apps = [], gone = [], retired: left, ...change } = check(reportChange, value, subject);
    return {
      ...{ ...change, gone, apps: apps.map(appOf) },
      ...(left !== undefined && { retired: retiredOf(left) }),
    };
  },
};

const reportAnswer = z.strictObject({
  format: z.literal(2),
  sequence: counter,
  wantEnvelope: z.boolean(),
  wantWhole: z.boolean().optional(),
});

/** Format 2 of the hub's answer to a report: compact JSON. */
export const reportAnswerV2: WireFormat<ReportAnswer> = {
  number: 2,
  schema: reportAnswer,
  encode: ({ sequence, wantEnvelope, wantWhole }) =>
    Buffer.from(JSON.stringify({ format: 2, sequence, wantEnvelope, wantWhole })),
  decode: (value, subject) => check(reportAnswer, value, subject),
};

function bytesOf(value: unknown): Buffer {
  return Buffer.from(canonicalJson(value));
}

/** Times of single applications are not told from format 2 on: all are as of the report. */
function withoutEmpty(value: object): object {
  return Object.fromEntries(
    Object.entries(value).filter(([name, member]) => name !== 'observedAt' && !isEmptyList(member)),
  );
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function appOf(app: z.output<typeof reportApp>): ReportApp {
  return { ...app, revisions: app.revisions ?? [], traffic: app.traffic ?? [], problems: app.problems ?? [] };
}

function retiredOf({ settled = [], survivors = [], unexplained = [], reasons }: z.output<typeof retired>) {
  return { settled, survivors, unexplained, ...(reasons !== undefined && { reasons }) };
}
