import { z } from 'zod';
import { appHealthOrder } from '../../shared/model/health.ts';

/** The shape of `status -o json`: only added to, never changed. */
export const statusRow = z.object({
  /** `namespace/name`. */
  application: z.string(),
  cluster: z.string(),
  revisions: z.array(
    z.object({
      name: z.string(),
      /** Null until an agent said so. */
      ready: z.number().nullable(),
      desired: z.number().nullable(),
      /** Share of the traffic in percent that is live; null where there is no split or nobody said so. */
      traffic: z.number().nullable(),
      /** The share that is wanted; null where no split is wanted. */
      wantedTraffic: z.number().nullable(),
    }),
  ),
  /** Digest that the channel asks for, and the one that the agent has applied in full. */
  desired: z.string(),
  observed: z.string().nullable(),
  /** Generation that the channel asks for, and the newest one that the agent has verified. */
  generation: z.number(),
  acceptedGeneration: z.number().nullable(),
  /** True when the agent's report echoes the desired state as applied. */
  applied: z.boolean(),
  health: z.enum(appHealthOrder),
  phase: z.string().nullable(),
  /** What carries the traffic there; null where nobody has said so, or nothing does. */
  provider: z.string().nullable().default(null),
  message: z.string(),
  notes: z.array(z.string()),
  /** When the agent looked, by its clock; when its report came in, by the hub's, and how many seconds ago. */
  observedAt: z.string().nullable(),
  reportedAt: z.string().nullable(),
  ageSeconds: z.number().nullable(),
});
export type StatusRow = z.infer<typeof statusRow>;

export const statusCluster = z.object({
  name: z.string(),
  registration: z.string(),
  labels: z.record(z.string(), z.string()),
  capabilities: z.array(z.string()).nullable(),
  state: z.enum(['waiting', 'joined', 'revoked', 'leaving']),
  reports: z.boolean(),
  generation: z.number().nullable(),
  acceptedGeneration: z.number().nullable(),
  settled: z.boolean(),
  kubernetes: z.string().nullable(),
  agent: z.string().nullable(),
  conditions: z.array(z.object({ type: z.string(), reason: z.string(), message: z.string(), since: z.string() })),
  unexplained: z.number(),
  survivors: z.number(),
  /** Why what is retired there is still there, as far as the agent says. */
  stuck: z.array(z.object({ id: z.string(), message: z.string() })).default([]),
  reportedAt: z.string().nullable(),
  ageSeconds: z.number().nullable(),
  stale: z.boolean(),
});
export type StatusCluster = z.infer<typeof statusCluster>;

export const statusProblem = z.object({
  code: z.string(),
  message: z.string(),
  severity: z.enum(['error', 'warning']),
  path: z.string().optional(),
  line: z.number().optional(),
  column: z.number().optional(),
  hint: z.string().optional(),
  app: z.string().optional(),
  cluster: z.string().optional(),
});
export type StatusProblem = z.infer<typeof statusProblem>;

export const statusGuarded = z.object({
  change: z.string(),
  code: z.string(),
  cluster: z.string().nullable(),
  application: z.string().nullable(),
  ids: z.array(z.string()),
  since: z.string(),
});
export type StatusGuarded = z.infer<typeof statusGuarded>;

export const statusView = z.object({
  format: z.literal(1),
  source: z.object({ repository: z.string(), commit: z.string() }).nullable(),
  ledger: z.number(),
  at: z.string(),
  summary: z.object({
    applications: z.number(),
    clusters: z.number(),
    rows: z.number(),
    health: z.record(z.enum(appHealthOrder), z.number()),
  }),
  applications: z.array(statusRow),
  clusters: z.array(statusCluster),
  problems: z.array(statusProblem),
  guarded: z.array(statusGuarded),
});
export type StatusView = z.infer<typeof statusView>;

/** A view with the version that a watcher passes back as `known`. */
export const statusAnswer = z.object({ version: z.string(), view: statusView });
export type StatusAnswer = z.infer<typeof statusAnswer>;
