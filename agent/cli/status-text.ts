import { printableLine } from '../../shared/lib/printable.ts';
import { worstHealth, type AppHealth, type ObjectHealth } from '../../shared/model/health.ts';
import { withTimeLeft } from '../../shared/model/time-left.ts';
import type { SiteObject, SiteStatus } from '../model/site-status.ts';
import { conditionExits, siteConditions, wordsNow } from './conditions.ts';

/** One application of a site: what is applied and current of it, and how it is, in the words of the hub's status. */
export interface SiteApp {
  readonly app: string;
  readonly total: number;
  readonly applied: number;
  readonly current: number;
  readonly health: AppHealth;
  readonly message: string;
}

/** The applications of a site: how the running agent sees them, else how their objects are. */
export function siteApps(status: SiteStatus, now: number): SiteApp[] {
  const { objects } = status;
  const words = new Map((wordsNow(status, now)?.apps ?? []).map((one) => [one.app, one] as const));
  const keys = [...new Set([...objects.map(({ app }) => app), ...words.keys()])].sort();
  return keys.map((app) => {
    const own = objects.filter((object) => object.app === app);
    const count = (is: (object: SiteObject) => boolean) => own.filter(is).length;
    const said = words.get(app);
    return {
      app,
      total: own.length,
      applied: count(({ isApplied }) => isApplied),
      current: count(({ health }) => health === 'Current'),
      health: said?.health ?? worstHealth(own.map(({ health }) => ofObject[health])),
      message: said === undefined ? objectText(own) : withTimeLeft(said.message, now),
    };
  });
}

const ofObject: Readonly<Record<ObjectHealth, AppHealth>> = {
  Current: 'Healthy',
  InProgress: 'Progressing',
  Terminating: 'Progressing',
  NotFound: 'Progressing',
  Unknown: 'Unknown',
  Failed: 'Degraded',
};

const worstFirst: readonly ObjectHealth[] = ['Failed', 'NotFound', 'Terminating', 'Unknown', 'InProgress'];

/** The first object that is not what the inventory says, else one of the worst health. */
function objectText(own: readonly SiteObject[]): string {
  const worst = worstFirst.find((health) => own.some((object) => object.health === health));
  const first = own.find(({ doubt }) => doubt !== null) ?? own.find(({ health }) => health === worst);
  return first === undefined ? '' : `${first.id}: ${first.doubt ?? first.message}`;
}

/** The exit status that a site stands for: 10 when something is wrong or waits for a decision, 11 when it is not known or old. */
export function siteExit(status: SiteStatus, now: number): 0 | 10 | 11 {
  const exits = [
    ...siteConditions(status, now).map(({ type }) => conditionExits[type]),
    ...siteApps(status, now).map(({ health }) => appExits[health] ?? 0),
  ];
  return exits.includes(10) ? 10 : exits.includes(11) ? 11 : 0;
}

const appExits: Partial<Record<AppHealth, 10 | 11>> = { Degraded: 10, Unknown: 11, Stale: 11 };

/** The status as text, for a terminal of this width; null = nothing is cut or broken. */
export function statusText(status: SiteStatus, now: number, columns: number | null): string {
  const row = ([key, value]: readonly [string, string]) => printableLine(`${key.padEnd(13)} ${value}`);
  const conditions = siteConditions(status, now).flatMap(({ type, message }) => broken(row([type, message]), columns));
  const lines = [...headRows(status).map((head) => cut(row(head), columns)), '', ...conditions];
  const apps = siteApps(status, now).map((one) => [
    one.app,
    `${one.applied}/${one.total}`,
    `${one.current}/${one.total}`,
    one.health,
    one.message,
  ]);
  const more = wordsNow(status, now)?.more ?? 0;
  if (apps.length > 0) {
    const all = table([['APPLICATION', 'APPLIED', 'CURRENT', 'HEALTH', 'MESSAGE'], ...apps]);
    lines.push('', ...all.map((line) => cut(printableLine(line), columns)));
  }
  if (more > 0) lines.push(`${more} more applications have something to say`);
  return lines.map((line) => line.trimEnd()).join('\n') + '\n';
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
    applications: siteApps(status, now),
    exit: siteExit(status, now),
    objects,
  };
  return JSON.stringify(value, null, 2) + '\n';
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
}

/** The least width that a line is cut or broken to. */
const leastColumns = 40;

function cut(line: string, columns: number | null): string {
  if (columns === null || line.length <= Math.max(columns, leastColumns)) return line;
  return `${line.slice(0, Math.max(columns, leastColumns) - 1)}\u2026`;
}

/** What a condition says is never cut, because its end says what to do: it goes on below. */
function broken(line: string, columns: number | null): string[] {
  if (columns === null) return [line];
  const width = Math.max(columns, leastColumns);
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    const at = space > 14 ? space : width;
    lines.push(rest.slice(0, at));
    rest = `${' '.repeat(14)}${rest.slice(at).trimStart()}`;
  }
  return [...lines, rest];
}
