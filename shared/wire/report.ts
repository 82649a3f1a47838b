import { z } from 'zod';
import { appHealthOrder } from '../model/health.ts';
import { bundleMark } from './revision.ts';
import { clusterName, counter, digest, dnsName, instant, objectIdText, uuid } from './schema.ts';

/** What went wrong with one object, or why it is not as wanted. */
export const objectProblem = z.strictObject({
  id: objectIdText,
  code: z.string(),
  message: z.string(),
  health: z.string().optional(),
});
export type ObjectProblem = z.infer<typeof objectProblem>;

/** One revision's replicas on a cluster: ready of desired. */
export const reportRevision = z.strictObject({
  name: z.string(),
  ready: counter,
  desired: counter,
});
export type ReportRevision = z.infer<typeof reportRevision>;

/** What an agent observed of one application. */
export const reportApp = z.strictObject({
  namespace: dnsName,
  name: dnsName,
  /** The digest that the accepted bundle asks for; null when the bundle has the application no more. */
  desired: digest.nullable(),
  /** The digest whose every object is applied, traffic and deletions included; null until that was so. */
  applied: digest.nullable(),
  /** Where the change stands: `settled`, a phase of semantics.md, or why nothing is done. */
  phase: z.enum([
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
  ]),
  health: z.enum(appHealthOrder),
  message: z.string(),
  revisions: z.array(reportRevision),
  /** The split that is live, in percent by revision. */
  traffic: z.array(z.strictObject({ revision: z.string(), weight: z.number() })),
  objects: z.strictObject({ total: counter, current: counter }),
  problems: z.array(objectProblem),
  /** When health was last read as it is here, by the agent's clock. */
  observedAt: instant,
});
export type ReportApp = z.infer<typeof reportApp>;

/** A condition of the site as a whole. */
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
export type ReportCondition = z.infer<typeof reportCondition>;

/** The payload of a report: what an agent says, signed with its key. */
export const agentReport = z.strictObject({
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
  /** The newest bundle that was verified. */
  accepted: bundleMark.nullable(),
  /** True when the accepted bundle is applied and settled. */
  settled: z.boolean(),
  conditions: z.array(reportCondition),
  apps: z.array(reportApp),
  retired: z.strictObject({
    /** Ids that were retired and are gone (or are not ours any more). */
    settled: z.array(objectIdText),
    /** Ids whose deletion has not succeeded yet. */
    survivors: z.array(objectIdText),
    /** Inventoried ids that are neither in the bundle nor retired: kept. */
    unexplained: z.array(objectIdText),
    /** Why survivors are still there, as far as that is known. */
    reasons: z.array(objectProblem).optional(),
  }),
  /** The accepted envelope, when the hub asked for it. */
  envelope: z.strictObject({ payload: z.string(), signatures: z.string() }).optional(),
});
export type AgentReport = z.infer<typeof agentReport>;

/** The hub's answer to a report: the highest sequence it knows, and whether it wants the envelope next time. */
export const reportAnswer = z.strictObject({ sequence: counter, wantEnvelope: z.boolean() });
export type ReportAnswer = z.infer<typeof reportAnswer>;

/** A signed document as one JSON body: the payload's text and its signatures' text. */
export const signedBody = z.strictObject({ payload: z.string(), signatures: z.string() });
export type SignedBody = z.infer<typeof signedBody>;
