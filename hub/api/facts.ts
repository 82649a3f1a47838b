import { z } from 'zod';
import { appHealthOrder } from '../../shared/model/health.ts';
import type { Route } from './route.ts';

/**
 * What a hub knows that the documents alone do not say: enough to judge a change before it is pushed, and nothing secret. It is
 * read by the `validate` and `render` of the same version.
 */
export const hubFacts = z
  .object({
    channel: z.string(),
    epoch: z.number(),
    localCluster: z.string().nullable().describe('The configured one.'),
    source: z.object({ repository: z.string(), commit: z.string() }).nullable(),
    broken: z.array(z.string()).describe('Digests of the documents that are broken and were never in force.'),
    newest: z.record(z.string(), z.string()),
    picks: z.record(z.string(), z.array(z.string())),
    guarded: z.array(z.unknown()),
    approvals: z.array(z.unknown()),
    problems: z.array(z.unknown()),
  })
  .meta({ id: 'HubFacts' });
export type HubFacts = z.infer<typeof hubFacts>;

/** Some documents in force, by kind and name; `next` is the document to go on after, null at the end. */
export const documentPage = z
  .object({ documents: z.array(z.unknown()), next: z.string().nullable() })
  .meta({ id: 'DocumentPage' });
export type DocumentPage = z.infer<typeof documentPage>;

/** Some registered clusters, by name, without their keys and tokens; `next` is the name to go on after, null at the end. */
export const clusterPage = z
  .object({ clusters: z.array(z.unknown()), next: z.string().nullable() })
  .meta({ id: 'ClusterPage' });
export type ClusterPage = z.infer<typeof clusterPage>;

/** The recorded revisions of some applications, by name; `next` is the name to go on after, null at the end. */
export const recordPage = z
  .object({ revisions: z.record(z.string(), z.array(z.unknown())), next: z.string().nullable() })
  .meta({ id: 'RecordPage' });
export type RecordPage = z.infer<typeof recordPage>;

/** What an agent reported last, as far as a change is judged by it. */
const said = z.object({
  kubernetes: z.string(),
  apps: z.array(
    z.object({
      namespace: z.string(),
      name: z.string(),
      applied: z.string().nullable(),
      health: z.enum(appHealthOrder),
      message: z.string(),
    }),
  ),
});

/** The last bundles of some clusters, by name; `next` is the name to go on after, null at the end. */
export const bundlePage = z
  .object({
    bundles: z.array(
      z.object({
        cluster: z.string(),
        revision: z.unknown(),
        sizes: z.record(z.string(), z.number()).default({}).describe('The bytes of each of its files, by path.'),
        said: said.nullable().default(null).describe('Null without a report of this registration.'),
      }),
    ),
    next: z.string().nullable(),
  })
  .meta({ id: 'BundlePage' });
export type BundlePage = z.infer<typeof bundlePage>;

/** The calls that answer them: rows of the table of routes. */
export const factRoutes = {
  facts: {
    method: 'GET',
    path: '/v1/facts',
    access: 'view',
    description: 'What the hub knows that a change is judged by before it is pushed: `validate --hub` reads it.',
    status: 200,
    answer: hubFacts,
  },
  documents: {
    method: 'GET',
    path: '/v1/facts/documents',
    access: 'view',
    description:
      'The documents in force, a page at a time; with `after`, those that follow that one (`KIND NAMESPACE/NAME`).',
    query: z.object({ after: z.string().optional() }),
    status: 200,
    answer: documentPage,
  },
  registered: {
    method: 'GET',
    path: '/v1/facts/clusters',
    access: 'view',
    description:
      'Registered clusters, without keys and tokens, by name, a page at a time; with `after`, those that follow that name.',
    query: z.object({ after: z.string().optional() }),
    status: 200,
    answer: clusterPage,
  },
  recorded: {
    method: 'GET',
    path: '/v1/facts/revisions',
    access: 'view',
    description:
      'The revisions as they were recorded, by application, a page at a time; with `after`, those that follow that name.',
    query: z.object({ after: z.string().optional() }),
    status: 200,
    answer: recordPage,
  },
  bundles: {
    method: 'GET',
    path: '/v1/bundles',
    access: 'view',
    description: 'The last bundles of clusters, by name, a page at a time; with `after`, those that follow that name.',
    query: z.object({ after: z.string().optional() }),
    status: 200,
    answer: bundlePage,
  },
} as const satisfies Readonly<Record<string, Route>>;
