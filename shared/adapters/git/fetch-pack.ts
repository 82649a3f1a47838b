import type { GitObject, Oid } from '../../lib/git/object.ts';
import { statusError } from '../../lib/http-status.ts';
import { demuxPackInPlace, type FetchLimits } from './library.ts';
import { checkPack } from './pack-guard.ts';
import { inSlices } from '../../lib/slices.ts';
import { flush, packet } from '../../lib/git/pkt-line.ts';
import { gitHeaders, type GitHost } from './refs.ts';
import { indexingPack, resolvingPack, type PackedObject } from './resolve.ts';

/** Limits of fetching a hub's own repositories: enough for years of history, too little to exhaust a machine's memory. */
export const wholeLimits: FetchLimits = {
  http: { maxBytes: 512 * 1024 * 1024, idleMs: 120_000, totalMs: 900_000 },
  pack: { inflatedBytes: 1024 * 1024 * 1024, chain: 100, objects: 5_000_000 },
};

/** What to fetch: commits with all that they reach and `haves` do not, or with `depth` 1 those commits alone. */
export interface ObjectsOrder {
  readonly wants: readonly Oid[];
  readonly haves: readonly Oid[];
  readonly depth?: 1;
}

/** Fetches commits in one request of the oldest protocol, which every host speaks. */
export async function fetchObjects(
  host: GitHost,
  order: ObjectsOrder,
  signal: AbortSignal,
  limits: FetchLimits = wholeLimits,
): Promise<GitObject[]> {
  if (order.wants.length === 0) return [];
  return inSlices(resolvingPack(await fetchPack(host, order, { signal, limits })));
}

/** The same, each object read when it is asked for: of a large pack no more than that is in memory beside the pack. */
export async function fetchPacked(
  host: GitHost,
  order: ObjectsOrder,
  signal: AbortSignal,
  limits: FetchLimits,
): Promise<PackedObject[]> {
  return inSlices(indexingPack(await fetchPack(host, order, { signal, limits })));
}

/** Fetches a pack and checks it against the limits. */
async function fetchPack(
  host: GitHost,
  { wants, haves, depth }: ObjectsOrder,
  { signal, limits }: { readonly signal: AbortSignal; readonly limits: FetchLimits },
): Promise<Buffer> {
  // No thin-pack: every delta's base is in the pack.
  const words = `ofs-delta side-band-64k no-progress${depth === undefined ? '' : ' shallow'}`;
  const wanted = [...new Set(wants)].map((oid, i) => packet(`want ${oid}${i === 0 ? ` ${words}` : ''}\n`));
  const deepen = depth === undefined ? [] : [packet(`deepen ${depth}\n`)];
  const had = [...new Set(haves)].map((oid) => packet(`have ${oid}\n`));
  const response = await host.http.request({
    method: 'POST',
    url: `${host.url}/git-upload-pack`,
    headers: gitHeaders(host, {
      'content-type': 'application/x-git-upload-pack-request',
      accept: 'application/x-git-upload-pack-result',
    }),
    body: Buffer.concat([...wanted, ...deepen, flush, ...had, packet('done\n')]),
    signal,
    limits: limits.http,
  });
  if (response.status !== 200) throw statusError(response.status, host.url);
  const pack = demuxPackInPlace(response.body);
  await checkPack(pack, limits.pack);
  return pack;
}
