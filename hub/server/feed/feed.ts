import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { SluiceError } from '../../../shared/errors.ts';
import { digestOf, type Digest } from '../../../shared/lib/canonical.ts';
import { oncePerValue } from '../../../shared/lib/memo.ts';
import { feedLimits } from '../../../shared/model/limits.ts';
import { bundleFiles } from '../../../shared/wire/bundle.ts';
import type { FeedAnswer } from '../../../shared/wire/feed.ts';
import { formats } from '../../../shared/wire/formats.ts';
import { isDocument } from '../../../shared/wire/layout.ts';
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
  /** As many of these files of a cluster's current bundle as one answer has room for, in their order; those that it does not have are left out. */
  readonly files: (
    state: Pick<State, 'clusters' | 'bundles'>,
    cluster: string,
    wanted: readonly Digest[],
  ) => Promise<FeedBody>;
}

/** Bytes of answers with files alone that are kept: many clusters ask for the same ones. An answer with an envelope is for one cluster, which asks once. */
const cacheBytes = 16 * 1024 * 1024;
const gzipFrom = 16 * 1024;
const rememberedBundles = 4;

/** Objects that are read before others have their turn, and what each costs (see slices.ts). */
const objectsAtOnce = 250;
const unitsOfObjects = 3;

/** Makes a feed over a channel; what the last bundles of each cluster had is remembered. */
export function createFeed(channel: ChannelView): Feed {
  const files = createByteCache<FeedBody>({ bytes: cacheBytes }, ({ body, gzip }) => body.length + (gzip?.length ?? 0));
  const making = new Map<string, Promise<FeedBody>>();
  const recent = new Map<string, readonly Held[]>();
  const remember = (bundle: PublishedBundle) => {
    const bundles = recent.get(bundle.cluster) ?? [];
    if (bundles[0]?.digest === bundle.revisionDigest) return bundles;
    const next = [{ digest: bundle.revisionDigest, apps: bundle.revision.apps }, ...bundles].slice(
      0,
      rememberedBundles,
    );
    recent.set(bundle.cluster, next);
    return next;
  };
  const madeOnce = async (key: string, etag: string, compose: () => Promise<FeedAnswer>): Promise<FeedBody> => {
    const known = making.get(key);
    if (known !== undefined) return known;
    // Every agent that asks meanwhile waits for the same answer.
    const made = madeOf(etag, compose).finally(() => making.delete(key));
    making.set(key, made);
    return made;
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
      const parts = partsBeside(etag, bundle.revision.format === 1 ? null : have);
      // Never the caller's own words: one bundle can be named in many ways.
      return madeOnce(`${cluster} ${etag} ${held.digest} ${parts.join()}`, etag, () =>
        composed(channel, bundle, { held: filesOf(held), parts }),
      );
    },
    files: async (state, cluster, wanted) => {
      const there = filesOf(bundleOf(state, cluster).revision);
      const asked = [...new Set(wanted)].filter((one) => there.has(one));
      // Clusters that have the same files are answered with the same bytes.
      const key = `files ${digestOf(asked.join())}`;
      const kept = files.get(key);
      if (kept !== undefined) return kept;
      const body = await madeOnce(key, '', () => composedFiles(channel, cluster, asked));
      files.set(key, body);
      return body;
    },
  };
}

/** What of a bundle tells which files an agent has: its applications are the same values as those of other clusters. */
interface Held extends Pick<PublishedBundle['revision'], 'apps'> {
  readonly digest: string;
}

const nothing: Held = { digest: '', apps: [] };

/** The parts of an answer that are not files. */
const allParts = ['revision', 'roots', 'freshness'] as const;
type Part = (typeof allParts)[number];

/** The parts that an answer has for one who has what came with an ETag: those whose part of the ETag is another one now. */
function partsBeside(etag: string, have: string | null): readonly Part[] {
  const [now, had] = [etag, have ?? ''].map((one) => one.replaceAll('"', '').split('-'));
  return had?.length === allParts.length ? allParts.filter((_, at) => now?.[at] !== had[at]) : allParts;
}

const zip = promisify(gzip);

async function madeOf(etag: string, compose: () => Promise<FeedAnswer>): Promise<FeedBody> {
  const body = formats.feedAnswer.encode(await compose());
  return { etag, body, gzip: body.length >= gzipFrom ? await zip(body, { level: 1 }) : null };
}

