import { wantedDigests } from '../model/app-index.ts';
import { isMadeSince, madeAnewAfter, type InventoryEntry } from '../model/inventory.ts';
import { readsOf } from '../model/reads.ts';
import type { Fault, Row } from '../model/rows.ts';
import type { Code } from '../../shared/errors.ts';
import { isProtected } from '../../shared/model/kinds.ts';
import { deletionLimit, deletionWindowMs } from '../../shared/model/limits.ts';
import { appKey, changeDigest } from '../../shared/wire/bundle.ts';
import type { RetiredObject, Revision } from '../../shared/wire/revision.ts';
import { byCodeUnit } from '../../shared/lib/order.ts';
import { groupKindOf, type GroupKind, type ObjectId } from '../../shared/model/object.ts';

/** What deletions are decided from. */
export interface PruneInput {
  readonly revision: Revision;
  /** The hub's ids of objects whose id here is another one: approvals name those. */
  readonly hubIds: ReadonlyMap<ObjectId, ObjectId>;
  readonly inventory: ReadonlyMap<ObjectId, InventoryEntry>;
  /** Deletions that were counted, oldest first. */
  readonly deletions: readonly { readonly at: number; readonly count: number }[];
  /** Ids that are counted already, because their deletion has begun. */
  readonly counted: ReadonlySet<ObjectId>;
  /** The time that they are counted in, and how far that is ahead of the machine's clock. */
  readonly now: number;
  readonly ahead?: number;
  /** Why nothing at all may be deleted now; null = it may. */
  readonly stop: string | null;
  /** Why an object of an application must never be deleted here; null = it may. */
  readonly offLimits: (id: ObjectId, app: string) => string | null;
  /** Kinds that cannot be listed now, and why. */
  readonly troubles: ReadonlyMap<GroupKind, { readonly code: Code }>;
  /** Objects that could not be applied or deleted. */
  readonly faults: ReadonlyMap<ObjectId, Pick<Fault, 'digest' | 'isServed'>>;
}

/** What may be deleted, what stays although the bundle does not name it, and why. */
export interface PruneDecision {
  readonly removable: ReadonlySet<ObjectId>;
  /** Objects that stay and are ours no more: the bundle lets go of them. */
  readonly released: ReadonlySet<ObjectId>;
  /** Of the removable, the ones that count against the limit and were not counted yet. */
  readonly toCount: ReadonlySet<ObjectId>;
  readonly kept: readonly Row[];
  readonly unexplained: readonly ObjectId[];
  readonly isLimited: boolean;
  /** What the limit says of what waits, and when that goes; empty while nothing waits for it. */
  readonly limitText: string;
}

type Verdict = 'removable' | { readonly reason: string; readonly isLimit?: boolean };

/**
 * Decides deletions. An object may be deleted when it is inventoried AND absent from the bundle AND retired, or given to another
 * application that it must be made anew for; nothing while `stop`
 * says so; nothing of an application that is not applied in full or not listed in full; protected kinds only with an approval;
 * and without an approval never more than max(10, 20 %) of the objects in 24 h, but for what a delivery made that is taken back: whole
 * applications, in order of name.
 */
