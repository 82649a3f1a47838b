import type { AppOutcome } from '../model/outcome.ts';
import type { Fault } from '../model/rows.ts';
import type { AgentSettings } from '../model/deps.ts';
import { indexOf } from '../model/app-index.ts';
import { indexOfInventory } from '../model/inventory-index.ts';
import { madeAnewAfter, type Inventory, type InventoryEntry } from '../model/inventory.ts';
import type { Live } from '../model/live.ts';
import type { Identity } from '../model/site.ts';
import type { Code } from '../../shared/errors.ts';
import type { GroupKind, ObjectId } from '../../shared/model/object.ts';
import { providerOf } from '../../shared/model/traffic.ts';
import { formats } from '../../shared/wire/formats.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import { type AgentReport, type ReportApp, type ReportRevision } from '../../shared/wire/report.ts';
import { untilChanged } from '../model/until-changed.ts';
import { appHealth } from './health.ts';
import { copyRevisions } from './copies.ts';
import { leavingRevisions } from './leaving.ts';
import { observationsOf } from './observations.ts';
import { conditionsOf, type ConditionsInput } from './conditions.ts';
import { blockedDeletions } from './blocked-deletions.ts';
import type { HealthFacts } from './verdicts.ts';

/** Everything that a report is made of: only rows and observed facts. */
export interface ReportInput extends ConditionsInput {
  readonly live: Live;
  /** Kinds that cannot be listed now, and why. */
  readonly troubles?: ReadonlyMap<GroupKind, { readonly code: Code; readonly message: string }>;
  readonly identity: Identity;
  readonly settings: Pick<AgentSettings, 'version'>;
  readonly cluster: {
    readonly kubernetes: string;
    readonly capabilities: readonly string[];
    readonly clusterUid: string;
  };
  readonly faults: ReadonlyMap<ObjectId, Pick<Fault, 'row'>>;
  /** Objects that something else keeps changing, and how. */
  readonly fights: ReadonlyMap<ObjectId, string>;
  readonly explanations: ReadonlyMap<string, { readonly text: string }>;
  /** Since when applications wait for pods, by the monotonic clock, whose time is `monotonic`. */
  readonly progress: ReadonlyMap<string, { readonly waitingSince: number | null }>;
  readonly monotonic: number;
}

/** The report of a pass, whole and without its number: both are for its delivery. */
export function buildReport(input: ReportInput): AgentReport {
  const { outcome, identity, cluster } = input;
  const inventory = outcome.inventory;
  const retired = (outcome.bundle?.revision.retired ?? []).map(({ id }) => id);
  // The hub knows what it retired by the ids that it gave.
  const named = (id: ObjectId): ObjectId => outcome.hubIds.get(id) ?? id;
  const reasons = blockedDeletions(outcome, input.faults, input.live);
  const entries = indexOfInventory(inventory).apps;
  return {
    format: formats.report.newest,
    channel: identity.channel,
    registration: identity.registration,
    cluster: identity.cluster,
    sequence: 0,
    issuedAt: new Date(input.now).toISOString(),
    agent: {
      version: input.settings.version,
      kubernetes: cluster.kubernetes,
      capabilities: [...cluster.capabilities],
      clusterUid: cluster.clusterUid,
    },
    accepted: outcome.bundle?.mark ?? null,
    settled: outcome.isSettled && input.agentFault === null,
    conditions: conditionsOf(input),
    apps: outcome.apps.flatMap((app) => reportApp(input, app, [...(entries.get(app.key)?.values() ?? [])])),
    retired: {
      settled: retired.filter((id) => !inventory.has(id)).map(named),
      survivors: outcome.survivors.map(named),
      unexplained: outcome.unexplained.map(named),
      ...(reasons.length > 0 && { reasons }),
    },
  };
}

const appUntilChanged = untilChanged<BundleApp, ReportApp>();

