import { z } from 'zod';

/** The links between a document and pods that are well, in order. */
export const whyLinks = [
  'source',
  'render',
  'placement',
  'step',
  'wave',
  'hold',
  'published',
  'fetched',
  'verified',
  'site',
  'applied',
  'healthy',
] as const;

const link = z.enum(whyLinks);

const stop = {
  reason: z.string(),
  since: z.string().nullable().describe('Null where that is not known.'),
  mend: z.string().describe('What would let it go on.'),
} as const;

/** The links of one application on one cluster. */
export const whyChain = z
  .object({
    application: z.string().describe('`namespace/name`, `@namespace` where it goes to another one.'),
    cluster: z.string(),
    links: z.array(
      z.object({
        link,
        holds: z.boolean().nullable().describe('Null = behind one that does not hold.'),
        detail: z.string(),
      }),
    ),
    stop: z
      .object({ link, ...stop })
      .nullable()
      .describe('The first link that does not hold; null = all do.'),
  })
  .meta({ id: 'WhyChain' });
export type WhyChain = z.infer<typeof whyChain>;

export const whyAnswer = z
  .object({
    application: z.string(),
    well: z.array(z.string()).describe('The clusters where every link holds.'),
    stops: z.array(
      z
        .object({ link, ...stop, clusters: z.array(z.string()) })
        .describe('Clusters that stop at one link for one reason.'),
    ),
    chains: z.array(whyChain).describe('Link by link, for the one cluster that was asked for.'),
  })
  .meta({ id: 'Why' });
export type WhyAnswer = z.infer<typeof whyAnswer>;
