import { isSluiceError, SluiceError } from '../../errors.ts';
import { statusError } from '../../lib/http-status.ts';
import type { Http, HttpLimits, HttpResponse } from '../../ports/http.ts';
import { delimiter, flush, lineOf, packet, type Packet } from '../../lib/git/pkt-line.ts';
import { answerPackets, broken } from './answer.ts';
import { sha1Hint } from './extensions.ts';

/** A Git host over HTTP: its address, the client, and the credential. */
export interface GitHost {
  readonly http: Http;
  /** The repository's URL without a trailing slash. */
  readonly url: string;
  readonly authorization: () => string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The answer to a lookup: the exact refs that exist, and whether the host speaks protocol v2. */
export interface RefAnswer {
  readonly refs: ReadonlyMap<string, string>;
  readonly v2: boolean;
}

const refLimits: HttpLimits = { maxBytes: 4 * 1024 * 1024, idleMs: 30_000, totalMs: 120_000 };

/**
 * Asks a host for exactly these refs: one protocol v2 `ls-refs` POST, or the old advertisement where v2 is not spoken. An
 * answer counts only with its final flush packet: a cut one is UNAVAILABLE, never a shorter list.
 */
export async function lookupRefs(
  host: GitHost,
  wanted: readonly string[],
  options: { readonly v2: boolean | null; readonly signal: AbortSignal },
): Promise<RefAnswer> {
  if (options.v2 !== false) {
    const answer = await post(host, wanted, options.signal);
    if (answer !== null) return { refs: answer, v2: true };
  }
  const response = await send(host, {
    method: 'GET',
    path: '/info/refs?service=git-upload-pack',
    headers: { 'git-protocol': 'version=2' },
    signal: options.signal,
  });
  const lines = advertisement(response, host.url);
  const format = lines.find((line) => line.startsWith(formatOffer))?.slice(formatOffer.length);
  if (format !== undefined && format !== 'sha1') throw otherNames(format, host.url);
  if (lines[0] !== 'version 2') return { refs: exactly(lines, wanted), v2: false };
  const answer = await post(host, wanted, options.signal);
  if (answer === null) throw broken('the Git server does not answer ls-refs');
  return { refs: answer, v2: true };
}

/** What a protocol v2 server says of the names of its objects; without it they are SHA-1. It answers nothing to who wants others. */
const formatOffer = 'object-format=';

function otherNames(format: string, url: string): SluiceError {
  const message = `the Git server names objects by ${format}, which cannot be read here`;
  return new SluiceError('UNAVAILABLE', message, { subject: url, hint: sha1Hint });
}

/** Headers of a request to this host; the credential goes nowhere else. */
export function gitHeaders(host: GitHost, headers: Readonly<Record<string, string>>): Record<string, string> {
  const authorization = host.authorization();
  return { ...host.headers, ...headers, ...(authorization !== null && { authorization }) };
}

/** The `ls-refs` answer; null when the server does not understand the question (it speaks an older protocol). */
async function post(
  host: GitHost,
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string> | null> {
  const prefixes = wanted.map((ref) => packet(`ref-prefix ${ref}\n`));
  const headers = {
    'git-protocol': 'version=2',
    'content-type': 'application/x-git-upload-pack-request',
    accept: 'application/x-git-upload-pack-result',
  };
  try {
    const body = Buffer.concat([packet('command=ls-refs\n'), delimiter, ...prefixes, flush]);
    const response = await send(host, { method: 'POST', path: '/git-upload-pack', headers, body, signal });
    if (response.headers['content-type'] !== 'application/x-git-upload-pack-result') return null;
    return exactly(untilFlush(answerPackets(response.body)), wanted);
  } catch (error) {
    // A server of the old protocol answers this with an error or nothing; the advertisement then tells which it was.
    if (isSluiceError(error, 'UNAVAILABLE') && !isFinal(error)) return null;
    throw error;
  }
}

function isFinal(error: SluiceError): boolean {
  return error.cause !== undefined;
}

interface Sent {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly signal: AbortSignal;
}

async function send(host: GitHost, { path, headers, ...rest }: Sent): Promise<HttpResponse> {
  const request = { ...rest, url: host.url + path, headers: gitHeaders(host, headers), limits: refLimits };
  const response = await host.http.request(request);
  if (response.status !== 200) throw statusError(response.status, host.url);
  return response;
}

/** The lines of the reference discovery: `version 2` and capabilities, or `OID REF` lines of the older protocols. */
function advertisement(response: HttpResponse, url: string): string[] {
  if (response.headers['content-type'] !== 'application/x-git-upload-pack-advertisement') {
    throw new SluiceError('UNAVAILABLE', 'this is not a Git server', { subject: url, hint: 'check the URL' });
  }
  const all = answerPackets(response.body);
  const first = all[0];
  const service = first instanceof Buffer && lineOf(first).startsWith('# service=');
  const lines = untilFlush(service ? all.slice(2) : all);
  return lines.filter((line) => line !== 'version 1').map((line) => line.split('\0')[0] ?? '');
}

function untilFlush(all: readonly Packet[]): string[] {
  if (all.at(-1) !== 'flush') throw broken('the list of refs was cut');
  return all.slice(0, -1).map((packet) => {
    if (!(packet instanceof Buffer)) throw broken('the list of refs cannot be read');
    const line = lineOf(packet);
    if (line.startsWith('ERR ')) throw broken('the Git server refused to list its refs');
    return line;
  });
}

/** Compared exactly: a prefix also lists longer names, and an old server lists everything. */
function exactly(lines: readonly string[], wanted: readonly string[]): ReadonlyMap<string, string> {
  const names = new Set(wanted);
  const found = new Map<string, string>();
  for (const line of lines) {
    const [oid = '', name = ''] = line.split(' ');
    if (!/^[0-9a-f]{40}$/.test(oid)) throw broken('the list of refs cannot be read');
    if (names.has(name)) found.set(name, oid);
  }
  return found;
}
