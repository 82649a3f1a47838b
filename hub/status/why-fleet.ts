import { by, byCodeUnit } from '../../shared/lib/order.ts';
import { mapping, type Work } from '../../shared/lib/slices.ts';
import type { Rollout } from '../api/rollouts.ts';
import { whyLinks, type WhyAnswer, type WhyChain } from '../api/why.ts';
import { holdKinds, type Hold } from '../model/hold.ts';
import { isStale } from './age.ts';
import type { StatusFacts } from './facts.ts';
import { rowsOf } from './row.ts';
import { whyOf } from './why.ts';
import type { WhyFacts } from './why-facts.ts';

/** What the fleet is asked about. */
export interface WhyQuery {
  /** `namespace/name`. */
  readonly app: string;
  /** Null = every cluster that has it, waits for it, or is held from it. */
  readonly cluster: string | null;
  /** The newest delivery of the application; null = it is not delivered in steps or waves. */
  readonly rollout: Rollout | null;
}

const clusterUnits = 3;

/** Where an application stops, on one cluster or on all: clusters that stop alike are told together. As work in steps. */
export function* askingWhy(facts: StatusFacts, query: WhyQuery): Work<WhyAnswer> {
  const shared = sharedOf(facts, query);
  const known = query.cluster === null ? clustersOf(facts, shared.holds, query) : [query.cluster];
  const names = known.length === 0 ? [null] : known;
  const chains = (yield* mapping(names, clusterUnits, (name) => chainsOn(name, facts, shared, query.app))).flat();
  const stopped = new Set(chains.flatMap(({ stop, cluster }) => (stop === null ? [] : [cluster])));
  return {
    application: query.app,
    well: [...new Set(chains.map(({ cluster }) => cluster))].filter((cluster) => !stopped.has(cluster)),
    stops: stopsOf(chains),
    chains: query.cluster === null ? [] : chains,
  };
}

type Shared = Omit<WhyFacts, 'unit' | 'cluster' | 'record' | 'row' | 'received' | 'stale'>;

function sharedOf({ state, holds = [], now }: StatusFacts, { app, rollout }: WhyQuery): Shared {
  const unread = state.problems.find(
    (problem) => problem.severity === 'error' && problem.code.startsWith('SOURCE_') && problem.app === undefined,
  );
  return {
    commit: state.source?.commit ?? null,
    newest: state.revisions.newest.get(app) ?? null,
    hasDocument: state.documents.some(({ kind, key }) => key === app && kind.startsWith('Application')),
    unread: unread ?? null,
    holds: holds
      .filter((hold) => hold.app === null || isUnitOf(hold.app, app))
      .toSorted((a, b) => holdKinds[a.by].rank - holdKinds[b.by].rank),
    rollout,
    now,
  };
}

function clustersOf(facts: StatusFacts, holds: readonly Hold[], { app }: WhyQuery): string[] {
  const running = [...facts.state.bundles.values()].flatMap(({ cluster, revision }) =>
    revision.apps.some(({ namespace, name }) => `${namespace}/${name}` === app) ? [cluster] : [],
  );
  const held = holds.flatMap((hold) => (hold.app === null || hold.cluster === null ? [] : [hold.cluster]));
  return [...new Set([...running, ...held])].sort(byCodeUnit);
}

/** A chain for each unit of the application on a cluster; one where there is none. */
function chainsOn(cluster: string | null, facts: StatusFacts, shared: Shared, app: string): WhyChain[] {
  const record = cluster === null ? undefined : facts.state.clusters.get(cluster);
  const received = cluster === null ? undefined : facts.reports.get(cluster);
  const rows = record === undefined ? [] : rowsOf(record, facts, (key) => isUnitOf(key, app));
  const holds = shared.holds.filter((hold) => hold.cluster === null || hold.cluster === cluster);
  const held = holds.flatMap((hold) => (hold.app === null || hold.cluster === null ? [] : [hold.app]));
  const units = new Set([...rows.map(({ application }) => application), ...held]);
  const stale = record !== undefined && isStale(record, received, facts);
  return [...(units.size === 0 ? [app] : units)].sort(byCodeUnit).map((unit) => {
    const row = rows.find(({ application }) => application === unit);
    const own = holds.filter((hold) => hold.app === null || unit === hold.app || unit.startsWith(`${hold.app}@`));
    return whyOf({ ...shared, holds: own, unit, cluster, record, row, received, stale });
  });
}

function stopsOf(chains: readonly WhyChain[]): WhyAnswer['stops'] {
  const stopped = chains.flatMap(({ stop, cluster }) => (stop === null ? [] : [{ ...stop, cluster }]));
  const groups = Map.groupBy(stopped, ({ link, reason, mend }) => JSON.stringify([link, reason, mend]));
  const found = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { link, reason, mend } = first;
    const times = group.flatMap(({ since }) => since ?? []).sort(byCodeUnit);
    return [
      {
        link,
        reason,
        since: times[0] ?? null,
        mend,
        clusters: group.flatMap((one) => (one.cluster === '' ? [] : [one.cluster])),
      },
    ];
  });
  return found.sort(by(({ link }) => String(whyLinks.indexOf(link)).padStart(2, '0')));
}

function isUnitOf(unit: string, app: string): boolean {
  return unit === app || unit.startsWith(`${app}@`);
}
