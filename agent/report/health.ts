import type { AppOutcome, Outcome } from '../model/outcome.ts';
import { indexOf } from '../model/app-index.ts';
import { isWorkload } from '../../shared/model/kinds.ts';
import type { AppPlan } from '../model/plan.ts';
import type { Live, LiveObject } from '../model/live.ts';
import {
  isFinished,
  madeAnewAfter,
  waitsForFormer,
  type Finish,
  type Inventory,
  type InventoryEntry,
} from '../model/inventory.ts';
import { rewrittenText } from '../model/rewritten.ts';
import type { Row } from '../model/rows.ts';
import { worstHealth, type AppHealth, type ObjectHealth } from '../../shared/model/health.ts';
import { groupKindOf, parseObjectId, type GroupKind, type ObjectId } from '../../shared/model/object.ts';
import type { Code } from '../../shared/errors.ts';
import { givesUpText } from '../../shared/model/time-left.ts';
import { faultsText } from './faults.ts';
import { outageOf } from './outage.ts';
import type { BundleApp, BundleObject } from '../../shared/wire/revision.ts';

/** The observed health of one application, with counts and a message. */
export interface AppHealthView {
  readonly health: AppHealth;
  readonly message: string;
  readonly total: number;
  readonly current: number;
  readonly bad: readonly { readonly id: ObjectId; readonly health: ObjectHealth; readonly message: string }[];
}

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

const ofObject: Readonly<Record<ObjectHealth, AppHealth>> = {
  Current: 'Healthy',
  InProgress: 'Progressing',
  Failed: 'Degraded',
  Terminating: 'Progressing',
  NotFound: 'Progressing',
  Unknown: 'Unknown',
};

/**
 * The health of an application on this cluster: the worst of its objects, of its change (blocked is Degraded), of its faults,
 * and of the site's hold. The message is `Ready:1/1` (ready of wanted pods), followed by the first thing that is not well,
 * by what something else keeps changing, and by what is left for people to do.
 */
export function appHealth(
  outcome: Pick<Outcome, 'mode' | 'inventory'>,
  one: AppOutcome,
  facts: HealthFacts,
): AppHealthView {
  const { app, plan, skipped } = one;
  const { live, faults, fights } = facts;
  const ids = idsOf(app);
  const verdicts = new Map(
    (app?.objects ?? []).map((object) => [object.id, verdictOf(outcome, facts, object)] as const),
  );
  const bad = [...verdicts].flatMap(([id, verdict]) => (verdict.health === 'Current' ? [] : [{ id, ...verdict }]));
  const counts = { total: ids.length, current: ids.length - bad.length, bad };
  if (plan === null) return { health: 'Held', message: `skipped: ${skipped ?? 'not selected'}`, ...counts };
  const isOpen = plan.phase !== 'settled';
  const hold = holdOn(outcome, one, isOpen);
  const outage = outageOf(live, outcome.inventory, one);
  const words: AppHealth[] = bad.map(({ health }) => ofObject[health]);
  const isDegraded = [outage !== null, faults.length > 0, plan.blocked !== null].includes(true);
  if (isDegraded) words.push('Degraded');
  if (hold !== null) words.push('Held');
  if (isOpen) words.push('Progressing');
  const why = [
    blockedText(plan.blocked, facts.explanation),
    faultsText(faults),
    hold,
    unlistedText(bad, facts),
    waitText(plan.reason, bad, facts),
    ...bad.map(textOf),
  ].find((text) => text !== null && text !== '');
  const fought = ids
    .flatMap((id) => (fights.has(id) ? [`${nameOf(id)}: ${fights.get(id) ?? ''}`] : []))
    .filter((text) => why?.includes(text) !== true);
  const rewritten = ids
    .flatMap((id) => rewrittenOf(outcome.inventory, id))
    .filter((text) => why?.includes(text) !== true);
  const current = new Set(ids.filter((id) => verdicts.get(id)?.health === 'Current'));
  const isOwn = (one: BundleObject) => madeAnewAfter(outcome.inventory.get(one.id), one.digest) === null;
  const ready = `Ready:${readyText(live, app, { current, isOwn })}`;
  const message = [
    outage ?? '',
    why ?? '',
    ...fought,
    ...rewritten,
    hold === null ? unrepairedText(plan) : '',
    ...remarksOn(live, ids),
  ]
    .filter((part) => part !== '')
    .join('; ');
  return { health: worstHealth(words), message: `${ready} ${message}`.trimEnd(), ...counts };
}

/** The hold that keeps an application from going on; a delivery that goes on in spite of it is not held. */
function holdOn({ mode }: Pick<Outcome, 'mode'>, { stage }: AppOutcome, isOpen: boolean): string | null {
  return isOpen && stage?.mayChange !== true ? mode.hold : null;
}

/** Why it is not known how the first object is whose kind cannot be listed. */
function unlistedText(bad: AppHealthView['bad'], facts: HealthFacts): string | null {
  const unlisted = bad.find(({ id }) => isUnlisted(facts, id));
  return unlisted === undefined ? null : textOf(unlisted);
}

