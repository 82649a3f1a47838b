import { z } from 'zod';
import { signedBody } from '../../shared/wire/envelope.ts';
import { feedPaths } from '../../shared/wire/feed.ts';
import { formats } from '../../shared/wire/formats.ts';
import { digest } from '../../shared/wire/schema.ts';
import { feedLimits, reportLimitOf } from '../../shared/model/limits.ts';
import type { Route } from './route.ts';

/** The calls of agents: rows of the table of routes. */
export const feedRoutes = {
  bundle: {
    method: 'GET',
    path: feedPaths.bundle(':cluster'),
    access: 'cluster',
    description: "A cluster's current bundle, without the objects of the bundle that `have` or If-None-Match names.",
    query: z.object({ have: z.string().optional() }),
    raw: true,
    status: 200,
    answer: formats.feedAnswer.schema,
    alternatives: { 304: 'The bundle is the one that If-None-Match names.' },
  },
  object: {
    method: 'GET',
    path: feedPaths.object(':cluster', ':digest'),
    access: 'cluster',
    description: "The bytes of one object of a cluster's current bundle.",
    raw: true,
    status: 200,
    answer: z.looseObject({}),
  },
  files: {
    method: 'POST',
    path: feedPaths.files(':cluster'),
    access: 'cluster',
    description: 'As many of the listed files of the current bundle as fit into one answer, in the order of the list.',
    body: z.array(digest).max(feedLimits.files),
    bodyLimit: 64 * 1024,
    raw: true,
    status: 200,
    answer: formats.feedAnswer.schema,
  },
  events: {
    method: 'GET',
    path: feedPaths.events(':cluster'),
    access: 'cluster',
    description: 'A stream with the event `poll` at its start, and whenever there is something to fetch.',
    raw: true,
    status: 200,
    answerType: 'text/event-stream',
  },
  enrol: {
    method: 'POST',
    path: feedPaths.enrol,
    access: 'signed',
    description: "Makes an agent's key known, signed with the token of its join line.",
    body: signedBody,
    bodyLimit: 16 * 1024,
    raw: true,
    status: 200,
    answer: z.object({ status: z.literal('enrolled') }),
  },
  report: {
    method: 'POST',
    path: feedPaths.reports,
    access: 'signed',
    description:
      'Takes the report of an agent, signed with its key; from format 2 on it is text (docs/design/wire.md).',
    body: signedBody,
    // The payload of format 1 travels as a JSON string: escaping may double it.
    bodyLimit: Math.max(2 * reportLimitOf(1), reportLimitOf(2)) + 8192,
    raw: true,
    status: 200,
    answer: formats.reportAnswer.schema,
  },
} as const satisfies Readonly<Record<string, Route>>;
