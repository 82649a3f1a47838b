import { oncePerValue } from '../../shared/lib/memo.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { AgentReport, ReportApp } from '../../shared/wire/report.ts';
import type { Reports } from '../model/reports.ts';
import { whyUntold } from '../model/untold.ts';

/** What a cluster told of an object of a unit, by JSON pointer; undefined = nothing. */
export type Observed = (unit: string, cluster: string, id: ObjectId) => Readonly<Record<string, unknown>> | undefined;

/** Why a cluster tells nothing of an object of a unit, in the words of its agent; undefined = it may tell it. */
export type Untold = (unit: string, cluster: string, id: ObjectId) => string | undefined;

/** What clusters told in their newest reports, and said that they do not tell. */
export function observedIn(reports: Reports): { readonly observed: Observed; readonly untold: Untold } {
  const appOf = (unit: string, cluster: string): ReportApp | undefined => {
    const received = reports.get(cluster);
    return received === undefined ? undefined : reportedApps(received.report).get(unit);
  };
  return {
    observed: (unit, cluster, id) => appOf(unit, cluster)?.observations?.find((one) => one.id === id)?.values,
    untold: (unit, cluster, id) => {
      const app = appOf(unit, cluster);
      return app === undefined ? undefined : whyUntold(app, id);
    },
  };
}

/** The applications of a report by their units. */
export const reportedApps = oncePerValue(
  ({ apps }: AgentReport): ReadonlyMap<string, ReportApp> => new Map(apps.map((app) => [appKey(app), app])),
);
