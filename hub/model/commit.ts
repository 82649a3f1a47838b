import { SluiceError } from '../../shared/errors.ts';
import { isOid, makeObject, type GitObject, type Oid } from '../../shared/lib/git/object.ts';

/** What a commit of Sluice says: one parent at most, one identity, time in seconds. */
export interface CommitFields {
  readonly tree: Oid;
  readonly parent: Oid | null;
  readonly time: number;
  readonly message: string;
}

/** A parsed commit: its fields (`parents` may be several in a foreign one), the armoured signature, and the bytes that it signs. */
export interface ParsedCommit {
  readonly tree: Oid;
  readonly parents: readonly Oid[];
  readonly message: string;
  readonly signature: string | null;
  readonly unsigned: Buffer;
}

const identity = 'Sluice hub <hub@sluice.invalid>';

/** The bytes of a commit without a signature: what a signature is over. */
export function commitBody({ tree, parent, time, message }: CommitFields): Buffer {
  const head = [
    `tree ${tree}`,
    ...(parent === null ? [] : [`parent ${parent}`]),
    `author ${identity} ${time} +0000`,
    `committer ${identity} ${time} +0000`,
  ];
  return Buffer.from(`${head.join('\n')}\n\n${message}\n`);
}

/** A commit object; with `sign`, its header `gpgsig` carries what sign returned for the bytes without it. */
export function makeCommit(fields: CommitFields, sign?: (body: Buffer) => string): GitObject {
  const body = commitBody(fields);
  if (sign === undefined) return makeObject('commit', body);
  const end = body.indexOf('\n\n');
  const header = `\ngpgsig ${sign(body).trimEnd().replaceAll('\n', '\n ')}`;
  return makeObject('commit', Buffer.concat([body.subarray(0, end), Buffer.from(header), body.subarray(end)]));
}

/** Parses a commit's bytes; throws PACK_INVALID when it has no tree. */
export function parseCommit(body: Uint8Array): ParsedCommit {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1');
  const end = text.includes('\n\n') ? text.indexOf('\n\n') : text.length;
  const lines = text.slice(0, end).split('\n');
  const first = lines.findIndex((line) => line.startsWith('gpgsig '));
  const next = first < 0 ? -1 : lines.findIndex((line, i) => i > first && !line.startsWith(' '));
  const signed = first < 0 ? [] : lines.splice(first, (next < 0 ? lines.length : next) - first);
  const values = (key: string) => lines.filter((line) => line.startsWith(key)).map((line) => line.slice(key.length));
  const tree = values('tree ')[0] ?? '';
  const parents = values('parent ');
  if (![tree, ...parents].every(isOid)) throw new SluiceError('PACK_INVALID', 'a commit without a tree');
  return {
    tree,
    parents,
    message: Buffer.from(text.slice(end + 2), 'latin1').toString('utf8'),
    signature: first < 0 ? null : signed.map((line) => line.replace(/^(gpgsig)? /, '')).join('\n'),
    unsigned: Buffer.from(lines.join('\n') + text.slice(end), 'latin1'),
  };
}
