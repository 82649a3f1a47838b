import type { Kube, KubeKey, KubeResource } from '../model/kube.ts';
import type { KeptSeal, KeptStore } from '../model/kept.ts';
import { mapLimited } from '../model/limited.ts';
import { isSluiceError, SluiceError } from '../../shared/errors.ts';
import { digestOf } from '../../shared/lib/canonical.ts';
import { agentNames } from '../../shared/model/names.ts';
import type { KubeObject } from '../../shared/model/object.ts';
import { unpackKept } from './kept.ts';

const secrets: KubeResource = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  verbs: ['get', 'create', 'delete'],
  subresources: [],
};

/** What one Secret holds: a server takes 1 MiB of data. */
const partBytes = 900 * 1024;
/** Secrets that one state may take; the agent's Role names them all, for both sets. */
const maxParts = 5;

/**
 * Keeps contents in Secrets, because they may hold those of Secrets. There are two sets of names, taken in turn: what the state object
 * seals stays whole until it seals the other, and a crash in between leaves nothing that is not written over.
 */
export function openKeptStore(kube: Kube, namespace: string): KeptStore {
  const parts = openParts(kube, namespace);
  let isSwept = false;
  /** An agent that ended before it tidied up left the other set: it is looked for once. */
  const sweep = async (seal: KeptSeal, signal: AbortSignal): Promise<void> => {
    const isThere = (name: string) => parts.read(name, signal).catch(unreadable);
    for (const name of namesOf(otherSet(seal), maxParts)) if ((await isThere(name)) === null) return;
  };
  return {
    load: async (seal, signal) => {
      const found = await mapLimited(8, seal.parts, (name) => parts.read(name, signal)).catch(unreadable);
      const bytes = Buffer.concat((found ?? []).map(bytesOf));
      if (digestOf(bytes) !== seal.digest) return null;
      return unpackKept(bytes).catch(() => null);
    },
    save: async (before, { revision, bytes, served }, signal) => {
      parts.suspect(before?.parts ?? []);
      const count = Math.ceil(bytes.byteLength / partBytes);
      if (count > maxParts) {
        throw new SluiceError('LIMIT_EXCEEDED', 'the bundle is too large to be kept in the cluster');
      }
      const names = namesOf(otherSet(before), count);
      await mapLimited(4, names, async (name) => {
        const at = names.indexOf(name) * partBytes;
        await parts.write(name, bytes.subarray(at, at + partBytes), signal);
      });
      return { revision, digest: digestOf(bytes), parts: names, served };
    },
    tidy: async (seal, signal) => {
      const isFirst = !isSwept;
      isSwept = true;
      if (isFirst && seal !== undefined && seal.parts.length > 0) await sweep(seal, signal);
      await parts.tidy(new Set(seal?.parts), signal);
    },
  };
}

/** The Secrets of a namespace that contents are kept in. */
interface Parts {
  readonly read: (name: string, signal: AbortSignal) => Promise<KubeObject | null>;
  /** Writes one anew, whatever has its name. */
  readonly write: (name: string, bytes: Uint8Array, signal: AbortSignal) => Promise<void>;
  /** Takes these for being there, until that is seen. */
  readonly suspect: (names: readonly string[]) => void;
  /** Deletes all that are there, or may be, but the wanted ones. */
  readonly tidy: (wanted: ReadonlySet<string>, signal: AbortSignal) => Promise<void>;
}

function openParts(kube: Kube, namespace: string): Parts {
  // Names that may be there, with the UID where it is known.
  const present = new Map<string, string | null>();
  const keyOf = (name: string): KubeKey => ({ resource: secrets, namespace, name });
  const note = ({ metadata }: KubeObject): void => void present.set(metadata.name, metadata.uid ?? null);
  const suspect = (names: readonly string[]): void => {
    for (const name of names) if (!present.has(name)) present.set(name, null);
  };
  const read = async (name: string, signal: AbortSignal): Promise<KubeObject | null> => {
    try {
      const secret = await kube.get(keyOf(name), signal);
      note(secret);
      return secret;
    } catch (error) {
      if (!isSluiceError(error, 'NOT_FOUND')) throw error;
      present.delete(name);
      return null;
    }
  };
  const remove = async (name: string, known: string | null, signal: AbortSignal): Promise<void> => {
    const uid = known ?? (await read(name, signal))?.metadata.uid ?? null;
    if (uid !== null) await kube.delete(keyOf(name), { uid, propagation: 'Background', signal });
    present.delete(name);
  };
  return {
    read,
    suspect,
    write: async (name, bytes, signal) => {
      const secret = secretOf(namespace, name, bytes);
      try {
        note(await kube.post(secrets, secret, signal));
      } catch (error) {
        if (!isSluiceError(error, 'OBJECT_EXISTS', 'CONFLICT')) throw error;
        // An agent that ended between this and its state left it, perhaps with more of its set. One of another type cannot be changed.
        suspect(namesOf(setOf(name), maxParts));
        await remove(name, null, signal);
        note(await kube.post(secrets, secret, signal));
      }
    },
    tidy: async (wanted, signal) => {
      const old = [...present].filter(([name]) => !wanted.has(name));
      await mapLimited(4, old, async ([name, known]) => {
        try {
          await remove(name, known, signal);
        } catch (error) {
          // What may not be deleted stays, and is not asked for again and again.
          if (!isSluiceError(error, 'FORBIDDEN', 'OBJECT_REPLACED')) throw error;
          present.delete(name);
        }
      });
    },
  };
}

type SetName = 'a' | 'b';

function namesOf(set: SetName, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${agentNames.keptPrefix}${set}-${at}`);
}

function setOf(name: string): SetName {
  return name.startsWith(`${agentNames.keptPrefix}a-`) ? 'a' : 'b';
}

function otherSet(before: KeptSeal | undefined): SetName {
  const [first] = before?.parts ?? [];
  return first !== undefined && setOf(first) === 'a' ? 'b' : 'a';
}

function secretOf(namespace: string, name: string, bytes: Uint8Array): KubeObject {
  const data = { part: Buffer.from(bytes).toString('base64') };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: 'sluice.dev/kept', data };
}

function bytesOf(secret: KubeObject | null): Uint8Array {
  const { part = '' } = (secret?.['data'] ?? {}) as Readonly<Record<string, string>>;
  return Buffer.from(part, 'base64');
}

/** What may not be read is not kept; what cannot be read now is asked for again by the next pass. */
function unreadable(error: unknown): null {
  if (isSluiceError(error, 'FORBIDDEN')) return null;
  throw error;
}
