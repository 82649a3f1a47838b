import type { Code } from '../../shared/errors.ts';
import type { ObjectHealth } from '../../shared/model/health.ts';
import { groupKindOf, type GroupKind, type ObjectId } from '../../shared/model/object.ts';
import type { BundleObject } from '../../shared/wire/revision.ts';
import { isFinished, madeAnewAfter, waitsForFormer, type Finish, type InventoryEntry } from '../model/inventory.ts';
import type { Live, LiveObject } from '../model/live.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Row } from '../model/rows.ts';

/** What the health of an application is read from, beside its plan. */
export interface HealthFacts {
  readonly live: Live;
  /** Kinds that cannot be listed now, and why. */
  readonly troubles?: ReadonlyMap<GroupKind, { readonly code: Code; readonly message: string }>;
  readonly faults: readonly Row[];
  /** Objects that something else keeps changing, and how. */
  readonly fights: ReadonlyMap<ObjectId, string>;
  /** Why its pods do not start, as they said; null = they were not asked. */
  readonly explanation: string | null;
  /** When its wait for pods is given up (milliseconds since the epoch); null when it waits for none. */
  readonly givesUpAt: number | null;
}

/** How well one object is. */
export interface Verdict {
  readonly health: ObjectHealth;
  readonly message: string;
}

/** Of an object that its application writes. */
export function verdictOf(
  { inventory }: Pick<Outcome, 'inventory'>,
  facts: HealthFacts,
  wanted: BundleObject,
): Verdict {
  const { id, digest } = wanted;
  const object = facts.live.object(id);
  const entry = inventory.get(id);
  // The answer to a write of ours says how it was then: while its kind cannot be listed, that is all that is known.
  if (object !== undefined && !isUnlisted(facts, id)) return shownVerdict(object, madeAnewAfter(entry, digest));
  if (isFinished(entry, digest)) return finished[entry?.finished?.how ?? 'unseen'];
  return unseenVerdict(facts, id, entry);
}

/** Of an object that its application only reads: it must be there. */
export function verdictOfRead(facts: HealthFacts, id: ObjectId): Verdict {
  const object = facts.live.object(id);
  if (object !== undefined) return shownVerdict(object, null);
  return facts.live.isSynced(id) ? missing : unlisted(facts, id);
}

const missing: Verdict = { health: 'Failed', message: 'not there: it is only read, and must be made by others' };

/** Of an object that the watches do not show. */
function unseenVerdict(facts: HealthFacts, id: ObjectId, entry: InventoryEntry | undefined): Verdict {
  const { live, fights } = facts;
  if (!live.isSynced(id)) return (entry?.uid ?? null) === null ? notYet : unlisted(facts, id);
  const fight = fights.get(id);
  // While another manager keeps the label away that the watches select by, an object may well be there.
  return { health: isThereUnseen(entry, fight) ? 'Unknown' : 'NotFound', message: fight ?? 'not there' };
}

function shownVerdict({ health, message }: LiveObject, former: string | null): Verdict {
  return former === null ? { health, message } : { health: 'InProgress', message: waitsForFormer(former) };
}

function isThereUnseen(entry: InventoryEntry | undefined, fight: string | undefined): boolean {
  return fight !== undefined && entry !== undefined && entry.uid !== null;
}

/** What was made, and is not shown now: its kind is not listed yet, or cannot be. */
function unlisted({ troubles }: HealthFacts, id: ObjectId): Verdict {
  const trouble = troubles?.get(groupKindOf(id));
  if (trouble === undefined) return { health: 'Unknown', message: 'not listed yet' };
  const hint = trouble.code === 'FORBIDDEN' ? '; let the agent list and watch this kind' : '';
  return { health: 'Unknown', message: `not known: ${trouble.message}${hint}` };
}

/** True where its kind cannot be listed now. */
export function isUnlisted({ live, troubles }: HealthFacts, id: ObjectId): boolean {
  return troubles?.has(groupKindOf(id)) === true && !live.isSynced(id);
}

const notYet: Verdict = { health: 'NotFound', message: 'not there yet' };

/** What ran to its end and was removed after it. */
const finished: Readonly<Record<Finish['how'], Verdict>> = {
  completed: { health: 'Current', message: 'completed, and removed since' },
  failed: { health: 'Failed', message: 'failed, and was removed since: change it to have it run again' },
  unseen: { health: 'Current', message: 'removed after its end' },
};
