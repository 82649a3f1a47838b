import { printableLine } from '../../shared/lib/printable.ts';
import type { ObjectHealth } from '../../shared/model/health.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { holdNow } from '../site/hold.ts';
import type { AgentState } from '../model/inventory.ts';
import type { Identity, Site } from '../model/site.ts';

/** One inventoried object as it is now. */
export interface SiteObject {
  readonly id: ObjectId;
  /** Application `namespace/name`. */
  readonly app: string;
  /** True when the file that the bundle has for it was applied in full once. */
  readonly isApplied: boolean;
  readonly health: ObjectHealth;
  readonly message: string;
  /** Why it is not what the inventory says; null = it is. */
  readonly doubt: string | null;
}

/** The state of a site: all of it read from its own cluster, so that it needs neither hub nor agent. */
export interface SiteStatus {
  readonly identity: Identity | null;
  readonly isEnrolled: boolean;
  readonly state: AgentState | null;
  readonly clusterUid: string;
  readonly site: Site;
  /** The running agent: who holds the Lease, and when it last said so (milliseconds since the epoch). */
  readonly lease: { readonly holder: string; readonly renewedAt: number; readonly seconds: number } | null;
  readonly objects: readonly SiteObject[];
}

/** A sentence about the site as a whole, worst first. */
export interface SiteCondition {
  readonly type: 'NotJoined' | 'NotEnrolled' | 'Restored' | 'AgentDown' | 'Held' | 'Applying' | 'NoBundle' | 'Settled';
  readonly message: string;
}

/** The conditions of the site as a whole: each rule gives one or none. */
export function siteConditions(status: SiteStatus, now: number): SiteCondition[] {
  return [joined, restored, running, held, phase].flatMap((rule) => rule(status, now) ?? []);
}

type Rule = (status: SiteStatus, now: number) => SiteCondition | null;

const joined: Rule = ({ identity, isEnrolled }) => {
  if (identity === null) {
    return { type: 'NotJoined', message: 'this cluster has not joined yet; run `sluice-agent run --join-file FILE`' };
  }
  if (isEnrolled || identity.hub === null) return null;
  return { type: 'NotEnrolled', message: 'the hub has not accepted the key of this agent yet' };
};

const restored: Rule = ({ state, clusterUid }) => {
  if (state === null || state.clusterUid === '' || state.clusterUid === clusterUid) return null;
  return { type: 'Restored', message: 'this cluster was restored or copied: nothing is deleted until the hub knows' };
};

const running: Rule = ({ lease }, now) => {
  if (lease === null) return { type: 'AgentDown', message: 'no agent ever ran here' };
  if (lease.holder !== '' && now - lease.renewedAt < lease.seconds * 2_000) return null;
  return { type: 'AgentDown', message: `no agent runs (last seen ${ago(now - lease.renewedAt)})` };
};

const held: Rule = ({ site }, now) => {
  const hold = holdNow(site, now);
  if (hold === null) return null;
  const until = hold.until === null ? '' : ` until ${new Date(hold.until).toISOString()}`;
  return { type: 'Held', message: `the site holds changes${until}: ${hold.reason}` };
};

const phase: Rule = ({ state }) => {
  const mark = state?.mark ?? null;
  if (mark === null) return { type: 'NoBundle', message: 'no bundle was accepted yet' };
  if (state?.phase === 'settled') return { type: 'Settled', message: `generation ${mark.generation} is applied` };
  return { type: 'Applying', message: `generation ${mark.generation} is being applied` };
};

/** The status as text for a terminal of this width. */
export function statusText(status: SiteStatus, now: number, columns: number): string {
  const row = ([key, value]: readonly [string, string]) => `${key.padEnd(13)} ${value}`;
  const conditions = siteConditions(status, now).map(({ type, message }) => row([type, message]));
  const lines = [...headRows(status).map(row), '', ...conditions];
  const apps = appRows(status);
  if (apps.length > 0) lines.push('', ...table([['APPLICATION', 'APPLIED', 'CURRENT', 'WORST', 'MESSAGE'], ...apps]));
  return lines.map((line) => printableLine(line).slice(0, Math.max(columns, 40)).trimEnd()).join('\n') + '\n';
}

function headRows({ identity, state }: SiteStatus): (readonly [string, string])[] {
  const mark = state?.mark ?? null;
  const accepted = mark === null ? 'nothing yet' : `epoch ${mark.epoch}, generation ${mark.generation}`;
  const version = state === null ? '-' : `version ${state.rootVersion}`;
  const { cluster, registration, url, hub } = identity ?? { cluster: '-', registration: '-', url: '-', hub: '-' };
  return [
    ['cluster', cluster],
    ['registration', registration],
    ['channel', url],
    ['hub', hub ?? 'none'],
    ['accepted', mark === null ? accepted : `${accepted}, ${mark.revisionDigest.slice(0, 19)}`],
    ['root', version],
  ];
}

/** The status as one JSON document. */
export function statusJson(status: SiteStatus, now: number): string {
  const { identity, state, site, lease, objects } = status;
  const value = {
    identity,
    enrolled: status.isEnrolled,
    state,
    site: { labels: site.labels, hold: site.hold, window: site.window?.text ?? null },
    lease,
    conditions: siteConditions(status, now),
    objects,
  };
  return JSON.stringify(value, null, 2) + '\n';
}

const worstFirst: readonly ObjectHealth[] = ['Failed', 'NotFound', 'Terminating', 'Unknown', 'InProgress', 'Current'];

function appRows({ objects }: SiteStatus): string[][] {
  const apps = [...new Set(objects.map(({ app }) => app))].sort();
  return apps.map((app) => {
    const own = objects.filter((object) => object.app === app);
    const worst = worstFirst.find((health) => own.some((object) => object.health === health)) ?? 'Unknown';
    const first = own.find((object) => object.doubt !== null) ?? own.find((object) => object.health === worst);
    const message =
      first === undefined || worst === 'Current'
        ? (first?.doubt ?? '')
        : `${first.id}: ${first.doubt ?? first.message}`;
    const count = (is: (object: SiteObject) => boolean) => `${own.filter(is).length}/${own.length}`;
    return [app, count((object) => object.isApplied), count(({ health }) => health === 'Current'), worst, message];
  });
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
}

function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s ago`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min ago` : `${Math.round(seconds / 3600)} h ago`;
}
