import { rewrittenText } from '../model/rewritten.ts';
import type { InventoryEntry } from '../model/inventory.ts';
import type { Kube, KubeMeta, KubeResource } from '../model/kube.ts';
import type { ApplyTask } from '../model/plan.ts';
import type { Rival, Row } from '../model/rows.ts';
import { asSluiceError, isSluiceError, SluiceError } from '../../shared/errors.ts';
import type { Digest } from '../../shared/lib/canonical.ts';
import { ignoredPointers } from '../../shared/model/ignored.ts';
import { label, managedBy, owner } from '../../shared/model/names.ts';
import { groupOf, parseObjectId, versionOf, type KubeObject, type ObjectMeta } from '../../shared/model/object.ts';
import { asTaken, isOfOthers, ownershipOf, released, takenOver } from './adopt.ts';
import { withoutSecrets } from './hidden.ts';
import { formerRun, refusedHandover, type MakesWay } from './handover.ts';
import { writeHint } from './hints.ts';
import { withLiveValues } from './ignored.ts';
import { assertMayTake, disowned } from './holders.ts';
import { madeAgain } from './recreate.ts';
import { withOverrides } from './overrides.ts';
import { lastRival, rivalsOf, takenText } from './rivals.ts';
import { madeEntry, unwatchedText, writtenEntry } from './written.ts';

/** What applying needs from the pass. */
export interface ApplyContext {
  readonly kube: Kube;
  readonly registration: string;
  /** Registrations whose objects the site gives to this agent. */
  readonly takeOverFrom: readonly string[];
  /** Registrations that this cluster had before, as the bundle says. */
  readonly predecessors: readonly string[];
  readonly text: (digest: Digest) => string | null;
  /** A short hash of the fields that we own, from an answer's metadata. */
  readonly fieldsHash: (metadata: ObjectMeta) => string | null;
  readonly nonce: () => string;
  /** Creates a namespace that is missing; resolves when it is there. */
  readonly ensureNamespace: (namespace: string) => Promise<void>;
  readonly learn: (meta: KubeMeta, sent: KubeObject | null) => void;
  readonly forget: (id: string) => void;
  readonly signal: AbortSignal;
}

/** What came of one task: a row, and the inventory entry as it is now. */
export interface Applied {
  readonly row: Row;
  readonly entry: InventoryEntry;
}

// These end the whole pass: nothing more may be written, or nothing can be.
const fatal = ['LEASE_LOST', 'ABORTED', 'UNAUTHENTICATED'] as const;

/** Carries out one task; never throws for a fault of the object alone. */
export async function applyOne(context: ApplyContext, task: ApplyTask, entry: InventoryEntry): Promise<Applied> {
  try {
    return await carryOut(context, task, entry);
  } catch (error) {
    if (isSluiceError(error, ...fatal)) throw error;
    if (isSluiceError(error, 'OBJECT_REPLACED')) {
      // It is gone or replaced: the next pass inspects it.
      context.forget(task.id);
      return { row: { ...row(task, 'kept', 'replaced or deleted in the meantime'), isRefresh: true }, entry };
    }
    const refused = await refusedHandover(context, task, { entry, error });
    if (refused !== null) return goesFirst(task, refused);
    const { code, message: said, data } = asSluiceError(error);
    // What is said here names no value of the object; a letter of ours that is a value, too, stays.
    const what = code === 'OBJECT_FOREIGN' ? said : withoutSecrets(said, context.text(task.digest));
    const hint = data.hint ?? writeHint(code, task.id, what);
    const message = hint === null ? what : `${what}; ${hint}`;
    return { row: { ...row(task, 'failed', message), fault: { code, message } }, entry };
  }
}

async function carryOut(context: ApplyContext, task: ApplyTask, entry: InventoryEntry): Promise<Applied> {
  if (task.action === 'inspect') return inspect(context, task, entry);
  const text = context.text(task.digest);
  if (text === null) throw new SluiceError('UNAVAILABLE', 'its text must be fetched again');
  const { registration } = context;
  const object = withOverrides(text, task.overrides, { registration, application: task.app, nonce: entry.nonce });
  const ref = { group: groupOf(object.apiVersion), kind: object.kind };
  const resource = await context.kube.resource(ref, context.signal, versionOf(object.apiVersion));
  place(object, resource, task.id);
  if (task.uid !== null)
    return updated(context, task, { entry, resource, object, uid: task.uid, action: 'configured' });
  return created(context, task, { entry, resource, object });
}