export function decidePrune(input: PruneInput): PruneDecision {
  const wanted = wantedDigests(input.revision);
  const retired = new Map(input.revision.retired.map((one) => [one.id, one]));
  const approved = approvedIds(input);
  const serving = servingIds(input.revision);
  const absent = [...input.inventory.values()].filter(({ id }) => !wanted.has(id) && !serving.has(id));
  const spared = new Set(
    input.revision.apps.flatMap((app) => [...(app.kept ?? []), ...readsOf(app)].map(({ id }) => id)),
  );
  const unexplained = absent.filter((entry) => !retired.has(entry.id) && !spared.has(entry.id));
  // What another application wants now, and cannot be changed into that, is made anew: the bundle itself gives it away.
  const givenAway = [...input.inventory.values()].filter(
    (entry) => madeAnewAfter(entry, wanted.get(entry.id)) !== null && !isProtected(entry.id),
  );
  const { deletable, released } = retiredEntries(absent, retired, input.stop);
  const candidates = [...deletable, ...givenAway];
  const free = new Set([...approved, ...takenBackIds(input, retired)]);
  const beyond = beyondLimit(input, candidates, free);
  const incomplete = incompleteApps(input);
  const judge = (entry: InventoryEntry): Verdict => {
    if (input.stop !== null) return { reason: input.stop };
    const objection = input.offLimits(entry.id, entry.app) ?? incomplete.get(entry.app) ?? null;
    if (objection !== null) return { reason: objection };
    if (isProtected(entry.id) && !approved.has(entry.id))
      return { reason: 'its kind is protected: deleting it needs an approval' };
    if (beyond.ids.has(entry.id)) return { reason: beyond.text, isLimit: true };
    return 'removable';
  };
  const judged = candidates.map((entry) => ({ entry, verdict: judge(entry) }));
  const isLimited = judged.some(({ verdict }) => verdict !== 'removable' && verdict.isLimit === true);
  const removable = new Set(judged.filter(({ verdict }) => verdict === 'removable').map(({ entry }) => entry.id));
  return {
    removable,
    released,
    toCount: new Set(
      candidates
        .filter((entry) => removable.has(entry.id) && counts(input, entry, free) && !input.counted.has(entry.id))
        .map((entry) => entry.id),
    ),
    kept: judged.flatMap(({ entry, verdict }) => (verdict === 'removable' ? [] : [keptRow(entry, verdict.reason)])),
    unexplained: unexplained.map((entry) => entry.id).sort(byCodeUnit),
    isLimited,
    limitText: isLimited ? beyond.text : '',
  };
}

/** What serves until a delivery is done: it is in the bundle, too. */
function servingIds({ apps }: Pick<Revision, 'apps'>): ReadonlySet<ObjectId> {
  const delivered = apps.filter(({ delivery }) => delivery !== undefined);
  return new Set(delivered.flatMap(({ from }) => (from?.objects ?? []).map(({ id }) => id)));
}

/** The entries that are to be deleted, and the ids that are let go of, unless nothing of that may be done now. */
function retiredEntries(
  absent: readonly InventoryEntry[],
  retired: ReadonlyMap<ObjectId, RetiredObject>,
  stop: string | null,
): { readonly deletable: readonly InventoryEntry[]; readonly released: ReadonlySet<ObjectId> } {
  // What a delivery took over was there before it: it stays when that goes back.
  const isReleased = ({ id, adopted }: InventoryEntry): boolean =>
    retired.get(id)?.how === 'release' || (adopted === true && retired.get(id)?.delivery !== undefined);
  const named = absent.filter((entry) => retired.has(entry.id));
  const released = stop === null ? named.filter(isReleased).map(({ id }) => id) : [];
  return {
    deletable: named.filter((entry) => !isReleased(entry)),
    released: new Set(released),
  };
}

/** Applications with an object that is not applied, or of a kind that cannot be listed: nothing of theirs is deleted. */
function incompleteApps({ inventory, troubles, faults }: PruneInput): ReadonlyMap<string, string> {
  const incomplete = new Map<string, string>();
  for (const entry of inventory.values()) {
    const kind = groupKindOf(entry.id);
    const trouble = troubles.get(kind);
    // A kind that is not served has no objects: the list can hide none.
    if (trouble !== undefined && trouble.code !== 'KIND_UNKNOWN') incomplete.set(entry.app, `${kind} cannot be listed`);
    const fault = faults.get(entry.id);
    if (fault !== undefined && fault.digest !== null && fault.isServed !== true)
      incomplete.set(entry.app, 'an object of its application is not applied');
  }
  return incomplete;
}

/**
 * What is free (approved, or brought by a delivery that is taken back) does not count against the limit, nor what was never created,
 * nor what is of a revision that another one replaces, nor what is made anew for another application.
 */
