import type { InventoryEntry } from '../model/inventory.ts';
import type { Kube, KubeKey, KubeMeta } from '../model/kube.ts';
import type { Live } from '../model/live.ts';
import type { Row } from '../model/rows.ts';
import { asSluiceError, isSluiceError, SluiceError } from '../../shared/errors.ts';
import { owner } from '../../shared/model/names.ts';
import { parseObjectId } from '../../shared/model/object.ts';

/** What removing needs from the pass. */
export interface RemoveContext {
  readonly kube: Kube;
  readonly registration: string;
  readonly live: Live;
  readonly learn: (meta: KubeMeta) => void;
  readonly forget: (id: string) => void;
  readonly signal: AbortSignal;
}

/** What came of one removal: the row, and whether it is confirmed that the object is gone or not ours. */
export interface Removed {
  readonly row: Row;
  readonly isGone: boolean;
}

const fatal = ['LEASE_LOST', 'ABORTED', 'UNAUTHENTICATED'] as const;

/** An object that changes between a look at it and its deletion is looked at anew this often before it is left for later. */
const looks = 3;

/** Deletes one object with UID and resourceVersion preconditions; never throws for a fault of the object alone. */
export async function removeOne(context: RemoveContext, entry: InventoryEntry): Promise<Removed> {
  return catchObjectFaults(entry, async () => {
    if (await isKindGone(context, entry)) return gone(context, entry, 'its kind is gone');
    const key = await keyOf(context, entry);
    return removeSeen(context, key, entry, await currentState(context, key, entry));
  });
}

/** Deletes an object in the state that was seen; where that is an old one, in the state that a request of its own shows. */
async function removeSeen(
  context: RemoveContext,
  key: KubeKey,
  entry: InventoryEntry,
  seen: ObjectState | null,
): Promise<Removed> {
  let state = seen;
  for (let look = 1; ; look += 1) {
    const reason = objection(context, entry, state);
    if (state === null || reason !== null) return reason ?? gone(context, entry, 'gone');
    const { uid, resourceVersion } = state;
    try {
      await context.kube.delete(key, { uid, resourceVersion, propagation: 'Background', signal: context.signal });
      return await confirmed(context, key, entry);
    } catch (error) {
      if (look === looks || !isSluiceError(error, 'CONFLICT', 'OBJECT_REPLACED')) throw error;
      state = await askedState(context, key);
    }
  }
}

/** Why an object is not deleted in this state; null when it may be, or is gone. */
function objection(context: RemoveContext, entry: InventoryEntry, state: ObjectState | null): Removed | null {
  if (state === null) return null;
  if (!isRecorded(entry, state)) return gone(context, entry, 'another object has its name now; it was not touched');
  if (state.registration !== context.registration)
    return failed(entry, 'its owner annotation is not ours any more; it was not touched');
  return state.isTerminating ? kept(entry, 'being deleted') : null;
}

/** Scales one workload that is to be removed to zero, when it is still the recorded one. */
export async function scaleToZero(context: RemoveContext, entry: InventoryEntry): Promise<Row> {
  const { row } = await catchObjectFaults(entry, async () => {
    const live = context.live.object(entry.id);
    if (live === undefined || live.registration !== context.registration) return kept(entry, 'not ours any more');
    const key = await keyOf(context, entry);
    const { uid, resourceVersion } = live;
    await context.kube.scale(key, 0, { uid, resourceVersion, signal: context.signal });
    return {
      row: { id: entry.id, app: entry.app, action: 'scaled', reason: 'to 0 before it is deleted' },
      isGone: false,
    };
  });
  return row;
}

interface ObjectState {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly registration: string | null;
  readonly nonce: string | null;
  readonly isTerminating: boolean;
}

/** The object as the watch shows it, else as one request answers. Null = it is gone. */
async function currentState(context: RemoveContext, key: KubeKey, entry: InventoryEntry): Promise<ObjectState | null> {
  const live = context.live.object(entry.id);
  return live === undefined ? askedState(context, key) : { ...live, isTerminating: live.health === 'Terminating' };
}

