import { z } from 'zod';
import { feedPaths } from '../../shared/wire/feed.ts';
import {
  approveAnswer,
  approveBody,
  clusterList,
  joinAnswer,
  joinBody,
  labelsBody,
  removeAnswer,
  removeBody,
  revokeBody,
  setBody,
} from './bodies.ts';
import { factRoutes } from './facts.ts';
import { feedRoutes } from './feed.ts';
import { freezeAnswer, freezeBody, unfreezeBody } from './freeze.ts';
import { revisionList } from './revisions.ts';
import { decisionAnswer, decisionBody, rolloutList } from './rollouts.ts';
import type { AnswerOf, InputOf, Route } from './route.ts';
import { statusRoutes } from './status-routes.ts';
import { statusCluster } from './status.ts';
import { tokenRoutes } from './tokens.ts';
import { whyAnswer } from './why.ts';

const text = z.string().optional();
const gitService = 'git-upload-pack';

/**
 * The hub's HTTP interface: one row a call. The server's registration, the client of the command line, the OpenAPI document
 * and `docs/api.md` are made from it. A JSON call of the administrator needs nothing else but an operation of its name in
 * `hub/operations/operations.ts`.
 */
export const routes = {
  ...statusRoutes,
  revisions: {
    method: 'GET',
    path: '/v1/revisions',
    access: 'view',
    description: 'The recorded revisions of an application, or of all, and where each runs.',
    query: z.object({ app: text }),
    status: 200,
    answer: revisionList,
  },
  ...factRoutes,
  list: {
    method: 'GET',
    path: '/v1/clusters',
    access: 'view',
    description: 'The registered clusters, by name; with `name`, that one alone.',
    query: z.object({ name: text }),
    status: 200,
    answer: clusterList,
  },
  join: {
    method: 'POST',
    path: '/v1/clusters',
    access: 'admin',
    description: 'Registers a cluster and answers the join line of its agent, which is a secret.',
    body: joinBody,
    status: 201,
    answer: joinAnswer,
  },
  labels: {
    method: 'POST',
    path: '/v1/clusters/:name/labels',
    access: 'admin',
    description: 'Sets labels of a cluster; a null value removes the label.',
    body: labelsBody,
    status: 200,
    answer: statusCluster,
  },
  set: {
    method: 'POST',
    path: '/v1/clusters/:name/set',
    access: 'admin',
    description: 'Sets what an agent that never asks this hub cannot say: the format of bundles that it reads.',
    body: setBody,
    status: 200,
    answer: statusCluster,
  },
  revoke: {
    method: 'POST',
    path: '/v1/clusters/:name/revoke',
    access: 'admin',
    description: "Refuses a cluster's agent from now on; its workloads stay.",
    body: revokeBody,
    status: 200,
    answer: statusCluster,
  },
  remove: {
    method: 'POST',
    path: '/v1/clusters/:name/remove',
    access: 'admin',
    description: 'Decommissions a cluster: its next bundle says so, and its workloads stay or are deleted.',
    body: removeBody,
    status: 200,
    answer: removeAnswer,
  },
  approve: {
    method: 'POST',
    path: '/v1/approvals',
    access: 'approve',
    description: 'Releases a change that a guard stopped.',
    body: approveBody,
    status: 200,
    answer: approveAnswer,
  },
  rollouts: {
    method: 'GET',
    path: '/v1/rollouts',
    access: 'view',
    description:
      'Where deliveries stand, and what each waits for; with `known`, once there is another version, or after 25 s.',
    query: z.object({ app: text, known: text }),
    status: 200,
    answer: rolloutList,
  },
  why: {
    method: 'GET',
    path: '/v1/why',
    access: 'view',
    description:
      'Where an application stops on its way to healthy pods, on a cluster or on all: why, and what mends it.',
    query: z.object({ app: text, cluster: text }),
    status: 200,
    answer: whyAnswer,
  },
  decide: {
    method: 'POST',
    path: '/v1/rollouts/decisions',
    access: 'approve',
    description: 'Decides on a delivery: approves what waits, pauses, aborts, starts again, goes back.',
    body: decisionBody,
    status: 200,
    answer: decisionAnswer,
  },
  freeze: {
    method: 'POST',
    path: '/v1/freeze',
    access: 'approve',
    description: 'Starts nothing more in the whole fleet; what was begun finishes, and going back stays possible.',
    body: freezeBody,
    status: 200,
    answer: freezeAnswer,
  },
  unfreeze: {
    method: 'POST',
    path: '/v1/unfreeze',
    access: 'approve',
    description: 'Lets deliveries go on after a freeze.',
    body: unfreezeBody,
    status: 200,
    answer: freezeAnswer,
  },
  ...tokenRoutes,
  ...feedRoutes,
  gitRefs: {
    method: 'GET',
    path: `${feedPaths.git}/info/refs`,
    access: 'caller',
    description: 'The refs of the channel that the caller may see, for `git fetch` over smart HTTP.',
    query: z.object({ service: text }),
    raw: true,
    status: 200,
    answerType: `application/x-${gitService}-advertisement`,
  },
  gitUploadPack: {
    method: 'POST',
    path: `${feedPaths.git}/${gitService}`,
    access: 'caller',
    description: 'Answers `git fetch` over smart HTTP, read-only.',
    bodyLimit: 1024 * 1024,
    raw: true,
    status: 200,
    bodyType: `application/x-${gitService}-request`,
    answerType: `application/x-${gitService}-result`,
  },
  webhook: {
    method: 'POST',
    path: '/v1/webhook',
    access: 'webhook',
    description: 'Takes a push event of a Git host, and reads the config repository at once.',
    bodyType: 'application/json',
    raw: true,
    status: 202,
    answer: z.object({ status: z.literal('accepted') }),
  },
  openapi: {
    method: 'GET',
    path: '/v1/openapi.json',
    access: 'public',
    description: 'This interface as an OpenAPI 3.1 document.',
    raw: true,
    status: 200,
    answer: z.looseObject({ openapi: z.string() }),
  },
  health: {
    method: 'GET',
    path: '/healthz',
    access: 'public',
    description: 'Answers while the process serves requests.',
    raw: true,
    status: 200,
    answer: z.object({ status: z.literal('ok') }),
  },
  ready: {
    method: 'GET',
    path: '/readyz',
    access: 'public',
    description: 'Whether the hub has read its ledger.',
    raw: true,
    status: 200,
    answer: z.object({ status: z.enum(['ready', 'starting']) }),
    alternatives: { 503: 'The hub is starting.' },
  },
  metrics: {
    method: 'GET',
    path: '/metrics',
    access: 'metrics',
    description: 'The metrics of the hub in the text format of Prometheus.',
    raw: true,
    status: 200,
    answerType: 'text/plain',
  },
} as const satisfies Readonly<Record<string, Route>>;

export type Routes = typeof routes;
export type RouteName = keyof Routes;

/** The calls that are JSON both ways: each has an operation of the same name, and the client has a method for each. */
export type CallName = {
  [Name in RouteName]: Routes[Name] extends { readonly raw: true } ? never : Name;
}[RouteName];
export type RawName = Exclude<RouteName, CallName>;

/** The input and the answer of a call's operation. */
export type Input<Name extends RouteName> = InputOf<Routes[Name]>;
export type Answer<Name extends RouteName> = AnswerOf<Routes[Name]>;

/** All rows, with their names. */
export const routeRows: readonly (readonly [name: RouteName, route: Route])[] = Object.entries(routes) as [
  RouteName,
  Route,
][];

/** True for a call that an operation answers with JSON. */
export function isCall(row: readonly [RouteName, Route]): row is readonly [CallName, Route] {
  return row[1].raw === undefined;
}
