import { z } from 'zod';
import { appHealthOrder } from '../../shared/model/health.ts';

/** The shape of `status -o json`: only added to, never changed. */
export const statusRow = z
  .object({
    application: z.string().describe('`namespace/name`.'),
    cluster: z.string(),
    revisions: z.array(
      z.object({
        name: z.string(),
        ready: z.number().nullable().describe('Null until the agent reported it.'),
        desired: z.number().nullable(),
        traffic: z
          .number()
          .nullable()
          .describe('Live share of the traffic in percent; null without a split or without a report.'),
        wantedTraffic: z.number().nullable().describe('The share that is wanted; null where no split is wanted.'),
      }),
    ),
    desired: z.string().describe('Digest that the channel asks for.'),
    observed: z.string().nullable().describe('Digest that the agent has applied in full.'),
    generation: z.number().describe('Generation that the channel asks for.'),
    acceptedGeneration: z.number().nullable().describe('The newest generation that the agent has verified.'),
    applied: z.boolean().describe("True when the agent's report echoes the desired state as applied."),
    health: z.enum(appHealthOrder),
    phase: z.string().nullable(),
    provider: z
      .string()
      .nullable()
      .default(null)
      .describe('The provider of the traffic; null without traffic or without a report.'),
    message: z.string(),
    notes: z.array(z.string()),
    checks: z
      .array(
        z.object({
          component: z.string(),
          trait: z.string().nullable().describe('The type of the trait; null = of the component itself.'),
          revision: z.string().nullable().describe('Null where there is one revision.'),
          health: z.enum(['healthy', 'unhealthy', 'unknown']),
          message: z.string(),
          details: z.record(z.string(), z.string()),
        }),
      )
      .default([])
      .describe(
        'How well its components and traits are by their definitions (`healthPolicy`, `customStatus`, `details`).',
      ),
    since: z
      .string()
      .nullable()
      .default(null)
      .describe("Since when it has the health that the agent reported last, by the hub's clock; null until it did."),
    observedAt: z.string().nullable().describe("When the agent read the health, by the agent's clock."),
    reportedAt: z.string().nullable().describe("When the report arrived, by the hub's clock."),
    ageSeconds: z.number().nullable().describe('Seconds since the report arrived.'),
  })
  .meta({ id: 'StatusRow' });
export type StatusRow = z.infer<typeof statusRow>;

export const statusCluster = z
  .object({
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
    reads: z.number().default(1).describe('The newest format of bundles that its agent reads.'),
    conditions: z.array(z.object({ type: z.string(), reason: z.string(), message: z.string(), since: z.string() })),
    unexplained: z.number().describe('Objects in the inventory that are neither wanted nor retired.'),
    survivors: z.number().describe('Retired objects that could not be deleted yet.'),
    stuck: z
      .array(z.object({ id: z.string(), message: z.string() }))
      .default([])
      .describe('Why survivors are still there, as far as the agent reported it.'),
    reportedAt: z.string().nullable(),
    ageSeconds: z.number().nullable(),
    stale: z.boolean(),
  })
  .meta({ id: 'StatusCluster' });
export type StatusCluster = z.infer<typeof statusCluster>;

export const statusProblem = z
  .object({
    code: z.string(),
    message: z.string(),
    severity: z.enum(['error', 'warning']),
    path: z.string().optional(),
    line: z.number().optional(),
    column: z.number().optional(),
    hint: z.string().optional(),
    app: z.string().optional(),
    cluster: z.string().optional(),
  })
  .meta({ id: 'StatusProblem' });
export type StatusProblem = z.infer<typeof statusProblem>;

export const statusGuarded = z
  .object({
    change: z.string(),
    code: z.string(),
    cluster: z.string().nullable(),
    application: z.string().nullable(),
    ids: z.array(z.string()),
    since: z.string(),
  })
  .meta({ id: 'StatusGuarded' });
export type StatusGuarded = z.infer<typeof statusGuarded>;

export const statusHold = z
  .object({
    application: z.string().nullable().describe('Null = no single one.'),
    cluster: z.string().nullable().describe('Null = every cluster.'),
    by: z.string().describe('Who holds: a stage of the pass, a guard, a limit.'),
    reason: z.string(),
    since: z.string(),
    until: z.string().optional().describe('When it ends by itself; absent = it does not.'),
    change: z.string().optional().describe('The change whose approval lifts it.'),
  })
  .meta({ id: 'StatusHold' });
export type StatusHold = z.infer<typeof statusHold>;

/** A delivery in steps or waves that is not over, or did not end well. */
export const statusDelivery = z
  .object({
    application: z.string(),
    name: z.string().describe('`[NAMESPACE/]NAME#NUMBER`'),
    phase: z.string(),
    total: z.number(),
    done: z.number(),
    failed: z.number(),
    absent: z.number(),
    held: z.number(),
    waits: z.string().describe('What it waits for; empty = nothing but its clusters.'),
    todo: z.string().nullable().describe('The command that goes on; null = none is needed.'),
  })
  .meta({ id: 'StatusDelivery' });
export type StatusDelivery = z.infer<typeof statusDelivery>;

export const statusView = z
  .object({
    format: z.literal(1),
    source: z.object({ repository: z.string(), commit: z.string() }).nullable(),
    ledger: z.number().describe('The number of the ledger commit that this is read from.'),
    at: z.string().describe("The hub's time."),
    summary: z.object({
      applications: z.number(),
      clusters: z.number(),
      rows: z.number(),
      health: z.record(z.enum(appHealthOrder), z.number()),
    }),
    applications: z.array(statusRow),
    clusters: z.array(statusCluster),
    problems: z.array(statusProblem),
    guarded: z.array(statusGuarded).describe('Changes that wait for an approval.'),
    holds: z.array(statusHold).default([]).describe('Everything that is not done, and why, since the hub started.'),
    deliveries: z
      .array(statusDelivery)
      .optional()
      .describe('Deliveries that are not over, or did not end well; absent = none.'),
    frozen: z.string().optional().describe('Why no delivery starts anything in the whole fleet; absent = they do.'),
  })
  .meta({ id: 'StatusView' });
export type StatusView = z.infer<typeof statusView>;

/** A view with its version, which a watcher gives back as `known`. */
export const statusAnswer = z
  .object({
    version: z.string().describe('What a watcher gives back as `known`.'),
    view: statusView,
    continue: z
      .string()
      .optional()
      .describe(
        'Of a page: what the next one is asked for with; absent = there is no other. A page has whole clusters by name, until they have `limit` rows; what is not about one cluster is on the first.',
      ),
  })
  .meta({ id: 'StatusAnswer' });
export type StatusAnswer = z.infer<typeof statusAnswer>;