/** The object as one request answers. Null = it is gone. */
async function askedState({ kube, signal }: RemoveContext, key: KubeKey): Promise<ObjectState | null> {
  try {
    const { metadata } = await kube.getMetadata(key, signal);
    return {
      uid: metadata.uid ?? '',
      resourceVersion: metadata.resourceVersion ?? '',
      registration: metadata.annotations?.[owner.registration] ?? null,
      nonce: metadata.annotations?.[owner.nonce] ?? null,
      isTerminating: metadata.deletionTimestamp !== undefined,
    };
  } catch (error) {
    if (isSluiceError(error, 'NOT_FOUND')) return null;
    throw error;
  }
}

function isRecorded(entry: InventoryEntry, live: ObjectState): boolean {
  return entry.uid === null ? entry.nonce === live.nonce : entry.uid === live.uid;
}

/** One request after the deletion: an object without finalizers is gone at once; another stays in the inventory until it is. */
async function confirmed(context: RemoveContext, key: KubeKey, entry: InventoryEntry): Promise<Removed> {
  try {
    const meta = await context.kube.getMetadata(key, context.signal);
    if (meta.metadata.uid !== entry.uid && entry.uid !== null) return gone(context, entry, 'deleted');
    context.learn(meta);
    return kept(entry, 'being deleted');
  } catch (error) {
    if (isSluiceError(error, 'NOT_FOUND')) return gone(context, entry, 'deleted');
    throw error;
  }
}

/** Without its definition no object of a kind can exist. A kind that is defined and not served is UNAVAILABLE. */
async function isKindGone({ kube, signal }: RemoveContext, entry: InventoryEntry): Promise<boolean> {
  const { group, kind } = parseObjectId(entry.id);
  try {
    await kube.resource({ group, kind }, signal);
    return false;
  } catch (error) {
    if (!isSluiceError(error, 'KIND_UNKNOWN')) throw error;
  }
  if (!(await kube.isDefined({ group, kind }, signal).catch(unproved))) return true;
  throw new SluiceError('UNAVAILABLE', `${kind} is defined, and not served now: it is deleted once it is`);
}

function unproved(error: unknown): never {
  if (!isSluiceError(error, 'FORBIDDEN')) throw error;
  throw new SluiceError('FORBIDDEN', 'its kind is not served, and whether it is gone may not be read here', {
    hint: 'let the agent get and list customresourcedefinitions and apiservices',
  });
}

async function keyOf(context: RemoveContext, entry: InventoryEntry): Promise<KubeKey> {
  const { group, kind, namespace, name } = parseObjectId(entry.id);
  return { resource: await context.kube.resource({ group, kind }, context.signal), namespace, name };
}

async function catchObjectFaults(entry: InventoryEntry, work: () => Promise<Removed>): Promise<Removed> {
  try {
    return await work();
  } catch (error) {
    if (isSluiceError(error, ...fatal)) throw error;
    if (isSluiceError(error, 'OBJECT_REPLACED')) return kept(entry, 'it was replaced in the meantime');
    const { code, message: said, data } = asSluiceError(error);
    const what = code === 'CONFLICT' ? 'something else keeps changing it' : said;
    const message = data.hint === undefined ? what : `${what}; ${data.hint}`;
    return { row: { ...rowOf(entry, 'failed', message), fault: { code, message } }, isGone: false };
  }
}

function gone(context: RemoveContext, entry: InventoryEntry, reason: string): Removed {
  context.forget(entry.id);
  return { row: rowOf(entry, 'deleted', reason), isGone: true };
}

function kept(entry: InventoryEntry, reason: string): Removed {
  return { row: rowOf(entry, 'kept', reason), isGone: false };
}

function failed(entry: InventoryEntry, message: string): Removed {
  return { row: { ...rowOf(entry, 'failed', message), fault: { code: 'OBJECT_FOREIGN', message } }, isGone: false };
}

function rowOf(entry: InventoryEntry, action: Row['action'], reason: string): Row {
  return { id: entry.id, app: entry.app, action, reason };
}
