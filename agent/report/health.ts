import type { AppOutcome, Outcome } from '../model/outcome.ts';
import { indexOf } from '../model/app-index.ts';
import { isWorkload } from '../../shared/model/kinds.ts';
import type { AppPlan } from '../model/plan.ts';
import type { Live, LiveObject } from '../model/live.ts';
import { readsOf } from '../model/reads.ts';
import { madeAnewAfter, type Inventory } from '../model/inventory.ts';
import { rewrittenText } from '../model/rewritten.ts';
import { worstHealth, type AppHealth, type ObjectHealth } from '../../shared/model/health.ts';
import { groupKindOf, parseObjectId, type ObjectId } from '../../shared/model/object.ts';
import { givesUpText } from '../../shared/model/time-left.ts';
import { faultsText } from './faults.ts';
import { isUnlisted, verdictOf, verdictOfRead, type HealthFacts } from './verdicts.ts';
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
  const verdicts = new Map([
    ...(app?.objects ?? []).map((object) => [object.id, verdictOf(outcome, facts, object)] as const),
    ...readsOf(app).map(({ id }) => [id, verdictOfRead(facts, id)] as const),
  ]);
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
  return [...(app?.objects ?? []), ...readsOf(app)].map(({ id }) => id);
}

/** Why a change is blocked: the reason of a pod where there is one, else of the workload. */
function blockedText(blocked: AppPlan['blocked'], explanation: string | null): string | null {
  if (blocked === null) return null;
  return explanation === null || explanation === '' ? blocked.reason : `${blocked.what}: ${explanation}`;
}

/** The reason of the phase, why pods do not start, claims that have no volume, else what is not well, and when a wait for it ends. */
function waitText(reason: string, bad: AppHealthView['bad'], { explanation, givesUpAt }: HealthFacts): string {
  const claims = bad.filter(({ id }) => groupKindOf(id) === '/PersistentVolumeClaim');
  const known = [reason, explanation ?? '', ...claims.slice(0, 1).map(textOf)].filter((part) => part !== '');
  const why = known.length > 0 ? [known.join(': ')] : bad.slice(0, 1).map(textOf);
  return [...why, ...(givesUpAt === null ? [] : [givesUpText(givesUpAt)])].join('; ');
}

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
