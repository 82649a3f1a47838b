import { z } from 'zod';

/** The shape of `revisions -o json`: only added to, never changed. */
export const revisionEntry = z
  .object({
    name: z.string().describe('`NAME-vN`, as `appRevisions` names it.'),
    number: z.number(),
    commit: z.string().describe('The commit that brought it; empty for a folder without Git.'),
    recordedAt: z
      .string()
      .nullable()
      .describe('When the hub recorded it; null for one that is older than this member.'),
    images: z.array(z.string()).describe('The images that its document and files name.'),
    isNewest: z.boolean().describe('True for what the document says now.'),
    clusters: z.array(z.string()).describe('The clusters whose bundles have it.'),
  })
  .meta({ id: 'RevisionEntry' });
export type RevisionEntry = z.infer<typeof revisionEntry>;

export const revisionList = z
  .object({
    applications: z.array(z.object({ application: z.string(), revisions: z.array(revisionEntry) })),
  })
  .meta({ id: 'RevisionList' });
export type RevisionList = z.infer<typeof revisionList>;
