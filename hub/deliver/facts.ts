import { oncePerValue } from '../../shared/lib/memo.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { AgentReport, ReportApp } from '../../shared/wire/report.ts';
import type { BundleApp, Revision } from '../../shared/wire/revision.ts';
import { unitKey } from '../model/delivery.ts';
import { applicationOf } from '../model/assignments.ts';
import type { ContentOf } from './deployment.ts';
import type { Site } from '../model/fleet.ts';
import type { Labels } from '../../shared/model/selector.ts';
import { keepsContent, type Hold } from '../model/hold.ts';
import type { ClusterRecord } from '../model/registry.ts';
import type { Assignment } from '../model/rendered.ts';
import type { ReceivedReport, Reports } from '../model/reports.ts';
import type { State } from '../model/state.ts';
import type { JudgedBy } from '../model/health.ts';
import { withVerdict } from './judged.ts';
import { reportedApps } from './observed.ts';
import type { PartMemory } from './parts.ts';
import type { UnitReport } from './told.ts';
import type { DeliveryUnit, Listening } from './unit.ts';

/** What tells of units. */
export interface UnitFacts {
  readonly state: Pick<State, 'clusters' | 'bundles'>;
  readonly targets: readonly Site[];
  readonly reports: Reports;
  readonly held: Held;
  /** What this process has published of units whose components come one after the other, by `unit cluster`. */
  readonly published?: PartMemory['published'];
  readonly judged: JudgedBy;
  readonly listening: Pick<Listening, 'now' | 'since'>;
}

/** Why units were held in the pass before: by `unit cluster`, and where one of the two is missing, all of the other. */
export type Held = ReadonlyMap<string, string>;

/** The holds of a pass by what they hold; those of deliveries, and of what leaves a cluster, are left out. */
export const heldBefore = oncePerValue((holds: readonly Pick<Hold, 'app' | 'cluster' | 'by' | 'reason'>[]): Held => {
  const kept = holds.filter((hold) => hold.by !== 'delivery' && hold.by !== 'move' && keepsContent(hold));
  return new Map(kept.map(({ app, cluster, reason }) => [`${app ?? ''} ${cluster ?? ''}`, reason]));
});

/** The units of an application: one with several revisions on a cluster is one unit there. */
export function unitsFrom(
  facts: UnitFacts,
  assignments: readonly Assignment[],
  contentOf: ContentOf = namesOf,
): readonly DeliveryUnit[] {
  return [...placesIn(assignments).values()].map((own) => unitAt(facts, own, contentOf));
}

/** The assignments of each unit on each cluster. */
export const placesIn = oncePerValue((assignments: readonly Assignment[]) => Map.groupBy(assignments, placeKey));

/** A unit on a cluster, as a text. */
export function placeKey({ unit, cluster }: Pick<Assignment, 'unit' | 'cluster'>): string {
  return `${unit} ${cluster}`;
}

/** A unit as it was found, and what that was made from. */
interface KeptUnit {
  readonly from: readonly unknown[];
  readonly unit: DeliveryUnit;
}

const keptUnits = new WeakMap<Assignment, KeptUnit>();

/** The very same unit for as long as nothing of it is another value: a delivery has one on each cluster of the fleet. */
export function unitAt(facts: UnitFacts, own: readonly Assignment[], contentOf: ContentOf): DeliveryUnit {
  const [assignment] = own as readonly [Assignment, ...Assignment[]];
  const { unit, cluster } = assignment;
  const { state, targets, reports, held, judged, listening, published } = facts;
  const record = state.clusters.get(cluster);
  const received = reports.get(cluster);
  const last = record === undefined ? null : lastOf(facts, record, unit);
  const said = last === null ? undefined : judged(unit, cluster, last.app);
  const labels = targetsByName(targets).get(cluster)?.labels;
  const part = published === undefined || published.size === 0 ? undefined : published.get(`${unit} ${cluster}`);
  const content = last === null ? '' : contentOf(last.app, revisionsOf(own));
  const found = { record, received, last, said, labels, content, hold: holdOn(held, unit, cluster), part };
  const isLate = isPastDeadline(last, said, listening.now);
  const seen = [record, received, last?.app, last?.generation, content];
  const from = [...seen, said, isLate, listening.since, labels, found.hold, part];
  const before = keptUnits.get(assignment);
  if (before?.from.every((value, index) => value === from[index]) === true) return before.unit;
  const made = unitOf(assignment, found, listening);
  // What is still to be evaluated is told with the time of now.
  if (said === 'awaited') keptUnits.delete(assignment);
  else keptUnits.set(assignment, { from, unit: made });
  return made;
}

/** True where a cluster says that it has a content of a unit, or was given it and sends no reports. */
export function hasApplied(facts: UnitFacts, own: readonly Assignment[], content: string): boolean {
  const [{ unit, cluster }] = own as readonly [Assignment, ...Assignment[]];
  const record = facts.state.clusters.get(cluster);
  const last = record === undefined ? null : lastOf(facts, record, unit);
  if (record === undefined || last === null || namesOf(last.app) !== content) return false;
  if (!record.reports) return true;
  const report = facts.reports.get(cluster)?.report;
  return report?.registration === record.registration && reportedApps(report).get(unit)?.applied === last.app.digest;
}

