import { SluiceError } from '../../../shared/errors.ts';
import { mainRef } from '../../../shared/wire/layout.ts';
import { allowed, negotiate, type Negotiated } from './negotiate.ts';
import { packOf } from './packing.ts';
import { delimiter, flush, lineOf, packet } from '../../../shared/lib/git/pkt-line.ts';
import { bands, requestPackets } from './packets.ts';
import { depthOf, oidsAt, type GitView } from './view.ts';

/** The capabilities of a server of protocol 2. */
export function advertiseV2({ agent }: GitView): Buffer[] {
  const lines = ['version 2', `agent=${agent}`, 'ls-refs=unborn', 'fetch=shallow', 'object-format=sha1'];
  return [...lines.map((line) => packet(`${line}\n`)), flush];
}

/** Answers one command of protocol 2: `ls-refs` or `fetch`. */
export async function commandV2(view: GitView, body: Uint8Array): Promise<readonly Uint8Array[]> {
  const list = requestPackets(body);
  const split = list.indexOf('delimiter');
  const texts = (part: typeof list) => part.flatMap((each) => (Buffer.isBuffer(each) ? [lineOf(each)] : []));
  const head = texts(split < 0 ? list : list.slice(0, split));
  const args = split < 0 ? [] : texts(list.slice(split + 1));
  if (head.length === 0) return [];
  const command = head.find((line) => line.startsWith('command='));
  if (command === 'command=ls-refs') return lsRefs(view, args);
  if (command === 'command=fetch') return fetch(view, args);
  throw new SluiceError('UNSUPPORTED', `unknown command ${(command ?? '').slice(0, 40)}`);
}

function lsRefs({ refs }: GitView, args: readonly string[]): Buffer[] {
  const prefixes = valuesOf(args, 'ref-prefix');
  const isAsked = (ref: string) => prefixes.length === 0 || prefixes.some((prefix) => ref.startsWith(prefix));
  const target = args.includes('symrefs') ? ` symref-target:${mainRef}` : '';
  const main = refs.get(mainRef);
  const head = main !== undefined ? [`${main} HEAD${target}`] : args.includes('unborn') ? [`unborn HEAD${target}`] : [];
  const lines = [
    ...(isAsked('HEAD') ? head : []),
    ...[...refs].filter(([ref]) => isAsked(ref)).map(([ref, oid]) => `${oid} ${ref}`),
  ];
  return [...lines.map((line) => packet(`${line}\n`)), flush];
}

async function fetch(view: GitView, args: readonly string[]): Promise<readonly Uint8Array[]> {
  if (args.some((line) => /^(deepen-since|deepen-not|deepen-relative|filter|want-ref)\b/.test(line))) {
    throw new SluiceError('UNSUPPORTED', 'only deepen by a number of commits is supported');
  }
  const oids = (key: string) => oidsAt(valuesOf(args, key));
  const asked = {
    wants: oids('want'),
    haves: oids('have'),
    shallows: oids('shallow'),
    depth: depthOf(valuesOf(args, 'deepen')[0]),
  };
  if (asked.wants.length === 0) return [];
  const request = await allowed(view, asked);
  const haves = request.haves.filter(view.reader.has);
  const negotiated = await negotiate(view, { ...request, haves });
  const isNegotiating = request.haves.length > 0 && !args.includes('done');
  const acks = isNegotiating ? acknowledgments(negotiated) : [];
  if (isNegotiating && !negotiated.isReady) return [...acks, flush];
  const hasShallow = request.depth > 0 || request.shallows.length > 0;
  return [
    ...acks,
    ...(isNegotiating ? [delimiter] : []),
    ...(hasShallow ? [...shallowInfo(negotiated), delimiter] : []),
    packet('packfile\n'),
    ...bands(await packOf(view, negotiated)),
    flush,
  ];
}

function acknowledgments({ common, isReady }: Negotiated): Buffer[] {
  return [
    packet('acknowledgments\n'),
    ...(common.length === 0 ? [packet('NAK\n')] : common.map((oid) => packet(`ACK ${oid}\n`))),
    ...(isReady ? [packet('ready\n')] : []),
  ];
}

function shallowInfo({ shallow, unshallow }: Negotiated): Buffer[] {
  return [
    packet('shallow-info\n'),
    ...shallow.map((oid) => packet(`shallow ${oid}\n`)),
    ...unshallow.map((oid) => packet(`unshallow ${oid}\n`)),
  ];
}

function valuesOf(args: readonly string[], key: string): string[] {
  return args.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
}
