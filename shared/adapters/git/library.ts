import type { HttpClient, PromiseFsClient } from 'isomorphic-git';
import { asSluiceError, SluiceError } from '../../errors.ts';
import { statusError } from '../../lib/http-status.ts';
import type { HttpLimits } from '../../ports/http.ts';
import { checkPack, packLimits, type PackLimits } from './pack-guard.ts';
import { flush, lineOf, packet } from '../../lib/git/pkt-line.ts';
import { answerPackets, broken } from './answer.ts';
import { gitHeaders, type GitHost } from './refs.ts';

// Loaded at the first use of Git: an agent that pulls the hub's feed never loads it.
const library = async () => (await import('isomorphic-git')).default;

/** The file system that the library works on. */
export type LibraryFs = PromiseFsClient;

/** A Git folder in the terms of the library; `cache` lives as long as objects that were read may be reused. */
export interface GitDir {
  readonly fs: LibraryFs;
  readonly gitdir: string;
  readonly cache: object;
}

/** An order to fetch one commit that a ref names, and the history that is here already. */
export interface FetchOrder {
  readonly ref: string;
  readonly commit: string;
  /** A local ref whose history is here, so that it is not sent again. */
  readonly have: string;
  /** Commits of history; null for all. */
  readonly depth: number | null;
  readonly limits: FetchLimits;
  readonly signal: AbortSignal;
}

/** Limits of a fetch (safety.md). */
export interface FetchLimits {
  readonly http: HttpLimits;
  readonly pack: PackLimits;
}

/** 64 MiB on the wire, 128 MiB inflated, 30 s idle, 120 s in all. */
export const fetchLimits: FetchLimits = {
  http: { maxBytes: 64 * 1024 * 1024, idleMs: 30_000, totalMs: 120_000 },
  pack: packLimits,
};

/**
 * Fetches one commit. The discovery of the library is answered from our own lookup, with that one ref; its pack is
 * checked before it is handed over, and every object of it must have been understood afterwards.
 */
export async function fetchCommit(host: GitHost, dir: GitDir, order: FetchOrder): Promise<void> {
  let objects = 0;
  // The library wraps what its http throws, so the first fault is kept here.
  let fault: unknown = null;
  const request: HttpClient['request'] = async ({ method, url, headers, body }) => {
    try {
      if (method === 'GET') return answer(url, advertisementOf(order), 'application/x-git-upload-pack-advertisement');
      const pack = await uploadPack(host, { headers: headers ?? {}, body: await collect(body) }, order);
      objects = pack.objects;
      return answer(url, pack.bytes, 'application/x-git-upload-pack-result');
    } catch (error) {
      fault = error;
      throw error;
    }
  };
  const { fs, gitdir, cache } = dir;
  const depth = order.depth === null ? {} : { depth: order.depth };
  try {
    const common = {
      fs,
      gitdir,
      cache,
      http: { request },
      url: host.url,
      remote: 'origin',
      singleBranch: true,
      tags: false,
    };
    const git = await library();
    const result = await git.fetch({ ...common, ...depth, ref: order.have, remoteRef: order.ref, prune: false });
    await checkIndex(dir, packOf(result), objects);
  } catch (error) {
    throw fault instanceof Error ? fault : asSluiceError(error, 'PACK_INVALID', { subject: order.ref });
  }
}

/** An object by id, its content checked by the library's rules; throws PACK_INVALID when it is missing or damaged. */
export async function readObject(dir: GitDir, oid: string, type: 'commit' | 'tree' | 'blob'): Promise<Buffer> {
  const git = await library();
  // The typed readers parse, and accept trees that our own validator rejects.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const read = await git.readObject({ ...dir, oid, format: 'content' }).catch((cause: unknown) => {
    throw new SluiceError('PACK_INVALID', 'an object is missing or damaged', { subject: oid }, cause);
  });
  if (read.type !== type) throw new SluiceError('PACK_INVALID', `this is not a ${type}`, { subject: oid });
  return Buffer.from(read.object as Uint8Array);
}

/** Makes an empty bare repository that the library can fetch into. */
export async function initBare({ fs, gitdir }: GitDir): Promise<void> {
  const git = await library();
  await git.init({ fs, gitdir, bare: true, defaultBranch: 'main' });
  await git.setConfig({ fs, gitdir, path: 'remote.origin.fetch', value: '+refs/heads/*:refs/remotes/origin/*' });
}

