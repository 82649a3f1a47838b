import { appHealthOrder } from '../../shared/model/health.ts';
import { reportLimitOf } from '../../shared/model/limits.ts';
import { formats } from '../../shared/wire/formats.ts';
import type { AgentReport, ReportApp } from '../../shared/wire/report.ts';
import { noRoomFor } from './observations.ts';

/**
 * The report as far as it fits into one: first the fields that the hub wants to know are left out (UNAVAILABLE of each object), then its
 * lists are cut, ever shorter, then the applications that are well are left out. What is left out is never taken for settled: ids that survive a deletion are all there, or the report is not settled.
 */
export function fitted(report: AgentReport): AgentReport {
  if (fits(report)) return report;
  const isObserved = report.apps.some(({ observations }) => observations !== undefined);
  return isObserved ? fitted({ ...report, apps: report.apps.map(withoutObservations) }) : cutToFit(report);
}

/** What reads these objects is told why it waits. */
function withoutObservations({ observations = [], ...app }: ReportApp): ReportApp {
  const untold = observations.map(({ id }) =>
    noRoomFor(id, 'the report of this cluster has no room for what is asked of it'),
  );
  return { ...app, problems: [...app.problems, ...untold] };
}

function cutToFit(report: AgentReport): AgentReport {
  for (let keep = 500; keep > 0; keep = Math.floor(keep / 2)) {
    const cut = withLists(report, keep);
    if (fits(cut)) return cut;
  }
  const least = withLists(report, 1);
  for (let count = least.apps.length - 1; count > 0; count = Math.floor(count * 0.8)) {
    const cut = withApps(least, count);
    if (fits(cut)) return cut;
  }
  return withApps(least, 0);
}

/** What counts is what is sent: the limit is one of encoded bytes. */
function fits(report: AgentReport): boolean {
  return formats.report.encode(report).byteLength <= reportLimitOf(report.format);
}

function withLists(report: AgentReport, keep: number): AgentReport {
  const cut = <T>(list: readonly T[]) => list.slice(0, keep);
  const { retired, apps } = report;
  return {
    ...report,
    settled: report.settled && retired.survivors.length <= keep,
    apps: apps.map((app) => ({ ...app, problems: cut(app.problems), message: app.message.slice(0, 200 + keep) })),
    retired: {
      settled: cut(retired.settled),
      survivors: cut(retired.survivors),
      unexplained: cut(retired.unexplained),
      ...(retired.reasons !== undefined && { reasons: cut(retired.reasons) }),
    },
  };
}

/** So many applications, those that are worst; the site's Ready says that there are more. */
function withApps(report: AgentReport, count: number): AgentReport {
  const told = new Set([...report.apps].sort((a, b) => rankOf(b) - rankOf(a)).slice(0, count));
  const words = `${count} of ${report.apps.length} applications are in this report, the worst: there is no room for more`;
  return {
    ...report,
    apps: report.apps.filter((app) => told.has(app)),
    conditions: report.conditions.map((one) =>
      one.type === 'Ready' ? { ...one, message: one.message === '' ? words : `${one.message}; ${words}` } : one,
    ),
  };
}

function rankOf({ health }: ReportApp): number {
  return appHealthOrder.indexOf(health);
}