/** What is reported of an application; what was said last where nothing that it depends on has changed. */
function reportApp(input: ReportInput, outcome: AppOutcome, entries: readonly InventoryEntry[]): ReportApp[] {
  const { app } = outcome;
  if (app === null) return [];
  const { digests } = indexOf(app);
  const { inventory, mode } = input.outcome;
  const faults = [...input.faults.values()].map((fault) => fault.row).filter((row) => digests.has(row.id));
  const fights = new Map([...input.fights].filter(([id]) => digests.has(id)));
  const explanation = input.explanations.get(outcome.key)?.text ?? null;
  const facts = { faults, fights, explanation, givesUpAt: givesUpAt(input, outcome) };
  const services = app.traffic.flatMap(({ id, targets }) =>
    [...targets, ...(input.live.object(id)?.routes ?? [])].map(({ service }) => service),
  );
  const inventoried = [...entries, ...[...digests.keys(), ...services].map((id) => inventory.get(id))];
  const troubles = input.troubles === undefined || input.troubles.size === 0 ? [] : [input.troubles];
  const lists = [faults, [...fights].flat(), inventoried, troubles];
  const inputs = [
    ...[outcome.plan, outcome.skipped, mode.hold, explanation, facts.givesUpAt],
    ...lists.flatMap((list) => [list.length, ...list]),
  ];
  const compute = (live: Live) => appNow({ ...input, live }, outcome, { app, entries, facts });
  return [appUntilChanged({ owner: app, inputs, live: input.live, compute })];
}

interface AppFacts {
  readonly app: BundleApp;
  /** Everything inventoried of it. */
  readonly entries: readonly InventoryEntry[];
  readonly facts: Pick<HealthFacts, 'faults' | 'fights' | 'explanation' | 'givesUpAt'>;
}

function appNow(input: ReportInput, outcome: AppOutcome, { app, entries, facts }: AppFacts): ReportApp {
  const { faults, fights } = facts;
  const seen = appHealth(input.outcome, outcome, {
    live: input.live,
    ...(input.troubles !== undefined && { troubles: input.troubles }),
    ...facts,
  });
  const isSettled = outcome.plan?.phase === 'settled' && faults.length === 0;
  const faulty = faults.map((row) => ({
    id: row.id,
    code: row.fault?.code ?? 'INTERNAL',
    message: row.fault?.message ?? row.reason,
  }));
  const unwell = seen.bad
    .filter((one) => !faults.some((row) => row.id === one.id))
    .map((one) => ({ id: one.id, code: 'UNHEALTHY', message: one.message, health: one.health }));
  const told = new Set([...faulty, ...unwell].map(({ id }) => id));
  const fought = [...fights]
    .filter(([id]) => !told.has(id))
    .map(([id, message]) => ({ id, code: 'FIELD_CONFLICT', message, health: 'Current' }));
  return {
    namespace: app.namespace,
    name: app.name,
    ...(app.target !== undefined && { target: app.target }),
    ...digestsOf(outcome, app, isSettled),
    phase: phaseOf(input, outcome),
    health: seen.health,
    message: seen.message.slice(0, 2_000),
    revisions: revisionsNow(input, outcome, { app, entries }),
    traffic: trafficOf(input.live, input.outcome.inventory, app),
    objects: { total: seen.total, current: seen.current },
    problems: [...faulty, ...unwell, ...fought].slice(0, 50),
    ...deliveryOf(outcome, app, isSettled),
    ...observationsOf(app, {
      live: input.live,
      entry: (id) => input.outcome.inventory.get(id),
      named: (id) => input.outcome.hubIds.get(id) ?? id,
    }),
  };
}

/** What the bundle asks for, and what of it is applied: the stages of a delivery are neither. */
function digestsOf({ stage }: AppOutcome, app: BundleApp, isSettled: boolean): Pick<ReportApp, 'desired' | 'applied'> {
  if (stage === undefined) return { desired: app.digest, applied: isSettled ? app.digest : null };
  const { digest } = stage.wanted;
  return { desired: digest, applied: isSettled && stage.position?.isDone === true ? digest : null };
}

/** How far the delivery is; one without steps, or of a first installation, is done once it is applied. */
function deliveryOf({ stage }: AppOutcome, { delivery }: BundleApp, isSettled: boolean): Pick<ReportApp, 'delivery'> {
  if (stage !== undefined) return { delivery: stage.said };
  if (delivery === undefined) return {};
  const { number, attempt, steps } = delivery;
  return { delivery: { number, attempt, step: steps.length, phase: isSettled ? 'done' : 'running' } };
}