function revisionsOf(own: readonly Assignment[]): readonly string[] {
  return own.map(({ revision }) => revision);
}

/** True where definitions have said no for longer than the application has time. */
function isPastDeadline(last: LastPublished | null, said: FoundUnit['said'], now: number): boolean {
  const since = typeof said === 'object' ? said.unhealthySince : null;
  return last !== null && since !== null && now - since >= last.app.health.progressDeadlineSeconds * 1_000;
}

/** What is known of a unit. */
interface FoundUnit {
  readonly record: ClusterRecord | undefined;
  readonly received: ReceivedReport | undefined;
  readonly last: LastPublished | null;
  readonly said: ReturnType<JudgedBy>;
  readonly labels: Labels | undefined;
  readonly content: string;
  readonly part: string | undefined;
  readonly hold: string | null;
}

/** The namespace that a unit goes to, where that is not its own. */
export function targetOf(unit: string): string | null {
  return unit.split('@')[1] ?? null;
}

const targetsByName = oncePerValue(
  (targets: readonly Site[]) => new Map(targets.map((target) => [target.name, target])),
);

function unitOf(
  { unit, cluster, components }: Assignment,
  { record, received, last, said, labels = {}, hold, part, content }: FoundUnit,
  listening: UnitFacts['listening'],
): DeliveryUnit {
  const target = targetOf(unit);
  const report = record === undefined ? null : reportOf(received, record, unit);
  return {
    key: unitKey(cluster, target),
    cluster,
    target,
    labels,
    ...(components !== undefined && { components }),
    ...(part !== undefined && { part }),
    joinedAt: record === undefined || record.revoked ? Infinity : Date.parse(record.joinedAt),
    reports: record?.reports ?? true,
    published: last === null ? null : publishedOf(last, content),
    report: report === null || last === null ? report : withVerdict(report, last.app, said, listening),
    hold,
  };
}

/** Why a unit is held on a cluster; null = it is not. */
export function holdOn(held: Held, unit: string, cluster: string): string | null {
  if (held.size === 0) return null;
  const app = applicationOf(unit);
  const key = [`${unit} ${cluster}`, `${app} ${cluster}`, `${unit} `, `${app} `, ` ${cluster}`].find((one) =>
    held.has(one),
  );
  return key === undefined ? null : (held.get(key) ?? null);
}

/** What the last bundle of a registration has of a unit. */
interface LastPublished {
  readonly app: BundleApp;
  readonly generation: number;
}

function lastOf({ state }: UnitFacts, record: ClusterRecord, unit: string): LastPublished | null {
  const revision = state.bundles.get(record.name)?.revision;
  if (revision?.registration !== record.registration) return null;
  const app = appsOf(revision).get(unit);
  return app === undefined ? null : { app, generation: revision.generation };
}

function publishedOf({ app, generation }: LastPublished, content: string): DeliveryUnit['published'] {
  const { delivery: told, from } = app;
  const waiting = waitingIn(app);
  return {
    content,
    digest: app.digest,
    generation,
    ...(told !== undefined && {
      delivery: { number: told.number, attempt: told.attempt, hasSteps: from !== undefined },
    }),
    ...(waiting.length > 0 && { waiting }),
  };
}

/** The components that an application has no objects of yet: what takes something of another one always has an order. */
function waitingIn({ dependsOn = {}, objects }: BundleApp): readonly string[] {
  const names = Object.keys(dependsOn);
  if (names.length === 0) return [];
  const there = new Set(objects.map(({ component }) => component));
  return names.filter((name) => !there.has(name));
}

const appsOf = oncePerValue(
  ({ apps }: Revision): ReadonlyMap<string, BundleApp> => new Map(apps.map((app) => [appKey(app), app])),
);

export function namesOf({ revisions }: BundleApp): string {
  // Most have one, and all of a fleet are asked.
  const [only, second] = revisions;
  if (only !== undefined && second === undefined) return only.name;
  return revisions.map(({ name }) => name).join(' ');
}

const nothingSaid = {
  applied: null,
  health: null,
  healthSince: null,
  healthyForSeconds: null,
  message: '',
  delivery: null,
} as const;

function reportOf(
  received: ReceivedReport | undefined,
  { registration }: ClusterRecord,
  unit: string,
): UnitReport | null {
  if (received?.report.registration !== registration) return null;
  const { report, receivedAt, since } = received;
  const app = reportedApps(report).get(unit);
  const site = { receivedAt, accepted: report.accepted?.generation ?? 0, siteHold: siteHoldOf(report).reason };
  return { ...site, ...(app === undefined ? nothingSaid : said(app, since?.[unit] ?? null)) };
}

function said(app: ReportApp, healthSince: number | null): Omit<UnitReport, 'receivedAt' | 'accepted' | 'siteHold'> {
  const { applied, health, message, phase, healthyForSeconds = null, delivery = null } = app;
  return { applied, health, healthSince, healthyForSeconds, message, phase, delivery };
}

const siteHoldOf = oncePerValue(({ conditions }: AgentReport): { readonly reason: string | null } => {
  const held = conditions.find(({ type, status }) => type === 'Held' && status === 'True');
  if (held === undefined) return { reason: null };
  return { reason: held.message === '' ? held.reason : held.message };
});
