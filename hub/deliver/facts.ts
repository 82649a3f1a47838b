import { oncePerValue } from '../../shared/lib/memo.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { AgentReport, ReportApp } from '../../shared/wire/report.ts';
import type { BundleApp, Revision } from '../../shared/wire/revision.ts';
import { unitKey } from '../model/delivery.ts';
import type { ContentOf } from './deployment.ts';
import type { Target } from '../model/fleet.ts';
import { keepsContent, type Hold } from '../model/hold.ts';
import type { ClusterRecord } from '../model/registry.ts';
import type { Assignment } from '../model/rendered.ts';
import type { ReceivedReport, Reports } from '../model/reports.ts';
import type { State } from '../model/state.ts';
import type { PartMemory } from './parts.ts';
import type { DeliveryUnit, UnitReport } from './unit.ts';

/** What tells of units. */
export interface UnitFacts {
  readonly state: Pick<State, 'clusters' | 'bundles'>;
  readonly targets: readonly Target[];
  readonly reports: Reports;
  readonly held: Held;
  /** What this process has published of units whose components come one after the other, by `unit cluster`. */
  readonly published?: PartMemory['published'];
}

/** Why units were held in the pass before: by `unit cluster`, and where one of the two is missing, all of the other. */
export type Held = ReadonlyMap<string, string>;

/** The holds of a pass by what they hold; those of deliveries, and of what leaves a cluster, are left out. */
export function heldBefore(holds: readonly Pick<Hold, 'app' | 'cluster' | 'by' | 'reason'>[]): Held {
  const kept = holds.filter((hold) => hold.by !== 'delivery' && hold.by !== 'move' && keepsContent(hold));
  return new Map(kept.map(({ app, cluster, reason }) => [`${app ?? ''} ${cluster ?? ''}`, reason]));
}

/** The units of an application: one with several revisions on a cluster is one unit there. */
export function unitsFrom(
  facts: UnitFacts,
  assignments: readonly Assignment[],
  contentOf: ContentOf = namesOf,
): readonly DeliveryUnit[] {
  const places = Map.groupBy(assignments, placeKey);
  return [...places.values()].map((own) => unitOf(facts, own, contentOf));
}

/** A unit on a cluster, as a text. */
export function placeKey({ unit, cluster }: Pick<Assignment, 'unit' | 'cluster'>): string {
  return `${unit} ${cluster}`;
}

/** `namespace/name` of a unit `namespace/name[@target]`. */
export function applicationOf(unit: string): string {
  return unit.split('@', 1)[0] ?? '';
}

/** The namespace that a unit goes to, where that is not its own. */
export function targetOf(unit: string): string | null {
  return unit.split('@')[1] ?? null;
}

const targetsByName = oncePerValue(
  (targets: readonly Target[]) => new Map(targets.map((target) => [target.name, target])),
);

function unitOf(facts: UnitFacts, own: readonly Assignment[], contentOf: ContentOf): DeliveryUnit {
  const [{ unit, cluster, components }] = own as readonly [Assignment, ...Assignment[]];
  const revisions = own.map(({ revision }) => revision);
  const part = facts.published?.get(`${unit} ${cluster}`);
  const target = targetOf(unit);
  const record = facts.state.clusters.get(cluster);
  return {
    key: unitKey(cluster, target),
    cluster,
    target,
    labels: targetsByName(facts.targets).get(cluster)?.labels ?? {},
    ...(components !== undefined && { components }),
    ...(part !== undefined && { part }),
    joinedAt: record === undefined ? Infinity : Date.parse(record.joinedAt),
    reports: record?.reports ?? true,
    published: record === undefined ? null : publishedOf(facts, record, { unit, revisions, contentOf }),
    report: record === undefined ? null : reportOf(facts.reports.get(cluster), record, unit),
    hold: holdOn(facts.held, unit, cluster),
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

/** A unit with the revisions that are placed there now, and the reader of what was published. */
interface Wished {
  readonly unit: string;
  readonly revisions: readonly string[];
  readonly contentOf: ContentOf;
}

/** What the last bundle of this registration has of a unit. */
function publishedOf(
  { state }: UnitFacts,
  record: ClusterRecord,
  { unit, revisions, contentOf }: Wished,
): DeliveryUnit['published'] {
  const revision = state.bundles.get(record.name)?.revision;
  if (revision?.registration !== record.registration) return null;
  const app = appsOf(revision).get(unit);
  if (app === undefined) return null;
  const { delivery: told, from } = app;
  const waiting = waitingIn(app);
  return {
    content: contentOf(app, revisions),
    digest: app.digest,
    generation: revision.generation,
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

const reportedApps = oncePerValue(
  ({ apps }: AgentReport): ReadonlyMap<string, ReportApp> => new Map(apps.map((app) => [appKey(app), app])),
);

function namesOf({ revisions }: BundleApp): string {
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
  const { applied, health, message, healthyForSeconds = null, delivery = null } = app;
  return { applied, health, healthSince, healthyForSeconds, message, delivery };
}

const siteHoldOf = oncePerValue(({ conditions }: AgentReport): { readonly reason: string | null } => {
  const held = conditions.find(({ type, status }) => type === 'Held' && status === 'True');
  if (held === undefined) return { reason: null };
  return { reason: held.message === '' ? held.reason : held.message };
});
