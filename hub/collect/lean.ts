import type { AgentReport, ReportApp } from '../../shared/wire/report.ts';
import type { HeldOnce } from '../model/held-once.ts';

/** A report that says the same, of whose applications (but those of the one before) all that other clusters say too is held once. */
export function leanReport(report: AgentReport, before: AgentReport | null, once: HeldOnce): AgentReport {
  if (report.apps === before?.apps) return report;
  const kept = new Set(before?.apps);
  return { ...report, apps: report.apps.map((app) => (kept.has(app) ? app : leanApp(app, once))) };
}

function leanApp(app: ReportApp, { text, value }: HeldOnce): ReportApp {
  const { namespace, name, desired, applied, message, revisions, traffic, objects, problems, ...own } = app;
  return {
    namespace: text(namespace),
    name: text(name),
    desired: desired === null ? null : text(desired),
    applied: applied === null ? null : text(applied),
    message: text(message),
    revisions: value(revisions),
    traffic: value(traffic),
    objects: value(objects),
    problems: value(problems),
    ...own,
  };
}
