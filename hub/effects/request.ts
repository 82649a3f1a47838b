import { asSluiceError, isSluiceError } from '../../shared/errors.ts';
import type { Http, HttpRequest, HttpResponse } from '../../shared/ports/http.ts';
import type { EffectText, RequestEffect, Verdict } from '../model/effect.ts';
import { isAllowedHost, type AllowedHosts } from '../model/hosts.ts';

/** What requests are made with. */
export interface RequestPorts {
  readonly http: Pick<Http, 'request'>;
  readonly allow: AllowedHosts;
  /** The text of a file of the hub; throws where there is none. */
  readonly secret: (name: string, key: string) => string;
}

/** What one try came to: a verdict, or why it is tried again. */
export type Tried = { readonly verdict: Verdict } | { readonly again: string };

/** The most bytes that an answer may have, and how long it may take. */
const limits: HttpRequest['limits'] = { maxBytes: 1_048_576, idleMs: 10_000, totalMs: 10_000 };

/** Answers after which the same request may work later. */
const passing: ReadonlySet<number> = new Set([408, 425, 429]);

export function failed(reason: string): { readonly verdict: Verdict } {
  return { verdict: { ok: false, value: null, reason } };
}

/** Tries a request once. Never throws; no word of it has a secret, or the query of a URL. */
export async function tryRequest(effect: RequestEffect, ports: RequestPorts, signal: AbortSignal): Promise<Tried> {
  const found = addressOf(effect.url, ports);
  if ('verdict' in found) return found;
  const sent = await send(found.url, effect, { ...ports, signal });
  if (!('status' in sent)) return sent;
  const { status, body } = sent;
  const host = found.url.host;
  if (status >= 500 || passing.has(status)) return { again: `${host} answered with status ${status}` };
  if (status < 200 || status >= 300) return failed(`${host} answered with status ${status}`);
  const value = effect.wantsAnswer ? answerOf(sent, body) : null;
  return { verdict: { ok: true, value, reason: `${host} answered with status ${status}` } };
}

function answerOf({ status, headers }: HttpResponse, body: Buffer): unknown {
  return { statusCode: status, header: headers, body: body.toString('utf8') };
}

/** The address of an effect, where it may go there; else the verdict. */
export function addressOf(
  text: EffectText,
  { allow, secret }: Omit<RequestPorts, 'http'>,
): { readonly url: URL } | { readonly verdict: Verdict } {
  let written: string;
  try {
    written = 'value' in text ? text.value : secret(text.secret.name, text.secret.key).trim();
  } catch (error) {
    return failed(asSluiceError(error).message);
  }
  const url = URL.parse(written);
  if (url === null || !/^https?:$/.test(url.protocol)) return failed(`${nameOf(text)} is not an http(s):// address`);
  if (isAllowedHost(url, allow)) return { url };
  return failed(
    `${url.host} is not among the hosts that the hub may reach: add it to effects.allow of its configuration`,
  );
}

function nameOf(text: EffectText): string {
  return 'value' in text ? 'its url' : `secret ${text.secret.name}/${text.secret.key}`;
}

async function send(
  url: URL,
  { id, method, headers, body }: Pick<RequestEffect, 'id' | 'method' | 'headers' | 'body'>,
  { http, signal }: Pick<RequestPorts, 'http'> & { readonly signal: AbortSignal },
): Promise<HttpResponse | Tried> {
  try {
    return await http.request({
      method,
      url: url.href,
      headers: { ...headers, 'idempotency-key': id },
      ...(body !== null && { body: Buffer.from(body) }),
      signal,
      limits,
    });
  } catch (error) {
    const { code, message } = asSluiceError(error);
    const isPassing = isSluiceError(error) && (code === 'UNAVAILABLE' || code === 'TIMEOUT' || code === 'ABORTED');
    return isPassing ? { again: `${url.host}: ${message}` } : failed(`${url.host}: ${message}`);
  }
}

/** Asks for JSON once; a text says why there is none. */
export async function tryQuery(
  url: URL,
  id: string,
  { http, signal }: Pick<RequestPorts, 'http'> & { readonly signal: AbortSignal },
): Promise<{ readonly body: unknown } | { readonly missing: string }> {
  const sent = await send(url, { id, method: 'GET', headers: {}, body: null }, { http, signal });
  if (!('status' in sent)) return { missing: 'again' in sent ? sent.again : sent.verdict.reason };
  if (sent.status !== 200) return { missing: `${url.host} answered with status ${sent.status}` };
  try {
    return { body: JSON.parse(sent.body.toString('utf8')) as unknown };
  } catch {
    return { missing: `${url.host} did not answer with JSON` };
  }
}
