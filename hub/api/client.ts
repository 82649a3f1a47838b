import { z } from 'zod';
import { isCode, SluiceError } from '../../shared/errors.ts';
import type { Http } from '../../shared/ports/http.ts';
import { apiError } from './bodies.ts';
import { fillPath, paramNames, type PathParams, type Route } from './route.ts';
import { isCall, routeRows, type Answer, type CallName, type Routes } from './routes.ts';

type Given<S> = S extends z.ZodType ? [given: z.input<S>] : [];
type PathValues<Path extends string> = [PathParams<Path>] extends [never] ? [] : [name: string];

/** A running hub as its administrator's programs see it: a method for each JSON call of the table. */
export type HubClient = {
  /** Takes the parameter of the path, then the query or the body, as far as the call has them. */
  readonly [Name in CallName]: (
    ...given: [
      ...PathValues<Routes[Name]['path']>,
      ...Given<Routes[Name] extends { readonly query: infer Query } ? Query : undefined>,
      ...Given<Routes[Name] extends { readonly body: infer Body } ? Body : undefined>,
    ]
  ) => Promise<Answer<Name>>;
};

const limits = { maxBytes: 64 * 1024 * 1024, idleMs: 40_000, totalMs: 60_000 };

/** A client of the hub's HTTP interface. Every refusal comes back as the coded error that the hub gave. */
export function hubClient(
  http: Http,
  access: { readonly url: string; readonly token: string },
  signal: AbortSignal,
): HubClient {
  const send = async (route: Route, given: readonly unknown[]): Promise<unknown> => {
    const { path, body } = requestOf(route, given);
    const answer = await http.request({
      method: route.method,
      url: access.url.replace(/\/+$/, '') + path,
      headers: { authorization: `Bearer ${access.token}`, 'content-type': 'application/json' },
      ...(route.method === 'GET' ? {} : { body: Buffer.from(JSON.stringify(body)) }),
      signal,
      limits,
    });
    const value = jsonOf(answer.body);
    if (answer.status >= 400) throw refusal(answer.status, value, access.url);
    const parsed = (route.answer ?? z.undefined()).safeParse(value);
    if (parsed.success) return parsed.data;
    throw new SluiceError('WIRE_INVALID', 'this is not the answer of a hub', { subject: access.url }, parsed.error);
  };
  const methods = routeRows
    .filter(isCall)
    .map(([name, route]) => [name, (...given: readonly unknown[]) => send(route, given)] as const);
  return Object.fromEntries(methods) as unknown as HubClient;
}

function requestOf(route: Route, given: readonly unknown[]): { readonly path: string; readonly body: unknown } {
  const count = paramNames(route.path).length;
  const path = fillPath(route.path, given.slice(0, count).map(String));
  const rest = given[count] ?? {};
  if (route.query === undefined) return { path, body: rest };
  const words = Object.entries(rest).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const query = new URLSearchParams(words).toString();
  return { path: query === '' ? path : `${path}?${query}`, body: {} };
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
