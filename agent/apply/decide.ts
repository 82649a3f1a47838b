import { indexOf } from '../model/app-index.ts';
import { isFinished, madeAnewAfter, type Inventory, type InventoryEntry } from '../model/inventory.ts';
import type { Live, LiveObject } from '../model/live.ts';
import { untilChanged } from '../model/until-changed.ts';
import type { Mode } from '../model/mode.ts';
import type { AppOutcome } from '../model/outcome.ts';
import type { AppPlan, ApplyTask } from '../model/plan.ts';
import type { ServedObject } from '../model/served.ts';
import type { Objection, Row } from '../model/rows.ts';
import { replicasPointer } from '../../shared/model/kinds.ts';
import { groupKindOf, type GroupKind, type ObjectId } from '../../shared/model/object.ts';
import type { BundleApp, BundleObject } from '../../shared/wire/revision.ts';
import { appKey } from '../../shared/wire/bundle.ts';

/** What the tasks of one application are decided from. */
export interface ApplyInput {
  readonly app: BundleApp;
  readonly plan: AppPlan;
  readonly entry: (id: ObjectId) => InventoryEntry | undefined;
  readonly live: Live;
  readonly registration: string;
  /** False = only objects that were applied with this very content may be repaired. */
  readonly mayChange: boolean;
  /** Contents that serve until they are replaced. */
  readonly served: ReadonlyMap<ObjectId, ServedObject>;
}

const drift = 'fields of ours were changed';
const toMove = 'replicas or weights to move';

type Choice = Pick<ApplyTask, 'action' | 'uid' | 'reason'>;

/** An object of the bundle that must not be written here, as the row that says why, and its content. */
export interface Refusal {
  readonly row: Row;
  readonly digest: string;
}

/** Why objects must not be written here. */
export interface Objections {
  /** Applications of the accepted bundle that cannot be carried out as they are: by name, and which those are. */
  readonly unfit: ReadonlyMap<string, Objection>;
  readonly accepted: readonly BundleApp[];
  /** Objects that cannot be told from another one here. */
  readonly clashes: ReadonlyMap<ObjectId, string>;
  readonly objection: (object: Pick<BundleObject, 'id' | 'digest'>, app: string) => string | null;
}

/** The objects of these applications that must not be written: each is a fault of its application, and is never requested. */
export function refuseObjects(apps: readonly BundleApp[], objections: Objections): Refusal[] {
  const accepted = new Set(objections.accepted);
  return apps.flatMap((app) => {
    const key = appKey(app);
    const unfit = accepted.has(app) ? objections.unfit.get(key) : undefined;
    return app.objects.flatMap(({ id, digest }) => {
      const forbidden =
        unfit === undefined ? (objections.clashes.get(id) ?? objections.objection({ id, digest }, key)) : null;
      const fault = forbidden === null ? unfit : ({ code: 'FORBIDDEN', message: forbidden } as const);
      if (fault === undefined) return [];
      return [{ row: { id, app: key, action: 'failed', reason: fault.message, fault }, digest }];
    });
  });
}

/** What the tasks of a pass are decided from. */
export interface TasksInput {
  readonly apps: readonly AppOutcome[];
  readonly inventory: Inventory;
  readonly live: Live;
  readonly registration: string;
  readonly mode: Pick<Mode, 'mayChange'>;
  readonly refused: readonly Refusal[];
  readonly served: ReadonlyMap<ObjectId, ServedObject>;
  /** Kinds whose objects wait for a definition. */
  readonly waits: ReadonlySet<GroupKind>;
}

const tasksUntilChanged = untilChanged<BundleApp, readonly ApplyTask[]>();

/** What there is to do in a pass over all applications that are applied here. */
export function decideTasks(input: TasksInput): ApplyTask[] {
  const { inventory, live, registration, served } = input;
  // What was applied before is repaired for as long as it is wanted, or serves: only this content of the object is refused.
  const refused = new Set(input.refused.map(({ row, digest }) => `${row.id} ${digest}`));
  const entry = (id: ObjectId) => inventory.get(id);
  return input.apps.flatMap(({ app, plan, stage }) => {
    if (app === null || plan === null) return [];
    // A delivery that has begun goes on, or back, where the bundle as a whole may not start.
    const mayChange = stage?.mayChange ?? input.mode.mayChange;
    const entries = [...app.objects.map(({ id }) => entry(id)), ...plan.keep.map(entry)];
    const inputs = [plan, registration, mayChange, ...entries, ...plan.keep.map((id) => served.get(id))];
    const compute = (recorded: Live) =>
      decideApply({ app, plan, entry, live: recorded, registration, mayChange, served });
    const tasks = tasksUntilChanged({ owner: app, inputs, live, compute });
    return tasks.filter(({ id, digest }) => !refused.has(`${id} ${digest}`) && !input.waits.has(groupKindOf(id)));
  });
}

/** The tasks of an application now, from its plan, the inventory and the watches. */
export function decideApply(input: ApplyInput): ApplyTask[] {
  const { app, plan } = input;
  const tasks = app.objects.flatMap((object): ApplyTask[] => {
    // What is held waits until its backends are ready.
    const choice = plan.held.has(object.id) ? null : choose(input, app, object);
    return choice === null ? [] : [taskOf(input, app, object, choice)];
  });
  const repairs = plan.keep.flatMap((id): ApplyTask[] => {
    const served = input.served.get(id);
    const choice = served === undefined ? null : choose(input, served.app, { id, digest: served.digest });
    if (served === undefined || choice === null) return [];
    return [{ ...taskOf(input, served.app, { id, digest: served.digest }, choice), isServed: true }];
  });
  return [...tasks, ...repairs];
}

type Content = Pick<BundleObject, 'id' | 'digest' | 'policies'>;

