import { z } from 'zod';
import { capabilities } from '../model/documents.ts';
import { clusterName, labels, uuid } from '../../shared/wire/schema.ts';
import { person } from './person.ts';
import { statusCluster } from './status.ts';

const seen = uuid
  .optional()
  .describe('The registration that the caller saw: refused with CONFLICT where the name has another one by now.');

/** Bodies and answers of the administrator's calls; the table of calls is `routes.ts`. */
export const joinBody = z
  .strictObject({
    name: clusterName,
    labels: labels.nullable().default(null).describe('Null keeps those that the name has.'),
    capabilities: capabilities.nullable().default(null),
    replace: z
      .boolean()
      .default(false)
      .describe('Gives up the registration that has this name now; labels stay unless given.'),
    rekey: z
      .boolean()
      .default(false)
      .describe('Keeps the registration, and lets its agent enrol with a new key: the old key counts until then.'),
    reports: z.boolean().default(true).describe('False for a site from which no report will come.'),
    transport: z
      .enum(['feed', 'git'])
      .nullable()
      .default(null)
      .describe("How the agent pulls; null = from the channel's Git host where there is one, else from the feed."),
    registration: seen,
    channelUrl: z
      .string()
      .regex(/^(https?|file):\/\//, 'a channel URL begins with https:// or file://')
      .nullable()
      .default(null)
      .describe('Where the agent finds the channel instead: an exported folder, a mirror.'),
  })
  .meta({ id: 'JoinBody' });
export type JoinBody = z.input<typeof joinBody>;

export const joinAnswer = z
  .object({
    name: z.string(),
    registration: z.string(),
    line: z.string().describe('The join line: a secret until it expires.'),
    expires: z.string(),
  })
  .meta({ id: 'JoinAnswer' });
export type JoinAnswer = z.infer<typeof joinAnswer>;

export const labelsBody = z
  .strictObject({ labels: z.record(z.string(), z.string().nullable()), registration: seen })
  .meta({ id: 'LabelsBody' });

export const setBody = z
  .strictObject({
    reads: z.number().int().min(1).describe('The newest format of bundles that its agent reads, and all below it.'),
    registration: seen,
  })
  .meta({ id: 'SetBody' });

export const revokeBody = z.strictObject({ registration: seen }).meta({ id: 'RevokeBody' });

export const removeBody = z
  .strictObject({
    mode: z.enum(['orphan', 'delete']).default('orphan').describe('What becomes of the workloads.'),
    forget: z.boolean().default(false).describe('Drops the cluster at once, without telling its agent.'),
    registration: seen,
  })
  .meta({ id: 'RemoveBody' });
export type RemoveBody = z.input<typeof removeBody>;
export const removeAnswer = z
  .object({ name: z.string(), state: z.enum(['gone', 'leaving']) })
  .meta({ id: 'RemoveAnswer' });

/** The answer to a list of clusters: each as `status` shows it. */
export const clusterList = z.object({ clusters: z.array(statusCluster) }).meta({ id: 'ClusterList' });

/** The part of a cluster that `cluster list -o json` prints: only added to, never changed. */
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
  reads: z.number().default(1),
  ageSeconds: z.number().nullable(),
  stale: z.boolean(),
});
export type ClusterEntry = z.infer<typeof clusterEntry>;

export const approveBody = z
  .strictObject({
    change: z.string().min(8).describe('The digest of the change, or a unique prefix of at least 8 characters.'),
    by: person.describe('Who decided, for the ledger, beside the name of the token.'),
  })
  .meta({ id: 'ApproveBody' });
export type ApproveBody = z.input<typeof approveBody>;
export const approveAnswer = z
  .object({ change: z.string(), ids: z.array(z.string()).describe('The objects that may be deleted now.') })
  .meta({ id: 'ApproveAnswer' });

/** The error that any request may get: code and message, and where there is one the place and a hint. */
export const apiError = z.looseObject({ code: z.string(), message: z.string() }).meta({ id: 'Error' });
