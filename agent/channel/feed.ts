import { feedLimits } from '../../shared/model/limits.ts';
import { SluiceError } from '../../shared/errors.ts';
import { digestOf, type Digest } from '../../shared/lib/canonical.ts';
import { answerError } from '../../shared/lib/http-status.ts';
import type { Http, HttpLimits, HttpResponse } from '../../shared/ports/http.ts';
import { feedPaths, type FeedAnswer } from '../../shared/wire/feed.ts';
import { formats } from '../../shared/wire/formats.ts';
import type { SignedBody, SignedBytes } from '../../shared/wire/envelope.ts';
import type { ChannelSnapshot, Transport } from '../model/bundle.ts';
import type { Authorization } from '../identity/credential.ts';
import type { Identity } from '../model/site.ts';

/** What the feed needs. */
export interface FeedDeps {
  readonly http: Http;
  readonly identity: Pick<Identity, 'cluster'>;
  readonly authorization: Authorization;
}

const limits: HttpLimits = { maxBytes: feedLimits.answerBytes, idleMs: 30_000, totalMs: 120_000 };

/** Fetches files by digest: the first, and as many of the others as come with it. */
type FetchFiles = (digests: readonly Digest[], signal: AbortSignal) => Promise<ReadonlyMap<string, Uint8Array>>;

type Have = Parameters<Transport['pull']>[0];

/** The hub's feed: one conditional GET a poll; objects that the bundle at hand has are left out of the answer. */
export function feedTransport(hub: string, deps: FeedDeps): Pick<Transport, 'pull' | 'reset'> {
  const { cluster } = deps.identity;
  let etag: string | null = null;
  // The bundle that came with that ETag: an agent that has it need not name it in `have`.
  let delivered: Digest | null = null;
  // The parts of the last answer: what the next one leaves out is as it was.
  let parts: Omit<ChannelSnapshot, 'object'> | null = null;

  const get = (path: string, headers: Readonly<Record<string, string>>, signal: AbortSignal) =>
    deps.http.request({
      method: 'GET',
      url: hub + path,
      headers: { ...headers, authorization: deps.authorization() },
      signal,
      limits,
    });
  const oneByOne: FetchFiles = async ([digest], signal) => {
    if (digest === undefined) return new Map();
    const response = await get(feedPaths.object(cluster, digest), {}, signal);
    if (response.status !== 200) throw answerError(response, hub);
    return new Map([[digest, response.body]]);
  };
  const together: FetchFiles = async (digests, signal) => {
    const headers = { 'content-type': 'application/json', authorization: deps.authorization() };
    const body = Buffer.from(JSON.stringify(digests));
    const url = hub + feedPaths.files(cluster);
    const response = await deps.http.request({ method: 'POST', url, headers, body, signal, limits });
    if (response.status !== 200) throw answerError(response, hub);
    const { objects } = formats.feedAnswer.decode(response.body);
    if (digests[0] === undefined || !(digests[0] in objects))
      throw new SluiceError('UNAVAILABLE', 'the bundle changed while it was fetched: it is fetched anew', {
        subject: hub,
      });
    return new Map(Object.entries(objects).map(([digest, text]) => [digest, Buffer.from(text, 'utf8')]));
  };
  // Half a bundle is none: "unchanged" would read as if all of it were here.
  const forget = (error: unknown): never => {
    [etag, parts] = [null, null];
    throw error;
  };
  return {
    pull: async (have, signal) => {
      const named = have?.revisionDigest ?? null;
      const query = named === (etag === null ? null : delivered) ? '' : `?have=${named ?? ''}`;
      const condition = etag === null ? {} : { 'if-none-match': etag };
      const response = await get(feedPaths.bundle(cluster) + query, condition, signal);
      if (response.status === 304 && etag !== null) return { kind: 'unchanged' };
      const answer = answerOf(response, hub);
      parts = partsOf(answer, parts);
      etag = response.headers['etag'] ?? null;
      delivered = digestOf(parts.revision.payload);
      const fetchFiles = answer.format === 1 ? oneByOne : together;
      const files = filesOf(answer, have, (digests) => fetchFiles(digests, signal).catch(forget));
      return { kind: 'changed', snapshot: { ...parts, ...files } };
    },
    reset: () => {
      [etag, parts] = [null, null];
    },
  };
}

function answerOf(response: HttpResponse, hub: string): FeedAnswer {
  if (response.status === 200) return formats.feedAnswer.decode(response.body);
  if (response.status === 304)
    throw new SluiceError('UNAVAILABLE', 'the hub answers "unchanged" to a first request', { subject: hub });
  throw answerError(response, hub);
}

function partsOf(answer: FeedAnswer, before: Omit<ChannelSnapshot, 'object'> | null): Omit<ChannelSnapshot, 'object'> {
  const { roots, revision, freshness } = answer;
  const said = {
    roots: roots?.map(signedBytes) ?? before?.roots,
    revision: revision === undefined ? before?.revision : signedBytes(revision),
  };
  if (said.roots === undefined || said.revision === undefined)
    throw new SluiceError('WIRE_INVALID', 'the answer leaves out what this agent does not have', { subject: 'feed' });
  if (freshness === undefined)
    return { roots: said.roots, revision: said.revision, freshness: before?.freshness ?? null };
  return { roots: said.roots, revision: said.revision, freshness: freshness === null ? null : signedBytes(freshness) };
}

/** The files of an answer: what came with it, what is at hand (null), and what is fetched together with what is expected next. */
function filesOf(
  answer: FeedAnswer,
  have: Have,
  fetch: (digests: readonly Digest[]) => Promise<ReadonlyMap<string, Uint8Array>>,
): Pick<ChannelSnapshot, 'object' | 'expect'> {
  const texts = new Map<string, string>(Object.entries(answer.objects));
  const fetched = new Map<string, Uint8Array>();
  let expected: readonly Digest[] = [];
  const isAtHand = (digest: Digest) => texts.has(digest) || fetched.has(digest) || have?.objects.has(digest) === true;
  return {
    expect: (digests) => {
      expected = digests;
    },
    object: async (_path, digest) => {
      const text = texts.get(digest);
      if (text !== undefined) return Buffer.from(text, 'utf8');
      if (!fetched.has(digest)) {
        if (have?.objects.has(digest) === true) return null;
        const from = expected.indexOf(digest);
        const next = from === -1 ? [] : expected.slice(from + 1, from + 4 * feedLimits.files);
        const missing = [digest, ...next.filter((one) => one !== digest && !isAtHand(one))];
        // What was fetched and not read is not needed any more: no more than one answer is held.
        fetched.clear();
        for (const [name, bytes] of await fetch(missing.slice(0, feedLimits.files))) fetched.set(name, bytes);
      }
      return fetched.get(digest) ?? null;
    },
  };
}

function signedBytes({ payload, signatures }: SignedBody): SignedBytes {
  return { payload: Buffer.from(payload, 'utf8'), signatures: Buffer.from(signatures, 'utf8') };
}
