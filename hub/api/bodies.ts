import { z } from 'zod';
import { capabilities } from '../model/documents.ts';
import { clusterName, labels } from '../../shared/wire/schema.ts';

/**
 * The administrator's part of the hub's web interface; every request carries the admin token.
 *
 * | request | answer |
 * | --- | --- |
 * | GET    /v1/status?app=&cluster=&known=VERSION | statusAnswer; with `known`, only once there is another version (or after 25 s) |
 * | GET    /v1/clusters | clusterList |
 * | POST   /v1/clusters | joinBody -> joinAnswer |
 * | POST   /v1/clusters/NAME/labels | labelsBody -> clusterEntry |
 * | POST   /v1/clusters/NAME/revoke | clusterEntry |
 * | POST   /v1/clusters/NAME/remove | removeBody -> removeAnswer |
 * | POST   /v1/approvals | approveBody -> approveAnswer |
 */
export const apiPaths = {
  status: '/v1/status',
  clusters: '/v1/clusters',
  clusterAction: (name: string, action: 'labels' | 'revoke' | 'remove') => `/v1/clusters/${name}/${action}`,
  approvals: '/v1/approvals',
  webhook: '/v1/webhook',
} as const;

export const joinBody = z.strictObject({
  name: clusterName,
  /** Null keeps those of a cluster that waits for its agent. */
  labels: labels.nullable().default(null),
  capabilities: capabilities.nullable().default(null),
  replace: z.boolean().default(false),
  reports: z.boolean().default(true),
  /** Which channel URL the join line names; null = the channel's Git host where there is one, else the hub's feed. */
  transport: z.enum(['feed', 'git']).nullable().default(null),
  /** Where this agent finds the channel when it is none of these: an exported folder, a mirror. */
  channelUrl: z
    .string()
    .regex(/^(https?|file):\/\//, 'a channel URL begins with https:// or file://')
    .nullable()
    .default(null),
});
export type JoinBody = z.input<typeof joinBody>;

export const joinAnswer = z.object({
  name: z.string(),
  registration: z.string(),
  line: z.string(),
  expires: z.string(),
});
export type JoinAnswer = z.infer<typeof joinAnswer>;

export const labelsBody = z.strictObject({ labels: z.record(z.string(), z.string().nullable()) });

export const removeBody = z.strictObject({
  mode: z.enum(['orphan', 'delete']).default('orphan'),
  forget: z.boolean().default(false),
});
export type RemoveBody = z.input<typeof removeBody>;
export const removeAnswer = z.object({ name: z.string(), state: z.enum(['gone', 'leaving']) });

export const clusterEntry = z.object({
  name: z.string(),
  registration: z.string(),
  state: z.string(),
  labels,
  capabilities: z.array(z.string()).nullable(),
  generation: z.number().nullable(),
  acceptedGeneration: z.number().nullable(),
  kubernetes: z.string().nullable(),
  agent: z.string().nullable(),
  ageSeconds: z.number().nullable(),
  stale: z.boolean(),
});
export type ClusterEntry = z.infer<typeof clusterEntry>;
export const clusterList = z.object({ clusters: z.array(clusterEntry) });

export const approveBody = z.strictObject({ change: z.string().min(8), by: z.string().min(1).default('admin') });
export type ApproveBody = z.input<typeof approveBody>;
export const approveAnswer = z.object({ change: z.string(), ids: z.array(z.string()) });

/** The error that any request may get. */
export const apiError = z.looseObject({ code: z.string(), message: z.string() });