function taskOf(input: ApplyInput, app: BundleApp, { id, digest, policies }: Content, choice: Choice): ApplyTask {
  const update = policies?.find((one) => one.type === 'resource-update');
  const revision = indexOf(app).revisions.get(id) ?? null;
  const isRepair = choice.reason !== toMove && input.entry(id)?.applied === digest;
  const { values: overrides } = overridesOf(input, app, id);
  const how = update === undefined ? {} : { update };
  return { id, app: appKey(app), revision, digest, isRepair, ...how, overrides, ...choice };
}

/** What to do with one object; null = it stays as it is. */
function choose(input: ApplyInput, app: BundleApp, object: Content): Choice | null {
  const entry = input.entry(object.id);
  if (!input.mayChange && entry?.applied !== object.digest) return null;
  const live = input.live.object(object.id);
  // A Job or Pod that came to its end and was removed after it is done.
  if (live === undefined && isFinished(entry, object.digest)) return null;
  // The former one goes first.
  if (madeAnewAfter(entry, object.digest) !== null) return null;
  if (entry === undefined || entry.uid === null) return pendingChoice(input, entry, live);
  if (live === undefined) return unseenChoice(input, entry, object);
  return seenChoice(input, app, { object, entry, live });
}

interface Seen {
  readonly object: Content;
  readonly entry: InventoryEntry;
  readonly live: LiveObject;
}

function seenChoice(input: ApplyInput, app: BundleApp, { object, entry, live }: Seen): Choice | null {
  if (live.uid !== entry.uid) return { action: 'inspect', uid: entry.uid, reason: 'another object has its name now' };
  if (live.registration !== input.registration)
    return { action: 'inspect', uid: entry.uid, reason: 'its owner annotation was changed' };
  if (live.health === 'Terminating') return null;
  const isLeft = indexOf(app).unrepaired.has(object.id);
  const reason = isLeft
    ? leftReason(input, app, { object, entry, live })
    : (differs(object, entry, live) ?? moves(input, app, object.id));
  return reason === null ? null : { action: 'update', uid: live.uid, reason };
}

/** What others changed in the object stays while its content is the same: the replicas that another one set, too. */
function leftReason(input: ApplyInput, app: BundleApp, { object, entry, live }: Seen): string | null {
  return newness(object, entry) ?? (live.replicas?.setBy === 'other' ? null : moves(input, app, object.id));
}

/** Why the live object differs from the applied one; null when it does not. */
function differs(object: Content, entry: InventoryEntry, live: LiveObject): string | null {
  return newness(object, entry) ?? (live.fieldsHash === entry.fieldsHash ? null : drift);
}

function newness({ digest }: Content, { applied }: InventoryEntry): string | null {
  return applied === digest ? null : 'new content';
}

function moves(input: ApplyInput, app: BundleApp, id: ObjectId): string | null {
  return input.mayChange && !overridesOf(input, app, id).isLive ? toMove : null;
}

function pendingChoice(input: ApplyInput, entry: InventoryEntry | undefined, live: LiveObject | undefined): Choice {
  const isOurs = live !== undefined && live.nonce === entry?.nonce && live.registration === input.registration;
  if (isOurs) return { action: 'update', uid: live.uid, reason: 'its creation was under way' };
  return { action: 'create', uid: null, reason: 'new' };
}

function unseenChoice(input: ApplyInput, entry: InventoryEntry, object: Content): Choice | null {
  if (input.live.isSynced(object.id))
    return { action: 'inspect', uid: entry.uid, reason: 'not there, or its label was removed' };
  // Not listed yet.
  if (entry.applied === object.digest) return null;
  return { action: 'update', uid: entry.uid, reason: 'new content' };
}

/**
 * True where a value is the live one, or nothing is known of that; and where a webhook or an admission policy answered it with the
 * live one: sending it again would change nothing.
 */
function isLiveValue(
  entry: InventoryEntry | undefined,
  { pointer, value, live }: { readonly pointer: string; readonly value: number; readonly live: number | undefined },
): boolean {
  if (live === undefined || live === value) return true;
  const found = entry?.rewritten?.find((one) => one.pointer === pointer);
  return found !== undefined && found.ours === String(value) && found.theirs === String(live);
}

const nothingOver = { values: [], isLive: true } as const;

/** The values to put over an object's text, and whether they are live already. */
function overridesOf(
  { plan, live, entry }: ApplyInput,
  app: BundleApp,
  id: ObjectId,
): { readonly values: ApplyTask['overrides']; readonly isLive: boolean } {
  const wanted = plan.replicas.get(id);
  if (wanted !== undefined) {
    const pointer = app.replicas.find((one) => one.id === id)?.pointer ?? replicasPointer;
    const spec = live.object(id)?.replicas?.spec;
    const isLive = isLiveValue(entry(id), { pointer, value: wanted, live: spec });
    return { values: [{ pointer, value: wanted }], isLive };
  }
  const weights = plan.weights.get(id);
  const traffic = weights === undefined ? undefined : app.traffic.find((one) => one.id === id);
  if (traffic === undefined || weights === undefined) return nothingOver;
  const routes = live.object(id)?.routes ?? null;
  const values = traffic.targets.flatMap(({ pointer, rule, service }, index) => {
    const value = weights[index];
    if (pointer === undefined || value === undefined) return [];
    const backends = routes?.filter((route) => route.rule === rule && route.service === service) ?? [];
    const only = backends.length === 1 ? backends[0]?.weight : undefined;
    const isLive = isLiveValue(entry(id), { pointer, value, live: only });
    return [{ pointer, value, isLive }];
  });
  return {
    values: values.map(({ pointer, value }) => ({ pointer, value })),
    isLive: values.every((one) => one.isLive),
  };
}
