import type { InventoryEntry } from '../model/inventory.ts';
import type { KubeResource } from '../model/kube.ts';
import type { ApplyTask } from '../model/plan.ts';
import { isSluiceError, SluiceError } from '../../shared/errors.ts';
import { isProtected } from '../../shared/model/kinds.ts';
import { parseObjectId, type KubeObject } from '../../shared/model/object.ts';
import { changedField } from './changed-field.ts';
import { takesDataAlong, type HandoverPorts, type MakesWay } from './handover.ts';

/** An object that is to be changed. */
interface Changing {
  readonly entry: InventoryEntry;
  readonly resource: KubeResource;
  readonly object: KubeObject;
}

/**
 * What comes of an object of which a field changes that its application wants it made again for: the former one goes first. Null for
 * every other change, and for what takes data or other objects along. What admission rewrites always differs, and is not looked at.
 */
export async function madeAgain(
  ports: HandoverPorts,
  task: Pick<ApplyTask, 'id' | 'app' | 'digest' | 'update'>,
  { entry, resource, object }: Changing,
): Promise<MakesWay | null> {
  const { id, app, digest, update } = task;
  const fields = (update?.recreateFields ?? []).filter((field) => !isRewritten(entry, field));
  if (fields.length === 0 || entry.applied === null || entry.applied === digest) return null;
  if (isProtected(id) || (await takesDataAlong(ports, id))) return null;
  const { namespace, name } = parseObjectId(id);
  const live = await ports.kube.get({ resource, namespace, name }, ports.signal).catch((error: unknown) => {
    if (!isSluiceError(error, 'NOT_FOUND')) throw error;
    throw new SluiceError('OBJECT_REPLACED', 'it is gone', {}, error);
  });
  const field = changedField(object, live, fields);
  if (field === null) return null;
  const reason = `${field.slice(1).replaceAll('/', '.')} changes: it is deleted and made again`;
  return { reason, entry: { ...entry, handover: { from: app, refused: digest } } };
}

function isRewritten({ rewritten = [] }: InventoryEntry, field: string): boolean {
  return rewritten.some(({ pointer }) => pointer === field || pointer.startsWith(`${field}/`));
}
