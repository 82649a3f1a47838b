import type { AppDelivery, Deliveries, DeliveryPhase } from '../model/delivery.ts';
import type { RevisionHistory } from '../model/fleet.ts';

/** What is measured of the deliveries of an application; null = nothing. */
export type Measured = { readonly leadTime: boolean; readonly frequency: boolean } | null;

/** A delivery that ended: how, and how long it took from when the hub had read its commit (null = not measured, or not known). */
export interface Insight {
  readonly app: string;
  /** Null where its frequency is not measured. */
  readonly phase: DeliveryPhase | null;
  readonly leadSeconds: number | null;
}

/** The deliveries that ended between two states, of applications that want it measured. Pure. */
export function insightsBetween(
  before: Deliveries,
  after: Deliveries,
  { measuredOf, history }: { readonly measuredOf: (app: string) => Measured; readonly history: RevisionHistory },
): readonly Insight[] {
  if (before === after) return [];
  return [...after.values()].flatMap((delivery) => {
    if (!hasEnded(before.get(delivery.app), delivery)) return [];
    const measured = measuredOf(delivery.app);
    if (measured === null) return [];
    const leadSeconds = measured.leadTime ? leadOf(delivery, history) : null;
    return [{ app: delivery.app, phase: measured.frequency ? delivery.last.phase : null, leadSeconds }];
  });
}

function hasEnded(before: AppDelivery | undefined, { last }: AppDelivery): boolean {
  if (last.phase === 'running' || last.endedAt === undefined) return false;
  return before?.last.number !== last.number || before.last.endedAt !== last.endedAt;
}

/** Only what arrived has a lead time. */
function leadOf({ app, last }: AppDelivery, { revisions }: RevisionHistory): number | null {
  if (last.phase !== 'succeeded' || last.endedAt === undefined) return null;
  const recorded = revisions.get(app)?.find(({ name }) => name === last.content)?.at ?? last.startedAt;
  return Math.max(0, (Date.parse(last.endedAt) - Date.parse(recorded)) / 1000);
}
