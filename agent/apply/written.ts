import { isDeepStrictEqual } from 'node:util';
import { get } from '../model/fields.ts';
import type { InventoryEntry } from '../model/inventory.ts';
import type { KubeMeta } from '../model/kube.ts';
import type { ApplyTask } from '../model/plan.ts';
import type { Row } from '../model/rows.ts';
import { label, owner } from '../../shared/model/names.ts';
import type { KubeObject } from '../../shared/model/object.ts';
import { carriedOver } from './handover.ts';
import { rewrittenFields } from './rewritten.ts';

/** An object that was written: what was sent, and what the server made of it. */
export interface Written {
  readonly task: Pick<ApplyTask, 'app' | 'revision' | 'digest'>;
  readonly entry: InventoryEntry;
  readonly object: KubeObject;
  readonly meta: KubeMeta;
  readonly action: Row['action'];
  /** Of the fields that are ours since. */
  readonly fieldsHash: string | null;
}

/** The inventory entry of an object that was written. */
export function writtenEntry({ task, entry, object, meta, action, fieldsHash }: Written): InventoryEntry {
  return {
    ...carriedOver(entry),
    ...(action === 'adopted' && { adopted: true }),
    apiVersion: object.apiVersion,
    app: task.app,
    revision: task.revision,
    uid: meta.metadata.uid ?? null,
    applied: task.digest,
    fieldsHash,
    ...(get(object, 'spec', 'ttlSecondsAfterFinished') === undefined ? {} : { expires: true }),
    ...rewrittenOf(entry, object, meta),
  };
}

/** The entry of an object that was made, and is ours alone, whatever had its name before. */
export function madeEntry(entry: InventoryEntry): InventoryEntry {
  const made = { ...entry };
  delete made.adopted;
  return made;
}

/** What admission made of our fields; the very list of before where it is the same, so that the entry is the same, too. */
function rewrittenOf(
  { rewritten: before }: InventoryEntry,
  sent: KubeObject,
  answered: KubeObject,
): Pick<InventoryEntry, 'rewritten'> {
  const found = rewrittenFields(sent, answered);
  if (found.length === 0) return {};
  return { rewritten: before !== undefined && isDeepStrictEqual(before, found) ? before : found };
}

/** Why an object whose managed-by label is another one now cannot be watched, and what to do. */
export function unwatchedText(value: string | undefined): string {
  const now = value === undefined ? 'was removed' : `was changed to "${value}"`;
  return (
    `its label ${label.managedBy} ${now} while it was written, by a webhook or an admission policy: it cannot be watched, ` +
    `and is looked at now and then; exempt objects with the annotation ${owner.registration} from that`
  );
}
