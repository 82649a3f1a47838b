import type { AppHealth } from '../../shared/model/health.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import type { Work } from '../../shared/lib/slices.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { Revision } from '../../shared/wire/revision.ts';
import type { ClusterRecord } from '../model/registry.ts';
import { isStale } from './age.ts';
import type { StatusFacts } from './facts.ts';
import { rowsOf } from './row.ts';

/** How well the applications of one cluster are. */
export interface ClusterHealth {
  readonly apps: readonly string[];
  /** Of each of them, in their order. */
  readonly healths: readonly AppHealth[];
}

/** How many clusters have an application with each health. */
export type HealthCounts = ReadonlyMap<AppHealth, number>;

/** How well all applications of a fleet are, kept from one question to the next. */
export interface FleetHealth {
  /** Looks at the clusters of which something is another value than before, as work: not to be begun again before it has ended. */
  readonly look: (facts: StatusFacts) => Work<void>;
  readonly clusters: ReadonlyMap<string, ClusterHealth>;
  /** By application. */
  readonly counts: ReadonlyMap<string, HealthCounts>;
}

interface Kept extends ClusterHealth {
  readonly from: readonly unknown[];
}

/** What a cluster costs of which nothing changed, another one, and each of its rows, in units of a slice. */
const [keptUnits, clusterUnits, rowUnits] = [0.05, 1, 0.5];

/** Nothing is known yet. */
export function createFleetHealth(): FleetHealth {
  const clusters = new Map<string, Kept>();
  const counts = new Map<string, Map<AppHealth, number>>();
  const count = ({ apps, healths }: ClusterHealth, by: 1 | -1): void => {
    for (const [index, app] of apps.entries()) {
      const own = counts.get(app) ?? new Map<AppHealth, number>();
      const health = healths[index] ?? 'Unknown';
      const left = (own.get(health) ?? 0) + by;
      if (left === 0) own.delete(health);
      else own.set(health, left);
      if (own.size === 0) counts.delete(app);
      else counts.set(app, own);
    }
  };
  const forget = (name: string): void => {
    const before = clusters.get(name);
    if (before !== undefined) count(before, -1);
    clusters.delete(name);
  };
  return {
    clusters,
    counts,
    *look(facts) {
      const { state } = facts;
      for (const record of state.clusters.values()) {
        const from = inputsOf(record, facts);
        yield keptUnits;
        if (isSame(clusters.get(record.name)?.from, from)) continue;
        const rows = rowsOf(record, facts);
        forget(record.name);
        const apps = rows.map(({ application }) => application);
        const kept = { from, apps, healths: rows.map(({ health }) => health) };
        clusters.set(record.name, kept);
        count(kept, 1);
        yield clusterUnits + rowUnits * rows.length;
      }
      for (const name of clusters.keys()) if (!state.clusters.has(name)) forget(name);
    },
  };
}

function isSame(a: readonly unknown[] | undefined, b: readonly unknown[]): boolean {
  return a?.length === b.length && a.every((value, index) => value === b[index]);
}

/** All that the health of its rows is made from; a heartbeat says the same again. */
function inputsOf(record: ClusterRecord, facts: StatusFacts): readonly unknown[] {
  const revision = facts.state.bundles.get(record.name)?.revision;
  const received = facts.reports.get(record.name);
  const { apps, conditions, accepted } = received?.report ?? {};
  const said = [apps, conditions, accepted, isStale(record, received, facts)];
  return [record, revision, ...said, ...(revision === undefined ? [] : verdictsOn(record, revision, facts))];
}

/** What definitions say here, and whether that has lasted too long. */
function verdictsOn(
  { name }: ClusterRecord,
  revision: Revision,
  { judged, now }: Pick<StatusFacts, 'judged' | 'now'>,
): readonly unknown[] {
  const observed = judged === undefined ? [] : observedIn(revision);
  return observed.flatMap((app) => {
    const verdict = judged?.(appKey(app), name, app.digest);
    const since = verdict?.unhealthySince ?? null;
    return [verdict, since !== null && now - since >= app.health.progressDeadlineSeconds * 1_000];
  });
}

const observedIn = oncePerValue(({ apps }: Revision) => apps.filter(({ observe }) => observe !== undefined));
