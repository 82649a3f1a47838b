import { channelLimits } from '../../shared/model/limits.ts';
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

const limits: HttpLimits = { maxBytes: channelLimits.bundle.inflatedBytes, idleMs: 30_000, totalMs: 120_000 };

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
  const getObject = async (digest: Digest, signal: AbortSignal): Promise<Uint8Array> => {
    const response = await get(feedPaths.object(cluster, digest), {}, signal);
    if (response.status !== 200) throw answerError(response, hub);
    return response.body;
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
      const object = objectsOf(answer, have, (digest) => getObject(digest, signal));
      return { kind: 'changed', snapshot: { ...parts, object } };
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

function objectsOf(
  answer: FeedAnswer,
  have: Have,
  get: (digest: Digest) => Promise<Uint8Array>,
): ChannelSnapshot['object'] {
  const texts = new Map(Object.entries(answer.objects));
  return async (_path, digest) => {
    const text = texts.get(digest);
    if (text !== undefined) return Buffer.from(text, 'utf8');
    return have?.objects.has(digest) === true ? null : get(digest);
  };
}

function signedBytes({ payload, signatures }: SignedBody): SignedBytes {
  return { payload: Buffer.from(payload, 'utf8'), signatures: Buffer.from(signatures, 'utf8') };
}
