import { createHash, hash } from 'node:crypto';

/** The name of a Git object: 40 hex digits of its SHA-1. */
export type Oid = string;

/** The kinds of Git objects that Sluice writes. */
export type ObjectType = 'commit' | 'tree' | 'blob';

/** A Git object in memory: its name, its kind and its bytes. */
export interface GitObject {
  readonly oid: Oid;
  readonly type: ObjectType;
  readonly body: Uint8Array;
}

/** True for a full object name in lower-case hex. */
export function isOid(text: string): text is Oid {
  return /^[0-9a-f]{40}$/.test(text);
}

/** The name of an object of this kind with these bytes. */
export function oidOf(type: string, body: Uint8Array): Oid {
  const head = `${type} ${body.byteLength}\0`;
  const size = head.length + body.byteLength;
  if (size > room.length) return createHash('sha1').update(head).update(body).digest('hex');
  room.write(head, 'latin1');
  room.set(body, head.length);
  return hash('sha1', room.subarray(0, size));
}

// Most objects are small: to copy one and hash it in one call takes a third of the time.
const room = Buffer.alloc(8 * 1024);

/** An object with its name. */
export function makeObject(type: ObjectType, body: Uint8Array): GitObject {
  return { oid: oidOf(type, body), type, body };
}

/** A blob with its name. */
export function makeBlob(body: Uint8Array): GitObject {
  return makeObject('blob', body);
}