function counts(input: PruneInput, entry: InventoryEntry, free: ReadonlySet<ObjectId>): boolean {
  if (free.has(entry.id) || entry.uid === null || entry.handover?.refused !== undefined) return false;
  if (entry.revision === null) return true;
  const app = input.revision.apps.find((one) => appKey(one) === entry.app);
  return app === undefined || app.revisions.length === 0;
}

/**
 * Objects that the very delivery made which the bundle takes back, of applications that stay, and are told no later one. The inventory says
 * so, not the bundle: what was there before, what another delivery made, or what a later one wanted, too (`withPending`), counts whatever
 * the hub names it after. It cannot tell that the newest delivery goes back for no reason: what that made is free.
 */
function takenBackIds(
  { inventory, revision }: Pick<PruneInput, 'inventory' | 'revision'>,
  retired: ReadonlyMap<ObjectId, RetiredObject>,
): ObjectId[] {
  const staying = new Map(
    revision.apps.flatMap((app) => (app.objects.length > 0 ? [[appKey(app), app] as const] : [])),
  );
  return [...retired.values()].flatMap(({ id, delivery }) => {
    const entry = delivery === undefined ? undefined : inventory.get(id);
    const app = entry?.delivery === delivery ? staying.get(entry?.app ?? '') : undefined;
    return entry !== undefined && app !== undefined && isMadeSince(entry, app, app.delivery?.number ?? 0) ? [id] : [];
  });
}

interface BeyondLimit {
  readonly ids: ReadonlySet<ObjectId>;
  /** The limit in words, with when what is beyond it goes. */
  readonly text: string;
}

function beyondLimit(
  input: PruneInput,
  candidates: readonly InventoryEntry[],
  free: ReadonlySet<ObjectId>,
): BeyondLimit {
  const recent = input.deletions.filter((one) => one.at > input.now - deletionWindowMs);
  const begun = recent.reduce((sum, one) => sum + one.count, 0);
  const limit = deletionLimit(input.inventory.size + begun);
  const open = candidates.filter((entry) => counts(input, entry, free) && !input.counted.has(entry.id));
  const ids = new Set<ObjectId>();
  let spent = begun;
  let smallest = Infinity;
  for (const app of [...new Set(open.map((entry) => entry.app))].sort(byCodeUnit)) {
    const own = open.filter((entry) => entry.app === app).map((entry) => entry.id);
    if (spent + own.length > limit) {
      for (const id of own) ids.add(id);
      smallest = Math.min(smallest, own.length);
    } else spent += own.length;
  }
  const limited = `the limit of deletions is reached: ${limit} objects in 24 h without an approval`;
  const at = liftedAt(recent, begun + smallest - limit);
  if (at === null) return { ids, text: `${limited}; these are more than that at once` };
  return { ids, text: `${limited}; the next go by themselves at ${new Date(at - (input.ahead ?? 0)).toISOString()}` };
}

/** When so many of the counted deletions are older than 24 hours; null when they never are enough. */
function liftedAt(recent: PruneInput['deletions'], excess: number): number | null {
  let left = excess;
  for (const { at, count } of recent) {
    left -= count;
    if (left <= 0) return at + deletionWindowMs;
  }
  return null;
}

/** Ids whose retirement names an approval of this bundle that covers them; verify checked who signed it. */
function approvedIds({ revision, hubIds }: Pick<PruneInput, 'revision' | 'hubIds'>): ReadonlySet<ObjectId> {
  const { channel, registration } = revision;
  const approvals = new Map(
    revision.approvals
      .filter(({ change, generation, ids }) => change === changeDigest({ channel, registration, generation, ids }))
      .map((approval) => [approval.change, new Set(approval.ids)] as const),
  );
  return new Set(
    revision.retired
      .filter(
        ({ id, approval }) => approval !== undefined && approvals.get(approval)?.has(hubIds.get(id) ?? id) === true,
      )
      .map(({ id }) => id),
  );
}

function keptRow(entry: InventoryEntry, reason: string): Row {
  return { id: entry.id, app: entry.app, action: 'kept', reason };
}