/** When a wait for pods is given up, by the wall clock: then it is blocked, and says so. */
function givesUpAt({ progress, now, monotonic }: ReportInput, { key, app, plan }: AppOutcome): number | null {
  const since = progress.get(key)?.waitingSince ?? null;
  if (app === null || plan === null || !plan.isWaiting || plan.blocked !== null || since === null) return null;
  return now + since + app.health.progressDeadlineSeconds * 1000 - monotonic;
}

function phaseOf(input: ReportInput, { plan, skipped, stage }: AppOutcome): ReportApp['phase'] {
  if (skipped !== null || plan === null) return 'skipped';
  // What a delivery does in spite of the hold is not held.
  const isHeld = input.outcome.mode.hold !== null && stage?.mayChange !== true;
  return isHeld && plan.phase !== 'settled' ? 'held' : plan.phase;
}

/** Replicas of each revision that has pods here, or is to have some. */
function revisionsNow(
  input: ReportInput,
  { stage }: AppOutcome,
  { app, entries }: Pick<AppFacts, 'app' | 'entries'>,
): ReportRevision[] {
  if (stage !== undefined && app.revisions.length === 0) return copyRevisions(input.live, stage);
  return [...revisionsOf(input, app), ...leavingRevisions(input.live, entries, app)];
}

/** Replicas of each revision that runs any; what all revisions share comes from the highest of them, and counts there. */
function revisionsOf({ live, outcome: { inventory } }: ReportInput, app: BundleApp): ReportRevision[] {
  const own = new Set(app.revisions.flatMap(({ objects }) => objects));
  const shared = app.objects.map(({ id }) => id).filter((id) => !own.has(id));
  const highest = Math.max(...app.revisions.map(({ name }) => numberOf(name)));
  const { replicas, digests } = indexOf(app);
  return app.revisions.flatMap(({ name, objects }) => {
    const ids = numberOf(name) === highest ? [...objects, ...shared] : objects;
    const counts = ids.flatMap((id) => {
      const desired = replicas.get(id);
      // What another application left are none of its pods.
      const isOwn = madeAnewAfter(inventory.get(id), digests.get(id)) === null;
      const pods = isOwn ? (live.object(id)?.replicas ?? null) : null;
      if (desired === undefined && pods === null) return [];
      return [{ ready: pods?.ready ?? 0, desired: desired ?? pods?.spec ?? 0 }];
    });
    if (counts.length === 0) return [];
    const ready = counts.reduce((sum, one) => sum + one.ready, 0);
    return [{ name, ready, desired: counts.reduce((sum, one) => sum + one.desired, 0) }];
  });
}

/** The N of `NAME-vN`. */
function numberOf(revision: string): number {
  return Number(/-v(\d+)$/.exec(revision)?.[1] ?? 0);
}

/** The live split of the first rule, in percent by revision; a backend that neither bundle nor inventory names counts under its Service. */
function trafficOf(live: Live, inventory: Inventory, app: BundleApp): ReportApp['traffic'] {
  const [traffic] = app.traffic;
  const routes = traffic === undefined ? null : (live.object(traffic.id)?.routes ?? null);
  if (traffic === undefined || routes === null || !providerOf(traffic.provider).hasWeights) return [];
  const first = routes.filter((route) => route.rule === 0);
  const total = first.reduce((sum, route) => sum + route.weight, 0);
  const byRevision = new Map<string, number>();
  for (const route of first) {
    const target = traffic.targets.find((one) => one.service === route.service);
    const revision = target?.revision ?? ownerOf(route.service, inventory);
    const percent = total === 0 ? 0 : (100 * route.weight) / total;
    byRevision.set(revision, (byRevision.get(revision) ?? 0) + percent);
  }
  return [...byRevision].map(([revision, weight]) => ({ revision, weight: Math.round(weight) }));
}

function ownerOf(service: ObjectId, inventory: Inventory): string {
  return inventory.get(service)?.revision ?? service.slice(service.lastIndexOf('/') + 1);
}
