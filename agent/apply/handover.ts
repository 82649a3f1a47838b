import { isOfRun } from '../model/analysis-run.ts';
import { get } from '../model/fields.ts';
import { waitsForFormer, type InventoryEntry } from '../model/inventory.ts';
import type { Kube } from '../model/kube.ts';
import type { ApplyTask } from '../model/plan.ts';
import { isSluiceError } from '../../shared/errors.ts';
import { isProtected } from '../../shared/model/kinds.ts';
import { parseObjectId, type ObjectId } from '../../shared/model/object.ts';
import { isFixedField } from './hints.ts';

/** What asking about an object needs. */
export interface HandoverPorts {
  readonly kube: Pick<Kube, 'get' | 'resource'>;
  readonly signal: AbortSignal;
}

/** An object that goes before it can be made with what is wanted: why, and its entry, which remembers that. */
export interface MakesWay {
  readonly reason: string;
  readonly entry: InventoryEntry;
}

/**
 * What comes of an object of another application that cannot be changed into this one's content, because a field of it is fixed: it
 * goes, and is made anew. Null for every other fault, and for what takes data or other objects along.
 */
export async function refusedHandover(
  ports: HandoverPorts,
  { id, digest }: Pick<ApplyTask, 'id' | 'digest'>,
  { entry, error }: { readonly entry: InventoryEntry; readonly error: unknown },
): Promise<MakesWay | null> {
  if (!isSluiceError(error, 'OBJECT_REJECTED') || !isFixedField(error.message)) return null;
  // The Job of an analysis is made anew with any other content.
  const isRun = isOfRun(entry.nonce) && entry.applied !== digest;
  const from = entry.handover?.from ?? (isRun ? entry.app : undefined);
  if (from === undefined) return null;
  if (isProtected(id) || (await takesDataAlong(ports, id))) return null;
  const reason = `it cannot be changed into what this application wants: it ${waitsForFormer(from)}, and is made anew`;
  return { reason, entry: { ...entry, handover: { from, refused: digest } } };
}

/**
 * What comes of an object of ours that has the name of a Job which an analysis is to make, and that no record of ours speaks of: another run made it, and
 * it makes way. Null for every other object.
 */
export function formerRun(
  { id, app, digest }: Pick<ApplyTask, 'id' | 'app' | 'digest'>,
  entry: InventoryEntry,
  uid: string,
): MakesWay | null {
  if (!isOfRun(entry.nonce)) return null;
  const reason = `${parseObjectId(id).kind} of another run: it makes way, and is made anew`;
  return { reason, entry: { ...entry, uid, handover: { from: app, refused: digest } } };
}

/** What stays of an entry once its object has a new content. */
export function carriedOver(entry: InventoryEntry): InventoryEntry {
  const kept = { ...entry };
  delete kept.expires;
  delete kept.handover;
  delete kept.rewritten;
  return kept;
}

/** True for a StatefulSet whose volume claims are deleted with it, or of which that cannot be known. */
export async function takesDataAlong({ kube, signal }: HandoverPorts, id: ObjectId): Promise<boolean> {
  const { group, kind, namespace, name } = parseObjectId(id);
  if (kind !== 'StatefulSet') return false;
  try {
    const object = await kube.get({ resource: await kube.resource({ group, kind }, signal), namespace, name }, signal);
    return get(object, 'spec', 'persistentVolumeClaimRetentionPolicy', 'whenDeleted') === 'Delete';
  } catch {
    return true;
  }
}
