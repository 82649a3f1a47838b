import type { Kube, KubeKey, KubeResource } from '../model/kube.ts';
import { keptLimits, type KeptSeal, type KeptStore, type Sealed } from '../model/kept.ts';
import { mapLimited } from '../model/limited.ts';
import { isSluiceError, SluiceError } from '../../shared/errors.ts';
import { digestOf } from '../../shared/lib/canonical.ts';
import { agentNames } from '../../shared/model/names.ts';
import type { KubeObject, ObjectMeta } from '../../shared/model/object.ts';
import { unpackKept } from './kept.ts';

const secrets: KubeResource = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  verbs: ['get', 'create', 'update', 'delete'],
  subresources: [],
};

const { partBytes } = keptLimits;

type What = 'head' | 'base';
type SetName = 'a' | 'b';

/**
 * Keeps contents in Secrets, because they may hold those of Secrets. Of head and base there are two sets of names, taken in turn: what
 * the state object seals stays whole until it seals the other, and a crash in between leaves nothing that is not written over.
 */
export function openKeptStore(kube: Kube, namespace: string): KeptStore {
  const parts = openParts(kube, namespace);
  let isSwept = false;
  const read = async (sealed: Sealed, signal: AbortSignal): Promise<Uint8Array | null> => {
    const found = await mapLimited(8, sealed.names, (name) => parts.read(name, signal)).catch(unreadable);
    const bytes = Buffer.concat((found ?? []).map(bytesOf));
    return digestOf(bytes) === sealed.digest ? bytes : null;
  };
  const write = async (what: What, before: Sealed | null, bytes: Uint8Array, signal: AbortSignal): Promise<Sealed> => {
    const count = Math.ceil(bytes.byteLength / partBytes);
    if (count > keptLimits[what]) {
      throw new SluiceError('LIMIT_EXCEEDED', 'the bundle is too large to be kept in the cluster');
    }
    const names = namesOf(what, otherSet(before), count);
    await mapLimited(4, names, async (name) => {
      const at = names.indexOf(name) * partBytes;
      await parts.write(name, bytes.subarray(at, at + partBytes), signal);
    });
    return { names, digest: digestOf(bytes) };
  };
  return {
    load: async ({ head, base }, signal) => {
      if (head === null) return null;
      const [own, common] = [await read(head, signal), base === null ? null : await read(base, signal)];
      if (own === null || (base !== null && common === null)) return null;
      return unpackKept(own, common).catch(() => null);
    },
    save: async (before, { revision, served, head, base }, signal) => {
      parts.suspect(namesIn(before));
      const oldBase = before?.base ?? null;
      const newBase = base instanceof Uint8Array ? await write('base', oldBase, base, signal) : base;
      const newHead = head === null ? null : await write('head', before?.head ?? null, head, signal);
      return { revision, served, head: newHead, base: newBase };
    },
    tidy: async (seal, signal) => {
      const wanted = new Set(namesIn(seal));
      // The head of before stays, to be written over by the next one; nothing stays where nothing is kept.
      const spare = seal?.head == null ? [] : namesOf('head', otherSet(seal.head), keptLimits.head);
      if (!isSwept && seal !== undefined) {
        isSwept = true;
        // An agent that ended before it tidied up left the other set.
        for (const set of seal.base === null ? (['a', 'b'] as const) : [otherSet(seal.base)])
          await parts.look(namesOf('base', set, keptLimits.base), signal);
        if (seal.head === null)
          for (const set of ['a', 'b'] as const) await parts.look(namesOf('head', set, 1), signal);
      }
      await parts.tidy(new Set([...wanted, ...spare]), signal);
    },
  };
}

function namesIn(seal: KeptSeal | undefined): readonly string[] {
  return [...(seal?.head?.names ?? []), ...(seal?.base?.names ?? [])];
}

function namesOf(what: What, set: SetName, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${agentNames.keptPrefix}${what}-${set}-${at}`);
}

function otherSet(sealed: Sealed | null): SetName {
  return sealed?.names[0]?.includes('-a-') === true ? 'b' : 'a';
}

/** The Secrets of a namespace that contents are kept in. */
interface Parts {
  readonly read: (name: string, signal: AbortSignal) => Promise<KubeObject | null>;
  /** Writes one, whatever it has now. */
  readonly write: (name: string, bytes: Uint8Array, signal: AbortSignal) => Promise<void>;
  /** Takes these for being there, until that is seen. */
  readonly suspect: (names: readonly string[]) => void;
  /** Looks whether these are there, up to the first that is not. */
  readonly look: (names: readonly string[], signal: AbortSignal) => Promise<void>;
  /** Deletes all that are there, or may be, but the wanted ones. */
  readonly tidy: (wanted: ReadonlySet<string>, signal: AbortSignal) => Promise<void>;
}

function openParts(kube: Kube, namespace: string): Parts {
  // Secrets that may be there, with their metadata where it is known.
  const present = new Map<string, ObjectMeta | null>();
  const keyOf = (name: string): KubeKey => ({ resource: secrets, namespace, name });
  const note = ({ metadata }: KubeObject): void => void present.set(metadata.name, metadata);
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
  const metaOf = async (name: string, signal: AbortSignal): Promise<ObjectMeta | null> =>
    present.get(name) ?? (await read(name, signal))?.metadata ?? null;
  const put = async (secret: KubeObject, known: ObjectMeta, signal: AbortSignal): Promise<void> => {
    const { resourceVersion = '' } = known;
    note(await kube.put(secrets, { ...secret, metadata: { ...secret.metadata, resourceVersion } }, signal));
  };
  return {
    read,
    suspect: (names) => {
      for (const name of names) if (!present.has(name)) present.set(name, null);
    },
    look: async (names, signal) => {
      for (const name of names) if ((await read(name, signal).catch(unreadable)) === null) return;
    },
    write: async (name, bytes, signal) => {
      const secret = secretOf(namespace, name, bytes);
      const known = present.get(name) ?? null;
      try {
        if (known !== null) await put(secret, known, signal);
        else note(await kube.post(secrets, secret, signal));
      } catch (error) {
        if (!isSluiceError(error, 'OBJECT_EXISTS', 'CONFLICT', 'NOT_FOUND')) throw error;
        const now = await read(name, signal);
        if (now === null) note(await kube.post(secrets, secret, signal));
        else await put(secret, now.metadata, signal);
      }
    },
    tidy: async (wanted, signal) => {
      const old = [...present.keys()].filter((name) => !wanted.has(name));
      await mapLimited(4, old, async (name) => {
        try {
          const uid = (await metaOf(name, signal))?.uid;
          if (uid !== undefined) await kube.delete(keyOf(name), { uid, propagation: 'Background', signal });
        } catch (error) {
          // What may not be deleted stays, and is not asked for again and again.
          if (!isSluiceError(error, 'FORBIDDEN', 'OBJECT_REPLACED')) throw error;
        }
        present.delete(name);
      });
    },
  };
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