/** Puts an object where its id says: the hub may have guessed the scope of its kind. */
function place({ metadata }: KubeObject, resource: KubeResource, id: string): void {
  if (resource.namespaced) metadata.namespace = parseObjectId(id).namespace;
  else delete metadata.namespace;
}

interface Sending {
  readonly entry: InventoryEntry;
  readonly resource: KubeResource;
  readonly object: KubeObject;
}

async function created(context: ApplyContext, task: ApplyTask, sending: Sending): Promise<Applied> {
  const { resource, object } = sending;
  const options = { force: false, signal: context.signal };
  const create = () => context.kube.create(resource, object, options);
  try {
    const meta = await create().catch(async (error: unknown) => {
      const { namespace } = object.metadata;
      if (!isSluiceError(error, 'NOT_FOUND') || !resource.namespaced || namespace === undefined) throw error;
      await context.ensureNamespace(namespace);
      return create();
    });
    const entry = madeEntry(sending.entry);
    return recorded(context, task, { ...sending, entry, meta, row: row(task, 'created', task.reason) });
  } catch (error) {
    if (!isSluiceError(error, 'OBJECT_EXISTS')) throw error;
    return takeOver(context, task, sending);
  }
}

/** Another object has the wanted name: our own creation whose answer was lost, one to adopt, or a foreign one. */
async function takeOver(context: ApplyContext, task: ApplyTask, sending: Sending): Promise<Applied> {
  const { resource, object, entry } = sending;
  const { namespace, name } = parseObjectId(task.id);
  const meta = await context.kube.getMetadata({ resource, namespace, name }, context.signal);
  const { annotations = {}, uid = '' } = meta.metadata;
  const { registration } = context;
  const mayAdopt = object.metadata.annotations?.[owner.adopt] === 'true';
  const known = { registration, application: task.app, nonce: entry.nonce, mayAdopt };
  const { holder, isOwn, isCreation, isMade } = ownershipOf(annotations, known);
  const former = isMade && !isCreation ? formerRun(task, entry, uid) : null;
  if (former !== null) return goesFirst(task, former);
  if (isMade) return updated(context, task, { ...sending, uid, action: 'created' });
  if (!isOwn) await assertMayTake(context, { holder, mayAdopt });
  if (!isOwn) await takeFields(context, { ...sending, meta });
  return updated(context, task, { ...asTaken(sending, context.nonce()), uid, action: 'adopted' });
}

/** What kubectl and Helm brought into an object that is adopted becomes ours, so that what the manifest leaves out goes away. */
async function takeFields(
  context: ApplyContext,
  { resource, object, meta }: Sending & { meta: KubeMeta },
  isTheirs?: typeof isOfOthers,
) {
  const entries = takenOver(meta.metadata.managedFields ?? [], object.apiVersion, isTheirs);
  if (entries === null) return;
  const { namespace = '', name } = meta.metadata;
  await context.kube.setManagedFields({ resource, namespace, name }, meta, { entries, signal: context.signal });
}

/** What others wrote becomes ours where an object is replaced whole, so that what the manifest leaves out goes away. */
async function takeAll(context: ApplyContext, { id }: ApplyTask, sending: Sending): Promise<void> {
  const { namespace, name } = parseObjectId(id);
  const meta = await context.kube.getMetadata({ resource: sending.resource, namespace, name }, context.signal);
  await takeFields(context, { ...sending, meta }, isOfOthers).catch((error: unknown) => {
    if (!isSluiceError(error, 'CONFLICT')) throw error;
    throw new SluiceError('OBJECT_REPLACED', 'it changed in the meantime', {}, error);
  });
}

/** What whole manifests brought beside ours lets go of our fields; where the object changed since, at the next update. */
async function releaseFields({ kube, signal }: ApplyContext, resource: KubeResource, meta: KubeMeta): Promise<void> {
  const entries = released(meta.metadata.managedFields ?? []);
  if (entries === null) return;
  const { namespace = '', name } = meta.metadata;
  await kube.setManagedFields({ resource, namespace, name }, meta, { entries, signal }).catch((error: unknown) => {
    if (!isSluiceError(error, 'CONFLICT', 'OBJECT_REPLACED', 'NOT_FOUND')) throw error;
  });
}