async function composed(
  channel: ChannelView,
  bundle: PublishedBundle,
  { held, parts }: { readonly held: ReadonlySet<string>; readonly parts: readonly Part[] },
): Promise<FeedAnswer> {
  const { format, registration } = bundle.revision;
  const wanted = [...filesOf(bundle.revision)].filter((one) => !held.has(one));
  const most = format === 1 ? Infinity : feedLimits.bytes;
  const objects = await readTexts(channel, bundle.cluster, { wanted, most });
  const partOf = {
    revision: () => revisionOf(channel, bundle),
    roots: () => channel.roots(),
    freshness: () => channel.freshness(registration),
  };
  const said = Object.fromEntries(parts.map((part) => [part, partOf[part]()]));
  return { format, ...said, objects: Object.fromEntries(objects) };
}

function revisionOf(channel: ChannelView, bundle: PublishedBundle): SignedBody {
  const revision = channel.revision(bundle);
  if (revision !== null) return revision;
  throw new SluiceError('UNAVAILABLE', 'the bundle is not in the channel', { subject: bundle.cluster });
}

async function composedFiles(channel: ChannelView, cluster: string, wanted: readonly Digest[]): Promise<FeedAnswer> {
  const objects = await readTexts(channel, cluster, { wanted, most: feedLimits.bytes });
  return { format: formats.feedAnswer.newest, objects: Object.fromEntries(objects) };
}

/** The texts of files in their order, until they are more than `most` bytes together; throws UNAVAILABLE for one that is lost. */
async function readTexts(
  channel: ChannelView,
  cluster: string,
  { wanted, most }: { readonly wanted: readonly Digest[]; readonly most: number },
): Promise<ReadonlyMap<Digest, string>> {
  const slices = startSlices();
  const found = new Map<Digest, string>();
  let bytes = 0;
  for (let at = 0; at < wanted.length; at += objectsAtOnce) {
    const part = wanted.slice(at, at + objectsAtOnce);
    const some = channel.objects(cluster, part);
    for (const digest of part) {
      const one = some.get(digest);
      if (one === undefined)
        throw new SluiceError('UNAVAILABLE', 'an object of the bundle is not in the channel', { subject: digest });
      bytes += Buffer.byteLength(one);
      if (bytes > most && found.size > 0) return found;
      found.set(digest, one);
    }
    await slices.spend(unitsOfObjects * some.size);
  }
  return found;
}

/** The digests of a bundle's files, documents first where it has any, so that what they name can be asked for. */
function filesOf(held: Pick<Held, 'apps'>): ReadonlySet<Digest> {
  const files = bundleFiles(held);
  const documents = files.filter(({ path }) => isDocument(path));
  return new Set([...documents, ...files].map(({ digest }) => digest));
}

function bundleOf(state: Pick<State, 'clusters' | 'bundles'>, cluster: string): PublishedBundle {
  const bundle = state.bundles.get(cluster);
  const registration = state.clusters.get(cluster)?.registration;
  if (bundle !== undefined && bundle.revision.registration === registration) return bundle;
  throw new SluiceError('NOT_FOUND', 'nothing was published to this cluster yet', { subject: cluster });
}

/**
 * The ETag covers the whole answer, part by part: the bundle, whose digest covers its objects, the number of root documents, and the
 * freshness list, so that it tells what of it an agent has. It is short, because every poll has it.
 */
function etagOf(bundle: PublishedBundle, channel: ChannelView): string {
  const list = freshnessDigest(channel.freshness(bundle.revision.registration));
  return `"${startOf(bundle.revisionDigest, 20)}-${channel.roots().length}-${startOf(list, 10)}"`;
}

function isNamedBy(have: string | null): (bundle: { readonly digest: string }) => boolean {
  return ({ digest }) => digest === have || have?.startsWith(`"${startOf(digest, 20)}-`) === true;
}

function startOf(digest: string, length: number): string {
  return digest.slice('sha256:'.length, 'sha256:'.length + length);
}

// Every poll of every cluster asks for it, and the list grows with the fleet.
const digestOfList = oncePerValue(({ payload }: SignedBody) => digestOf(payload));

function freshnessDigest(list: SignedBody | null): string {
  return list === null ? digestOf('') : digestOfList(list);
}
