import { createHash } from 'node:crypto';

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
  return createHash('sha1').update(`${type} ${body.byteLength}\0`).update(body).digest('hex');
}

/** An object with its name. */
export function makeObject(type: ObjectType, body: Uint8Array): GitObject {
  return { oid: oidOf(type, body), type, body };
}

/** A blob with its name. */
export function makeBlob(body: Uint8Array): GitObject {
  return makeObject('blob', body);
}