/** True for a path that the work tree's .gitignore files leave out. */
export async function isIgnored(fs: LibraryFs, dir: string, path: string): Promise<boolean> {
  const git = await library();
  return git.isIgnored({ fs, dir, filepath: path });
}

type LibraryResponse = Awaited<ReturnType<HttpClient['request']>>;

function answer(url: string, bytes: Buffer, type: string): LibraryResponse {
  const headers = { 'content-type': type };
  return { url, statusCode: 200, statusMessage: 'OK', headers, body: once(bytes) };
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array, void, undefined> {
  await Promise.resolve();
  yield bytes;
}

/** One ref and a HEAD, as a server of the first protocol would list them. */
function advertisementOf({ ref, commit }: FetchOrder): Buffer {
  const capabilities = `multi_ack_detailed no-done side-band-64k ofs-delta shallow symref=HEAD:${ref}`;
  const lines = [packet(`${commit} HEAD\0${capabilities}\n`), packet(`${commit} ${ref}\n`), flush];
  return Buffer.concat([packet('# service=git-upload-pack\n'), flush, ...lines]);
}

/** Sends the library's request, and lets the answer through only when it is whole and its pack is harmless. */
async function uploadPack(
  host: GitHost,
  sent: { readonly headers: Record<string, string>; readonly body: Buffer },
  order: FetchOrder,
): Promise<{ readonly bytes: Buffer; readonly objects: number }> {
  const response = await host.http.request({
    method: 'POST',
    url: `${host.url}/git-upload-pack`,
    headers: gitHeaders(host, {
      'content-type': 'application/x-git-upload-pack-request',
      accept: sent.headers['accept'] ?? 'application/x-git-upload-pack-result',
    }),
    body: sent.body,
    signal: order.signal,
    limits: order.limits.http,
  });
  if (response.status !== 200) throw statusError(response.status, host.url);
  const pack = demuxPack(response.body);
  return { bytes: response.body, objects: await checkPack(pack, order.limits.pack) };
}

/** The pack in the first side band of a whole answer; throws UNAVAILABLE for a cut one. */
export function demuxPack(body: Buffer): Buffer {
  return Buffer.concat(packParts(body));
}

/** The same, put together where it is: the answer is not needed any more, and a large one is not held twice. */
export function demuxPackInPlace(body: Buffer): Buffer {
  let end = 0;
  for (const part of packParts(body)) {
    // Each part only ever moves to the left, over what was taken already.
    part.copy(body, end);
    end += part.length;
  }
  return body.subarray(0, end);
}

/** The parts of the pack, as they stand in the answer. */
function packParts(body: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  const all = answerPackets(body);
  if (all.at(-1) !== 'flush') throw broken("the Git server's answer was cut");
  let banded = false;
  for (const packet of all) {
    if (!(packet instanceof Buffer)) continue;
    // Only what may be words is read as text, not megabytes of a pack.
    if (!banded && /^(NAK|ACK |shallow |unshallow )/.test(lineOf(packet))) continue;
    if (packet.toString('latin1', 0, 4) === 'ERR ') throw refused(lineOf(packet).slice(4));
    banded = true;
    if (packet[0] === 1) parts.push(packet.subarray(1));
    else if (packet[0] === 3) throw refused(packet.toString('utf8', 1));
    else if (packet[0] !== 2) throw broken('the Git server sends no side band');
  }
  return parts;
}

function refused(words: string): SluiceError {
  return broken(`the Git server refused: ${words.trim().slice(0, 200)}`);
}

/** Every object of the pack must be in its index: the library leaves out the ones that it cannot resolve. */
async function checkIndex(dir: GitDir, packPath: string | undefined, objects: number): Promise<void> {
  if (objects === 0) return;
  const readFile = dir.fs.promises.readFile as (path: string) => Promise<Buffer>;
  const index = packPath === undefined ? null : await readFile(`${dir.gitdir}/${packPath.replace(/\.pack$/, '.idx')}`);
  const indexed = index === null ? 0 : index.readUInt32BE(8 + 255 * 4);
  if (indexed !== objects) throw new SluiceError('PACK_INVALID', 'the pack has deltas without a base');
}

function packOf(result: object): string | undefined {
  return 'packfile' in result && typeof result.packfile === 'string' ? result.packfile : undefined;
}

async function collect(body: AsyncIterable<Uint8Array> | undefined): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}
