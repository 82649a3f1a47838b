import type { z } from 'zod';
import type { TokenRole } from '../model/token.ts';

/** Who may make a call: the words for documents, and the security schemes of the OpenAPI document that prove it. */
export const accessRules = {
  public: { who: 'anyone', security: [] },
  view: { who: 'a person with the role view, approve or admin', security: ['token'] },
  approve: { who: 'a person with the role approve or admin', security: ['token'] },
  admin: { who: 'a person with the role admin', security: ['token'] },
  metrics: {
    who: 'a program that knows the metrics token; a person with any role',
    security: ['metricsToken', 'token'],
  },
  cluster: {
    who: 'the agent of the cluster in the path; a person with the role admin',
    security: ['password', 'token'],
  },
  caller: {
    who: 'any agent, for its own part; a person with the role admin',
    security: ['password', 'token'],
  },
  signed: { who: 'the agent that signed the body', security: [] },
  webhook: { who: 'a Git host that knows the webhook secret', security: ['webhookSignature', 'webhookToken'] },
} as const satisfies Readonly<Record<string, { readonly who: string; readonly security: readonly string[] }>>;
export type Access = keyof typeof accessRules;

/** The role that a person needs for calls of an access; those that are not here ask for no person. */
export const roleFor = {
  view: 'view',
  approve: 'approve',
  admin: 'admin',
  metrics: 'view',
  cluster: 'admin',
  caller: 'admin',
} as const satisfies Partial<Readonly<Record<Access, TokenRole>>>;

/** What the JSON of a call has at most, in bytes: what is done with more of it would keep others waiting. */
export const callBytes = 64 * 1024;

/** One call of the hub's HTTP interface, as data. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** `:name` stands for one segment. */
  readonly path: string;
  readonly access: Access;
  /** One sentence. */
  readonly description: string;
  /** Members of the query, all of them optional strings. */
  readonly query?: z.ZodObject;
  /** JSON; what its schema does not have is refused. An absent body is `{}`. */
  readonly body?: z.ZodType;
  /** In bytes; where it is not given, `callBytes` for JSON and else the server's own limit. */
  readonly bodyLimit?: number;
  /** The status of success. */
  readonly status: number;
  /** The JSON of success. */
  readonly answer?: z.ZodType;
  /** True for a call whose handler reads bytes and writes the response by itself: signed bodies, Git, streams. */
  readonly raw?: true;
  /** Media types of a body and of an answer that are not JSON. */
  readonly bodyType?: string;
  readonly answerType?: string;
  /** Statuses beside success and errors, and the meaning of each. */
  readonly alternatives?: Readonly<Record<number, string>>;
}

/** The parameters of a path: `/v1/clusters/:name/labels` has `name`. */
export type PathParams<Path extends string> = Path extends `${infer Head}/${infer Rest}`
  ? PathParams<Head> | PathParams<Rest>
  : Path extends `:${infer Name}`
    ? Name
    : never;

type ParamsOf<R extends Route> = Readonly<Record<PathParams<R['path']>, string>>;
type Parsed<S> = S extends z.ZodType ? z.output<S> : unknown;

/** All that a caller gives, checked: parameters of the path, query and body in one object. */
export type InputOf<R extends Route> = ParamsOf<R> & Parsed<R['query']> & Parsed<R['body']>;

/** What a call answers. */
export type AnswerOf<R extends Route> = R['answer'] extends z.ZodType ? z.output<R['answer']> : undefined;

/** The names in a path, in order. */
export function paramNames(path: string): string[] {
  return path.split('/').flatMap((segment) => (segment.startsWith(':') ? [segment.slice(1)] : []));
}

/** A path with its parameters filled in, in order. */
export function fillPath(path: string, values: readonly string[]): string {
  const [...left] = values;
  return path
    .split('/')
    .map((segment) => (segment.startsWith(':') ? encodeURIComponent(left.shift() ?? '') : segment))
    .join('/');
}
