import type { z } from 'zod';
import { codes, SluiceError, type Code } from '../../shared/errors.ts';
import type { Http } from '../../shared/ports/http.ts';
import {
  apiError,
  apiPaths,
  approveAnswer,
  clusterEntry,
  clusterList,
  joinAnswer,
  removeAnswer,
  type ApproveBody,
  type ClusterEntry,
  type JoinAnswer,
  type JoinBody,
  type RemoveBody,
} from './bodies.ts';
import { statusAnswer, type StatusAnswer } from './status.ts';

/** A running hub, as its administrator's command line sees it. */
export interface HubClient {
  /** The status now; with `known`, once there is another version than that. */
  readonly status: (query: {
    readonly app?: string | undefined;
    readonly cluster?: string | undefined;
    readonly known?: string | undefined;
  }) => Promise<StatusAnswer>;
  readonly list: () => Promise<readonly ClusterEntry[]>;
  readonly join: (body: JoinBody) => Promise<JoinAnswer>;
  readonly labels: (name: string, labels: Readonly<Record<string, string | null>>) => Promise<ClusterEntry>;
  readonly revoke: (name: string) => Promise<ClusterEntry>;
  readonly remove: (name: string, body: RemoveBody) => Promise<z.infer<typeof removeAnswer>>;
  readonly approve: (body: ApproveBody) => Promise<z.infer<typeof approveAnswer>>;
}

const limits = { maxBytes: 64 * 1024 * 1024, idleMs: 40_000, totalMs: 60_000 };

/** A client of the hub's web interface. Every refusal comes back as the coded error that the hub gave. */
export function hubClient(
  http: Http,
  access: { readonly url: string; readonly token: string },
  signal: AbortSignal,
): HubClient {
  const ask = async <T>(schema: z.ZodType<T>, path: string, body?: unknown): Promise<T> => {
    const answer = await http.request({
      method: body === undefined ? 'GET' : 'POST',
      url: access.url.replace(/\/+$/, '') + path,
      headers: { authorization: `Bearer ${access.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
      signal,
      limits,
    });
    const value = jsonOf(answer.body);
    if (answer.status >= 400) throw refusal(answer.status, value, access.url);
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new SluiceError('WIRE_INVALID', 'this is not the answer of a hub', { subject: access.url }, parsed.error);
  };
  return {
    status: (query) => {
      const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
      return ask(statusAnswer, `${apiPaths.status}?${new URLSearchParams(given).toString()}`);
    },
    list: async () => (await ask(clusterList, apiPaths.clusters)).clusters,
    join: (body) => ask(joinAnswer, apiPaths.clusters, body),
    labels: (name, labels) => ask(clusterEntry, actionOf(name, 'labels'), { labels }),
    revoke: (name) => ask(clusterEntry, actionOf(name, 'revoke'), {}),
    remove: (name, body) => ask(removeAnswer, actionOf(name, 'remove'), body),
    approve: (body) => ask(approveAnswer, apiPaths.approvals, body),
  };
}

function actionOf(name: string, action: 'labels' | 'revoke' | 'remove'): string {
  return apiPaths.clusterAction(encodeURIComponent(name), action);
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

function refusal(status: number, value: unknown, url: string): SluiceError {
  const parsed = apiError.safeParse(value);
  if (!parsed.success) return new SluiceError('UNAVAILABLE', `the hub answered ${status}`, { subject: url });
  const { code, message, ...data } = parsed.data;
  return new SluiceError(isCode(code) ? code : 'INTERNAL', message, data);
}

function isCode(code: string): code is Code {
  return Object.hasOwn(codes, code);
}
