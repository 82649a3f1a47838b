import { SluiceError } from '../../../shared/errors.ts';
import type { Oid } from '../../../shared/lib/git/object.ts';
import { packBytes, type PackEntry } from '../../../shared/lib/git/pack.ts';
import { statusError } from '../../../shared/lib/http-status.ts';
import type { HttpLimits, HttpRequest } from '../../../shared/ports/http.ts';
import type { RefMove } from '../../model/objects.ts';
import type { GitRemote } from './remote.ts';
import { fetchObjects } from '../../../shared/adapters/git/fetch-pack.ts';
import { flush, lineOf, packet, type Packet } from '../../../shared/lib/git/pkt-line.ts';
import { answerPackets, broken } from '../../../shared/adapters/git/answer.ts';
import { gitHeaders, type GitHost } from '../../../shared/adapters/git/refs.ts';

const service = 'git-receive-pack';
const noOid = '0'.repeat(40);
const listLimits: HttpLimits = { maxBytes: 64 * 1024 * 1024, idleMs: 30_000, totalMs: 120_000 };
// A host checks what it was sent before it says anything.
const pushLimits: HttpLimits = { maxBytes: 16 * 1024 * 1024, idleMs: 180_000, totalMs: 600_000 };

/** A repository on a Git host over HTTP, spoken to by hand: one request a push, for any number of refs. */
export function openGitRemote(host: GitHost): GitRemote {
  let capabilities: ReadonlySet<string> | null = null;
  const list = async (signal: AbortSignal): Promise<ReadonlyMap<string, Oid>> => {
    const advertised = await advertisement(host, signal);
    capabilities = advertised.capabilities;
    return advertised.refs;
  };
  return {
    url: host.url,
    list,
    push: async (moves, entries, signal) => {
      if (capabilities === null) await list(signal);
      return push(host, { moves, entries, offered: capabilities ?? new Set() }, signal);
    },
    fetch: (wants, haves, signal) => fetchObjects(host, { wants, haves }, signal),
  };
}

async function advertisement(host: GitHost, signal: AbortSignal) {
  const request = { method: 'GET', signal, limits: listLimits } as const;
  const response = await send(host, `/info/refs?service=${service}`, { ...request, headers: {} });
  if (response.headers['content-type'] !== `application/x-${service}-advertisement`) {
    throw new SluiceError('UNAVAILABLE', 'this is not a Git server that takes pushes', {
      subject: host.url,
      hint: 'check the URL',
    });
  }
  const all = answerPackets(response.body);
  const first = all[0] instanceof Buffer ? lineOf(all[0]) : '';
  const lines = textsUntilFlush(first.startsWith('# service=') ? all.slice(2) : all);
  const [, words = ''] = lines.find((line) => line.includes('\0'))?.split('\0') ?? [];
  const capabilities = new Set(words.split(' ').filter((word) => word !== ''));
  if (capabilities.has('object-format=sha256')) {
    throw new SluiceError('UNSUPPORTED', 'repositories with SHA-256 names are not supported', { subject: host.url });
  }
  const pairs = lines
    .map((line) => (line.split('\0')[0] ?? '').split(' '))
    .filter(([, name = '']) => name.startsWith('refs/heads/'));
  if (pairs.some(([oid = '']) => !/^[0-9a-f]{40}$/.test(oid))) throw broken('the list of refs cannot be read');
  return { refs: new Map(pairs.map(([oid = '', name = '']) => [name, oid])), capabilities };
}

interface Pushed {
  readonly moves: readonly RefMove[];
  readonly entries: readonly PackEntry[];
  readonly offered: ReadonlySet<string>;
}

async function push(host: GitHost, { moves, entries, offered }: Pushed, signal: AbortSignal) {
  const used = ['report-status', 'atomic', 'side-band-64k'].filter((word) => offered.has(word));
  if (!used.includes('report-status')) throw broken('the Git host does not report what became of a push');
  const commands = moves.map(({ ref, from, to }, i) =>
    packet(`${from ?? noOid} ${to} ${ref}${i === 0 ? `\0 ${used.join(' ')}` : ''}\n`),
  );
  const body = Buffer.concat([...commands, flush, packBytes(entries)]);
  const headers = {
    'content-type': `application/x-${service}-request`,
    accept: `application/x-${service}-result`,
  };
  const response = await send(host, `/${service}`, { method: 'POST', headers, body, signal, limits: pushLimits });
  const report = used.includes('side-band-64k') ? firstBand(response.body) : response.body;
  return refusedOf(moves, textsUntilFlush(answerPackets(report)));
}

/** Every ref must be named as taken or refused: an answer that leaves one out was cut. */
function refusedOf(moves: readonly RefMove[], lines: readonly string[]): ReadonlyMap<string, string> {
  const unpacked = lines[0] ?? '';
  if (!unpacked.startsWith('unpack ')) throw broken('the Git host does not say what became of the push');
  const said = new Map(
    lines.slice(1).map((line): [string, string] => {
      const [, word = '', ref = '', why = ''] = /^(ok|ng) (\S+) ?(.*)$/.exec(line) ?? [];
      return [ref, word === 'ok' ? '' : why === '' ? 'no reason given' : why.slice(0, 200)];
    }),
  );
  if (unpacked !== 'unpack ok') for (const { ref } of moves) said.set(ref, unpacked.slice(0, 200));
  if (moves.some(({ ref }) => !said.has(ref))) throw broken('the Git host does not say what became of a ref');
  return new Map([...said].filter(([ref, why]) => why !== '' && moves.some((move) => move.ref === ref)));
}

function firstBand(body: Buffer): Buffer {
  const all = answerPackets(body);
  if (all.at(-1) !== 'flush') throw broken("the Git server's answer was cut");
  const bands = all.flatMap((packet) => (packet instanceof Buffer ? [packet] : []));
  const fatal = bands.find((packet) => packet[0] === 3);
  if (fatal !== undefined) throw broken(`the Git server refused: ${fatal.toString('utf8', 1).trim().slice(0, 200)}`);
  return Buffer.concat(bands.filter((packet) => packet[0] === 1).map((packet) => packet.subarray(1)));
}

function textsUntilFlush(all: readonly Packet[]): string[] {
  if (all.at(-1) !== 'flush') throw broken("the Git server's answer was cut");
  return all.slice(0, -1).map((packet) => {
    if (!(packet instanceof Buffer)) throw broken("the Git server's answer cannot be read");
    const line = lineOf(packet);
    if (line.startsWith('ERR ')) throw broken(`the Git server refused: ${line.slice(4, 204)}`);
    return line;
  });
}

async function send(host: GitHost, path: string, request: Omit<HttpRequest, 'url'>) {
  const headers = gitHeaders(host, request.headers ?? {});
  const response = await host.http.request({ ...request, url: host.url + path, headers });
  if (response.status !== 200) throw statusError(response.status, host.url);
  return response;
}
