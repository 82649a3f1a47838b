import { z } from 'zod';
import type { Route } from './route.ts';
import { statusSummaryAnswer } from './status-summary.ts';
import { statusAnswer } from './status.ts';

const text = z.string().optional();
const count = z
  .string()
  .regex(/^[1-9]\d{0,5}$/, 'it is not a number of rows')
  .optional();

/** The calls that tell how a fleet is. */
export const statusRoutes = {
  status: {
    method: 'GET',
    path: '/v1/status',
    access: 'view',
    description:
      'What runs where, and how healthy it is; with `known`, once the version is another one (25 s); with `limit`, a page.',
    query: z.object({ app: text, cluster: text, known: text, limit: count, continue: text }),
    status: 200,
    answer: statusAnswer,
  },
  summary: {
    method: 'GET',
    path: '/v1/status/summary',
    access: 'view',
    description:
      'A fleet of any size in few words, and what needs attention; with `known`, once the version is another one (25 s).',
    query: z.object({ known: text }),
    status: 200,
    answer: statusSummaryAnswer,
  },
} as const satisfies Readonly<Record<string, Route>>;
