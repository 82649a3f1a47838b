import { z } from 'zod';
import { appHealthOrder } from '../../shared/model/health.ts';
import { statusCluster, statusRow, statusView } from './status.ts';

const health = z.record(z.enum(appHealthOrder), z.number());

/** What holds an application on many clusters for one reason. */
export const holdGroup = z
  .object({
    application: z.string().nullable().describe('Null = no single one.'),
    reason: z.string(),
    since: z.string().describe('Since when the first of them.'),
    clusters: z.array(z.string()).describe('Some of their names.'),
    count: z.number().describe('How many clusters.'),
  })
  .meta({ id: 'HoldGroup' });
export type HoldGroup = z.infer<typeof holdGroup>;

/** A fleet in few words, however large it is. */
export const statusSummary = z
  .object({
    ...statusView.pick({
      format: true,
      source: true,
      ledger: true,
      at: true,
      summary: true,
      problems: true,
      guarded: true,
      deliveries: true,
      frozen: true,
    }).shape,
    exit: z.union([z.literal(0), z.literal(10), z.literal(11)]).describe('The exit status of `sluice-hub status`.'),
    applications: z
      .array(z.object({ application: z.string(), health }))
      .describe('On how many clusters each application has each health.'),
    rows: z.array(statusRow).describe('The first of those that are not healthy, worst first.'),
    moreRows: z.number().describe('How many more are not healthy.'),
    clusters: z.array(statusCluster).describe('The first of those that have something to tell, by name.'),
    moreClusters: z.number().describe('How many more have.'),
    keeping: z
      .array(z.string())
      .describe(
        'Those of these clusters that keep retired objects on purpose: an application has not reached its deletions.',
      ),
    holds: z.array(holdGroup),
  })
  .meta({ id: 'StatusSummary' });
export type StatusSummary = z.infer<typeof statusSummary>;

/** A summary with its version, which a watcher gives back as `known`. */
export const statusSummaryAnswer = z
  .object({ version: z.string().describe('What a watcher gives back as `known`.'), view: statusSummary })
  .meta({ id: 'StatusSummaryAnswer' });
