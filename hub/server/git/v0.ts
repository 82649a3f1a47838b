import { SluiceError } from '../../../shared/errors.ts';
import { mainRef } from '../../../shared/wire/layout.ts';
import { allowed, negotiate, type FetchRequest, type Negotiated } from './negotiate.ts';
import { packOf } from './packing.ts';
import { flush, lineOf, packet } from '../../../shared/lib/git/pkt-line.ts';
import { bands, requestPackets } from './packets.ts';
import { depthOf, oidsAt, type GitView } from './view.ts';

const capabilities = [
  'multi_ack',
  'multi_ack_detailed',
  'side-band-64k',
  'shallow',
  'no-progress',
  'object-format=sha1',
];

/** The list of refs of protocol 0 and 1, HEAD first. */
export function advertiseV0({ refs, agent }: GitView, version: 0 | 1): Buffer[] {
  const main = refs.get(mainRef);
  const lines = [...(main === undefined ? [] : [['HEAD', main] as const]), ...refs].map(
    ([ref, oid]) => `${oid} ${ref}`,
  );
  const symref = main === undefined ? [] : [`symref=HEAD:${mainRef}`];
  const words = [...capabilities, ...symref, `agent=${agent}`].join(' ');
  const [first = `${'0'.repeat(40)} capabilities^{}`, ...rest] = lines;
  return [
    ...(version === 1 ? [packet('version 1\n')] : []),
    packet(`${first}\0${words}\n`),
    ...rest.map((line) => packet(`${line}\n`)),
    flush,
  ];
}

interface RequestV0 extends FetchRequest {
  readonly ack: 0 | 1 | 2;
  readonly isBanded: boolean;
  /** Nothing follows the wants: the client only wants to know where a shallow history will end. */
  readonly isShallowOnly: boolean;
  readonly isDone: boolean;
}

/** Answers an upload-pack request of protocol 0 and 1 (stateless): shallow lines, acknowledgements, and, once done, the pack. */
export async function uploadPackV0(view: GitView, body: Uint8Array): Promise<readonly Uint8Array[]> {
  const asked = parse(body);
  if (asked.wants.length === 0) return [];
  const request = { ...asked, ...(await allowed(view, asked)) };
  const haves = request.haves.filter(view.reader.has);
  const negotiated = await negotiate(view, { ...request, haves });
  const shallow =
    request.depth === 0
      ? []
      : [
          ...negotiated.shallow.map((oid) => packet(`shallow ${oid}`)),
          ...negotiated.unshallow.map((oid) => packet(`unshallow ${oid}`)),
          flush,
        ];
  if (request.isShallowOnly) return shallow;
  const acks = acknowledge(request, negotiated);
  if (!request.isDone) return [...shallow, ...acks];
  const pack = await packOf(view, negotiated);
  return [...shallow, ...acks, ...(request.isBanded ? [...bands(pack), flush] : pack)];
}

// The lines of upload-pack for each of its three forms of acknowledgement (gitprotocol-pack).
function acknowledge({ ack, isDone, haves }: RequestV0, { common, isReady }: Negotiated): Buffer[] {
  const last = common.at(-1);
  if (last === undefined) return [packet('NAK\n')];
  const isCommon = new Set(common);
  const acknowledged = haves.filter((oid) => isCommon.has(oid));
  const words = [
    acknowledged.slice(0, 1).map((oid) => packet(`ACK ${oid}\n`)),
    acknowledged.map((oid) => packet(`ACK ${oid} continue\n`)),
    acknowledged.map((oid) => packet(`ACK ${oid} common\n`)),
  ][ack];
  const ready = ack === 2 && isReady && !isDone ? [packet(`ACK ${last} ready\n`)] : [];
  const end = isDone ? [packet(`ACK ${last}\n`)] : [packet('NAK\n')];
  return [...(words ?? []), ...ready, ...(ack === 0 ? [] : end)];
}

function parse(body: Uint8Array): RequestV0 {
  const list = requestPackets(body);
  const lines = list.map((each) => (Buffer.isBuffer(each) ? lineOf(each) : ''));
  const [first = ''] = lines;
  const words = new Set(first.split(' ').slice(2));
  const values = (key: string) =>
    lines.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
  if (lines.some((line) => /^(deepen-since|deepen-not|filter) /.test(line))) {
    throw new SluiceError('UNSUPPORTED', 'only deepen by a number of commits is supported');
  }
  return {
    wants: oidsAt(values('want')),
    haves: oidsAt(values('have')),
    shallows: oidsAt(values('shallow')),
    depth: depthOf(values('deepen')[0]),
    ack: words.has('multi_ack_detailed') ? 2 : words.has('multi_ack') ? 1 : 0,
    isBanded: words.has('side-band-64k'),
    isShallowOnly: list.indexOf('flush') === list.length - 1,
    isDone: lines.includes('done'),
  };
}
