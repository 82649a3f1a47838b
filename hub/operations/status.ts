import type { StatusDelivery } from '../api/status.ts';
import type { DeliveryProgress } from '../deliver/progress.ts';
import { inSlices, startLongSlices } from '../../shared/lib/slices.ts';
import type { Answer, Input } from '../api/routes.ts';
import type { ClusterRecord } from '../model/registry.ts';
import type { StatusCluster } from '../api/status.ts';
import { clusterOf } from '../status/cluster.ts';
import type { StatusFacts } from '../status/facts.ts';
import { summing } from '../status/summary-view.ts';
import { viewingPage } from '../status/view.ts';
import type { HubParts } from './parts.ts';
import { nextVersion } from './status-signal.ts';

type StatusParts = Pick<
  HubParts,
  'clock' | 'changed' | 'reports' | 'state' | 'shown' | 'holds' | 'progress' | 'health' | 'heartbeatMs'
>;

/** The status of the fleet, or of the part that is asked for; with `known`, once its version is another one. */
export async function status(
  parts: StatusParts,
  { app, cluster, known, limit, continue: after = '' }: Input<'status'>,
  signal: AbortSignal,
): Promise<Answer<'status'>> {
  const version = await nextVersion(parts, known, signal);
  const page = { limit: limit === undefined ? Infinity : Number(limit), after };
  const { view, next } = await inSlices(viewingPage(statusFacts(parts), { app, cluster }, page), startLongSlices());
  return { version, view, ...(next !== null && { continue: next }) };
}

/** The fleet in few words; with `known`, once its version is another one. */
export async function statusSummary(
  parts: StatusParts & Pick<HubParts, 'fleetHealth'>,
  { known }: Input<'summary'>,
  signal: AbortSignal,
): Promise<Answer<'summary'>> {
  const { fleetHealth } = parts;
  const version = await nextVersion(parts, known, signal);
  const view = await fleetHealth.turns.take(async () => {
    const facts = statusFacts(parts);
    const slices = startLongSlices();
    await inSlices(fleetHealth.kept.look(facts), slices);
    return inSlices(summing(facts, fleetHealth.kept), slices);
  });
  return { version, view };
}

/** One cluster as status shows it, after a change that made its record: a later one may have removed it by now. */
export function clusterStatus(parts: StatusParts, record: ClusterRecord): StatusCluster {
  return clusterOf(record, statusFacts(parts));
}

/** What every view of the status is made from, as of now. */
export function statusFacts(parts: StatusParts): StatusFacts {
  const { clock, reports, state, shown, holds, progress, health, heartbeatMs } = parts;
  return {
    state: shown(),
    reports: reports.current(state()),
    holds: holds(),
    deliveries: [...progress().values()].filter(({ phase }) => !isOver.has(phase)).map(deliveryOf),
    freeze: state().freeze,
    judged: health.verdict,
    now: clock.now(),
    heartbeat: heartbeatMs,
  };
}

const isOver: ReadonlySet<DeliveryProgress['phase']> = new Set(['succeeded', 'reverted']);

function deliveryOf({ app, name, phase, counts, waits, todo }: DeliveryProgress): StatusDelivery {
  const { total, done, failed, absent, held } = counts;
  return { application: app, name, phase, total, done, failed, absent, held, waits, todo };
}