function textOf({ id, message }: { readonly id: ObjectId; readonly message: string }): string {
  return `${nameOf(id)}: ${message}`;
}

/** What is not repaired until a change is done, because the agent was restarted in the middle of it. */
function unrepairedText({ phase, unrepaired = [] }: AppPlan): string {
  if (phase === 'settled' || unrepaired.length === 0) return '';
  const more = unrepaired.length > shownUnrepaired ? ` and ${unrepaired.length - shownUnrepaired} more` : '';
  const names = unrepaired.slice(0, shownUnrepaired).map(nameOf).join(', ');
  return `changed or deleted by others, and not repaired before this change is done (the agent was restarted in it): ${names}${more}`;
}

const shownUnrepaired = 3;

/** What is left for people to do on objects that are as they should be. */
function remarksOn(live: Live, ids: readonly ObjectId[]): string[] {
  return ids.flatMap((id) => {
    const { health, remark } = live.object(id) ?? {};
    return remark === undefined || health !== 'Current' ? [] : [`${nameOf(id)}: ${remark}`];
  });
}

/** What admission made of an object. */
function rewrittenOf(inventory: Inventory, id: ObjectId): string[] {
  const fields = inventory.get(id)?.rewritten;
  return fields === undefined ? [] : [`${nameOf(id)}: ${rewrittenText(fields)}`];
}

function idsOf(app: BundleApp | null): ObjectId[] {
  return (app?.objects ?? []).map(({ id }) => id);
}

/** Why a change is blocked: the reason of a pod where there is one, else of the workload. */
function blockedText(blocked: AppPlan['blocked'], explanation: string | null): string | null {
  if (blocked === null) return null;
  return explanation === null || explanation === '' ? blocked.reason : `${blocked.what}: ${explanation}`;
}

/** The reason of the phase, why pods do not start, claims that have no volume, and when a wait for them ends. */
function waitText(reason: string, bad: AppHealthView['bad'], { explanation, givesUpAt }: HealthFacts): string {
  const claims = bad.filter(({ id }) => groupKindOf(id) === '/PersistentVolumeClaim');
  const why = [
    reason,
    explanation ?? '',
    ...claims.slice(0, 1).map((one) => `${nameOf(one.id)}: ${one.message}`),
  ].filter((part) => part !== '');
  return [...(why.length > 0 ? [why.join(': ')] : []), ...(givesUpAt === null ? [] : [givesUpText(givesUpAt)])].join(
    '; ',
  );
}

interface Verdict {
  readonly health: ObjectHealth;
  readonly message: string;
}

function verdictOf({ inventory }: Pick<Outcome, 'inventory'>, facts: HealthFacts, wanted: BundleObject): Verdict {
  const { id, digest } = wanted;
  const object = facts.live.object(id);
  const entry = inventory.get(id);
  // The answer to a write of ours says how it was then: while its kind cannot be listed, that is all that is known.
  if (object !== undefined && !isUnlisted(facts, id)) return shownVerdict(object, madeAnewAfter(entry, digest));
  if (isFinished(entry, digest)) return finished[entry?.finished?.how ?? 'unseen'];
  return unseenVerdict(facts, id, entry);
}

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

function isUnlisted({ live, troubles }: HealthFacts, id: ObjectId): boolean {
  return troubles?.has(groupKindOf(id)) === true && !live.isSynced(id);
}

const notYet: Verdict = { health: 'NotFound', message: 'not there yet' };

/** What ran to its end and was removed after it. */
const finished: Readonly<Record<Finish['how'], Verdict>> = {
  completed: { health: 'Current', message: 'completed, and removed since' },
  failed: { health: 'Failed', message: 'failed, and was removed since: change it to have it run again' },
  unseen: { health: 'Current', message: 'removed after its end' },
};

/** Ready of wanted pods; objects that are current of all where nothing runs pods. */
function readyText(
  live: Live,
  app: BundleApp | null,
  { current, isOwn }: { readonly current: ReadonlySet<ObjectId>; readonly isOwn: (object: BundleObject) => boolean },
): string {
  const ids = idsOf(app);
  const wanted = app === null ? new Map<ObjectId, number>() : indexOf(app).replicas;
  // The pods of what another application left are none of this one's.
  const scaled = (app?.objects ?? []).flatMap((one) =>
    replicasOf(isOwn(one) ? live.object(one.id) : undefined, wanted.get(one.id), one.id),
  );
  if (scaled.length > 0) {
    const ready = scaled.reduce((sum, one) => sum + Math.min(one.ready, one.wanted), 0);
    return `${ready}/${scaled.reduce((sum, one) => sum + one.wanted, 0)}`;
  }
  return `${current.size}/${ids.length}`;
}

function replicasOf(live: LiveObject | undefined, wanted: number | undefined, id: ObjectId) {
  const replicas = live?.replicas ?? null;
  if (replicas === null) return wanted === undefined || !isWorkload(id) ? [] : [{ wanted, ready: 0 }];
  return [{ wanted: wanted ?? replicas.spec, ready: replicas.ready }];
}

function nameOf(id: ObjectId): string {
  const { kind, name } = parseObjectId(id);
  return `${kind}/${name}`;
}