async function updated(
  context: ApplyContext,
  task: ApplyTask,
  sending: Sending & { readonly uid: string; readonly action: 'configured' | 'adopted' | 'created' },
): Promise<Applied> {
  const { resource, uid, action } = sending;
  const { signal } = context;
  const object = await withIgnored(context, sending);
  const again = await madeAgain(context, task, { ...sending, object });
  if (again !== null) return goesFirst(task, again);
  if (task.update?.op === 'replace') await takeAll(context, task, sending);
  let rivals: Rival[] = [];
  // Without force first: only the refusal names the managers that took fields of ours.
  const meta = await context.kube.update(resource, object, uid, { force: false, signal }).catch((error: unknown) => {
    if (!isSluiceError(error, 'FIELD_CONFLICT')) throw error;
    rivals = rivalsOf(error);
    return context.kube.update(resource, object, uid, { force: true, signal });
  });
  await releaseFields(context, resource, meta);
  const reason = [task.reason, takenText(rivals)].filter(Boolean).join('; ');
  if (rivals.length === 0 && task.isRepair) rivals = lastRival(meta.metadata);
  const done = { ...row(task, action, reason), ...(rivals.length > 0 && { rivals }) };
  return recorded(context, task, { ...sending, object, meta, row: done });
}

/** The object with the live values of the fields that its manifest leaves to others. */
async function withIgnored(context: ApplyContext, { resource, object, entry }: Sending): Promise<KubeObject> {
  if (ignoredPointers(object.metadata).length === 0) return object;
  const { namespace, name } = parseObjectId(entry.id);
  try {
    return withLiveValues(object, await context.kube.get({ resource, namespace, name }, context.signal));
  } catch (error) {
    if (isSluiceError(error, 'NOT_FOUND')) throw new SluiceError('OBJECT_REPLACED', 'it is gone', {}, error);
    throw error;
  }
}

/** One request for what left the watch: gone (create it again), relabelled (repair), disowned, or another's now. */
async function inspect(context: ApplyContext, task: ApplyTask, entry: InventoryEntry): Promise<Applied> {
  const { group, kind, namespace, name } = parseObjectId(task.id);
  const resource = await context.kube.resource({ group, kind }, context.signal);
  const anew = (reason: string): Applied => {
    context.forget(task.id);
    const nonce = context.nonce();
    // The applied content stays recorded, so that a site that holds changes still gets it back.
    const lost = { uid: null, nonce, fieldsHash: null };
    return { row: { ...row(task, 'kept', reason), isRefresh: 'anew' }, entry: { ...entry, ...lost } };
  };
  try {
    const meta = await context.kube.getMetadata({ resource, namespace, name }, context.signal);
    if (meta.metadata.uid !== entry.uid) return anew('another object has its name now');
    if (meta.metadata.deletionTimestamp !== undefined) return { row: row(task, 'kept', 'being deleted'), entry };
    if (meta.metadata.annotations?.[owner.registration] !== context.registration) throw disowned();
    return await carryOut(context, { ...task, action: 'update', reason: 'its label was removed' }, entry);
  } catch (error) {
    if (isSluiceError(error, 'NOT_FOUND')) return anew('it was deleted: created again');
    throw error;
  }
}

function recorded(
  context: ApplyContext,
  task: ApplyTask,
  done: Sending & { readonly meta: KubeMeta; readonly row: Row },
): Applied {
  const { meta } = done;
  const entry = writtenEntry({ ...done, action: done.row.action, task, fieldsHash: context.fieldsHash(meta.metadata) });
  const value = meta.metadata.labels?.[label.managedBy];
  if (value === managedBy) {
    context.learn(meta, meta);
    const { rewritten } = entry;
    const reason = [done.row.reason, rewritten === undefined ? '' : rewrittenText(rewritten)]
      .filter(Boolean)
      .join('; ');
    return { row: { ...done.row, reason }, entry };
  }
  // The watch selects by this label: the answer is the last that is seen of the object.
  context.forget(task.id);
  const message = unwatchedText(value);
  return { row: { ...row(task, 'failed', message), fault: { code: 'OBJECT_REJECTED', message } }, entry };
}

/** What is there goes before it can be made anew. */
function goesFirst(task: ApplyTask, { reason, entry }: MakesWay): Applied {
  return { row: { ...row(task, 'kept', reason), isRefresh: 'anew' }, entry };
}

function row(task: ApplyTask, action: Row['action'], reason: string): Row {
  return { id: task.id, app: task.app, action, reason };
}
