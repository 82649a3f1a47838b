import { deliveryName, type Deliveries } from '../model/delivery.ts';
import type { Assignment } from '../model/rendered.ts';
import type { AppStates } from '../workflow/step.ts';
import { unitsFrom, type UnitFacts } from './facts.ts';
import { isWell } from './unit.ts';

/** Where all applications are known from. */
export interface AppFacts {
  /** What is placed now, by `namespace/name`. */
  readonly byApp: ReadonlyMap<string, readonly Assignment[]>;
  readonly deliveries: Deliveries;
}

/** Tells where an application stands: done once its delivery has ended well, and every cluster says that it runs what it was published. */
export function appStates(facts: UnitFacts, { byApp, deliveries }: AppFacts): AppStates {
  return (app) => {
    const placed = byApp.get(app);
    if (placed === undefined) return null;
    const record = deliveries.get(app);
    if (record !== undefined && record.last.phase !== 'succeeded') {
      return { waits: `its delivery ${deliveryName(record)} is ${record.last.phase}` };
    }
    const poor = unitsFrom(facts, placed).find(({ published, report }) => {
      const isApplied = published !== null && report?.applied === published.digest;
      return !isApplied || !isWell(report);
    });
    if (poor === undefined) return { waits: '' };
    const what = poor.report?.health ?? 'not applied yet';
    return { waits: `it is ${what} on ${poor.key}` };
  };
}
