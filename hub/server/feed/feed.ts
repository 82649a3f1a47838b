import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { SluiceError } from '../../../shared/errors.ts';
import { digestOf } from '../../../shared/lib/canonical.ts';
import { bundleFiles } from '../../../shared/wire/bundle.ts';
import type { FeedAnswer } from '../../../shared/wire/feed.ts';
import { formats } from '../../../shared/wire/formats.ts';
import type { SignedBody } from '../../../shared/wire/envelope.ts';
import { startSlices } from '../../../shared/lib/slices.ts';
import { createByteCache } from '../../model/byte-cache.ts';
import type { ChannelView } from '../../model/channel.ts';
import type { State } from '../../model/state.ts';
import type { PublishedBundle } from '../../model/published-bundle.ts';

/** An answer of the feed, ready to send; `gzip` is there where it pays. */
export interface FeedBody {
  readonly etag: string;
  readonly body: Buffer;
  readonly gzip: Buffer | null;
}

/** Answers feed requests from memory. */
export interface Feed {
  /** The strong validator of what a cluster would get now; throws NOT_FOUND before its first bundle. */
  readonly etag: (state: Pick<State, 'clusters' | 'bundles'>, cluster: string) => string;
  /** `have` is what the agent has: a bundle's digest, or the ETag that came with it; null or any other text for nothing. */
  readonly answer: (
    state: Pick<State, 'clusters' | 'bundles'>,
    cluster: string,
    have: string | null,
  ) => Promise<FeedBody>;
}

const cacheBytes = 64 * 1024 * 1024;
const gzipFrom = 16 * 1024;
const rememberedBundles = 4;

/** Objects that are read before others have their turn, and what each costs (see slices.ts). */
const objectsAtOnce = 250;
const unitsOfObjects = 3;

/** Makes a feed over a channel; answers are kept within a byte limit, the objects of each cluster's last bundles by digest. */
export function createFeed(channel: ChannelView): Feed {
  const bodies = createByteCache<FeedBody>(
    { bytes: cacheBytes },
    ({ body, gzip }) => body.length + (gzip?.length ?? 0),
  );
  const making = new Map<string, Promise<FeedBody>>();
  const recent = new Map<string, { readonly digest: string; readonly objects: ReadonlySet<string> }[]>();
  const remember = (bundle: PublishedBundle) => {
    const bundles = recent.get(bundle.cluster) ?? [];
    if (bundles[0]?.digest === bundle.revisionDigest) return bundles;
    const objects = new Set<string>(bundleFiles(bundle.revision).map(({ digest }) => digest));
    const next = [{ digest: bundle.revisionDigest, objects }, ...bundles].slice(0, rememberedBundles);
    recent.set(bundle.cluster, next);
    return next;
  };
  return {
    etag: (state, cluster) => {
      const bundle = bundleOf(state, cluster);
      remember(bundle);
      return etagOf(bundle, channel);
    },
    answer: async (state, cluster, have) => {
      const bundle = bundleOf(state, cluster);
      const held = remember(bundle).find(isNamedBy(have)) ?? nothing;
      const etag = etagOf(bundle, channel);
      // Never the caller's own words: one bundle can be named in many ways.
      const key = `${cluster} ${etag} ${held.digest}`;
      const kept = bodies.get(key) ?? making.get(key);
      if (kept !== undefined) return kept;
      // Every agent that asks meanwhile waits for the same answer.
      const made = madeOf(etag, () => composed(bundle, held.objects, channel)).finally(() => making.delete(key));
      making.set(key, made);
      const body = await made;
      bodies.set(key, body);
      return body;
    },
  };
}

const nothing = { digest: '', objects: new Set<string>() };

const zip = promisify(gzip);

async function madeOf(etag: string, compose: () => Promise<FeedAnswer>): Promise<FeedBody> {
  const body = formats.feedAnswer.encode(await compose());
  return { etag, body, gzip: body.length >= gzipFrom ? await zip(body, { level: 1 }) : null };
}

async function composed(bundle: PublishedBundle, held: ReadonlySet<string>, channel: ChannelView): Promise<FeedAnswer> {
  const wanted = [...new Set(bundleFiles(bundle.revision).map(({ digest }) => digest))].filter((one) => !held.has(one));
  const slices = startSlices();
  const objects = new Map<string, string>();
  for (let at = 0; at < wanted.length; at += objectsAtOnce) {
    const some = channel.objects(bundle.cluster, wanted.slice(at, at + objectsAtOnce));
    for (const [digest, text] of some) objects.set(digest, text);
    await slices.spend(unitsOfObjects * some.size);
  }
  const missing = wanted.find((digest) => !objects.has(digest));
  if (missing !== undefined)
    throw new SluiceError('UNAVAILABLE', 'an object of the bundle is not in the channel', { subject: missing });
  return {
    format: bundle.revision.format,
    roots: channel.roots(),
    revision: { payload: text(bundle.payload), signatures: text(bundle.signatures) },
    freshness: channel.freshness(bundle.revision.registration),
    objects: Object.fromEntries(objects),
  };
}

function bundleOf(state: Pick<State, 'clusters' | 'bundles'>, cluster: string): PublishedBundle {
  const bundle = state.bundles.get(cluster);
  const registration = state.clusters.get(cluster)?.registration;
  if (bundle !== undefined && bundle.revision.registration === registration) return bundle;
  throw new SluiceError('NOT_FOUND', 'nothing was published to this cluster yet', { subject: cluster });
}

/**
 * The ETag covers the whole answer: its first part names the bundle, whose digest covers its objects, so that the ETag tells
 * which bundle an agent has; its second part covers roots and freshness. It is short, because every poll has it.
 */
function etagOf(bundle: PublishedBundle, channel: ChannelView): string {
  const rest = `${channel.roots().length} ${freshnessDigest(channel.freshness(bundle.revision.registration))}`;
  return `"${startOf(bundle.revisionDigest, 20)}-${startOf(digestOf(rest), 12)}"`;
}

function isNamedBy(have: string | null): (bundle: { readonly digest: string }) => boolean {
  return ({ digest }) => digest === have || have?.startsWith(`"${startOf(digest, 20)}-`) === true;
}

function startOf(digest: string, length: number): string {
  return digest.slice('sha256:'.length, 'sha256:'.length + length);
}

function freshnessDigest(list: SignedBody | null): string {
  return list === null ? '' : digestOf(list.payload);
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
