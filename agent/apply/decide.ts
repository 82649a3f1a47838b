import { indexOf } from '../model/appindex.ts';
import type { InventoryEntry } from '../model/inventory.ts';
import type { Live, LiveObject } from '../model/live.ts';
import type { AppPlan, ApplyTask } from '../model/plan.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { BundleApp, BundleObject } from '../../shared/wire/revision.ts';
import { appKey } from '../../shared/wire/bundle.ts';

export interface ApplyInput {
  readonly app: BundleApp;
  readonly plan: AppPlan;
  readonly entry: (id: ObjectId) => InventoryEntry | undefined;
  readonly live: Live;
  readonly registration: string;
  /** False = only what was applied before, with this very content, may be repaired. */
  readonly mayChange: boolean;
}

/** The reason of a repair. */
export const drift = 'fields of ours were changed';

type Choice = Pick<ApplyTask, 'action' | 'uid' | 'reason'>;

const keep = (reason: string): Choice => ({ action: 'keep', uid: null, reason });

/** What is to be done for each object of an application now; pure, from what is inventoried and what the watches show. */
export function decideApply(input: ApplyInput): ApplyTask[] {
  const { revisions } = indexOf(input.app);
  const app = appKey(input.app);
  return input.app.objects.map((object) => {
    const overrides = overridesOf(input, object.id);
    return {
      id: object.id,
      app,
      revision: revisions.get(object.id) ?? null,
      digest: object.digest,
      overrides: overrides.values,
      ...choose(input, object, overrides.isLive),
    };
  });
}

function choose(input: ApplyInput, object: BundleObject, isOverrideLive: boolean): Choice {
  const entry = input.entry(object.id);
  if (input.plan.held.has(object.id)) return keep('waits until what it leads to is ready');
  if (!input.mayChange && entry?.applied !== object.digest) return keep('changes are held');
  const live = input.live.object(object.id);
  if (entry === undefined || entry.uid === null) return pendingChoice(input, entry, live);
  if (live === undefined) return unseenChoice(input, entry, object);
  if (live.uid !== entry.uid) return { action: 'look', uid: entry.uid, reason: 'another object has its name now' };
  if (live.registration !== input.registration)
    return { action: 'look', uid: entry.uid, reason: 'its owner annotation was changed' };
  return seenChoice(input, { object, entry, live, isOverrideLive });
}

interface Seen {
  readonly object: BundleObject;
  readonly entry: InventoryEntry;
  readonly live: LiveObject;
  readonly isOverrideLive: boolean;
}

function seenChoice(input: ApplyInput, { object, entry, live, isOverrideLive }: Seen): Choice {
  if (live.health === 'Terminating') return keep('being deleted');
  const isMoved = !isOverrideLive && input.mayChange;
  const reason = differs(object, entry, live) ?? (isMoved ? 'replicas or weights to move' : null);
  return reason === null ? keep('unchanged') : { action: 'update', uid: live.uid, reason };
}

/** What is not as it was applied; null when all is. */
function differs(object: BundleObject, entry: InventoryEntry, live: LiveObject): string | null {
  if (entry.applied !== object.digest) return 'new content';
  return live.fieldsHash === entry.fieldsHash ? null : drift;
}

function pendingChoice(input: ApplyInput, entry: InventoryEntry | undefined, live: LiveObject | undefined): Choice {
  const isOurs = live !== undefined && live.nonce === entry?.nonce && live.registration === input.registration;
  if (isOurs) return { action: 'update', uid: live.uid, reason: 'its creation was under way' };
  return { action: 'create', uid: null, reason: 'new' };
}

function unseenChoice(input: ApplyInput, entry: InventoryEntry, object: BundleObject): Choice {
  if (input.live.isSynced(object.id))
    return { action: 'look', uid: entry.uid, reason: 'not there, or its label was removed' };
  if (entry.applied === object.digest) return keep('not listed yet');
  return { action: 'update', uid: entry.uid, reason: 'new content' };
}

/** The values to put over an object's text, and whether they are live already. */
function overridesOf(
  input: ApplyInput,
  id: ObjectId,
): { readonly values: ApplyTask['overrides']; readonly isLive: boolean } {
  const { app, plan, live } = input;
  const wanted = plan.replicas.get(id);
  const replicas = wanted === undefined ? undefined : app.replicas.find((one) => one.id === id);
  if (replicas !== undefined && wanted !== undefined) {
    const spec = live.object(id)?.replicas?.spec;
    return { values: [{ pointer: replicas.pointer, value: wanted }], isLive: spec === undefined || spec === wanted };
  }
  const traffic = app.traffic.find((one) => one.id === id);
  const weights = plan.weights.get(id);
  if (traffic === undefined || weights === undefined) return { values: [], isLive: true };
  const routes = live.object(id)?.routes ?? null;
  const values = traffic.targets.flatMap(({ pointer, rule, service }, index) => {
    const value = weights[index];
    if (pointer === undefined || value === undefined) return [];
    const ways = routes?.filter((route) => route.rule === rule && route.service === service) ?? [];
    return [{ pointer, value, isLive: routes === null || ways.length !== 1 || ways[0]?.weight === value }];
  });
  return {
    values: values.map(({ pointer, value }) => ({ pointer, value })),
    isLive: values.every((one) => one.isLive),
  };
}
