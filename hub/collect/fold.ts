import { reportLimitOf } from '../../shared/model/limits.ts';
import type { AgentReport, ReportApp, ReportChange, ReportMessage } from '../../shared/wire/report.ts';
import { withChange } from '../../shared/wire/report-change.ts';
import type { ReceivedReport } from '../model/reports.ts';

/**
 * The whole report that a message makes of the last one of its registration. `replayed`: it is not newer than that; `lacking`: it
 * is the change of another one, or makes more of it than one report may have. Then it says nothing that can be used. Pure.
 */
export function folded(
  last: ReceivedReport | undefined,
  { message, signature }: { readonly message: ReportMessage; readonly signature: string | null },
  now: number,
): AgentReport | 'replayed' | 'lacking' {
  const sequence = last?.report.sequence ?? -1;
  const { sequence: own, base } = headOf(message);
  // Two agents, or one whose clock went back, may give one number to two reports: what we have is then not what the sender has.
  if (own === sequence && signature !== null && signature !== last?.signature) return 'lacking';
  if (own <= sequence) return 'replayed';
  if (message.kind === 'whole') return message.report;
  if (last === undefined || base !== sequence) return 'lacking';
  return message.kind === 'change' ? changed(last.report, message.change) : seenAgain(last, own, now);
}

function headOf(message: ReportMessage): { readonly sequence: number; readonly base: number | null } {
  if (message.kind === 'whole') return { sequence: message.report.sequence, base: null };
  return message.kind === 'change' ? message.change : message.heartbeat;
}

/** What an agent says in many changes is no more than it may say in one report: it is to send that, cut to what fits. */
function changed(base: AgentReport, change: ReportChange): AgentReport | 'lacking' {
  const report = withChange(base, change);
  const { apps, ...head } = report;
  const bytes = apps.reduce((sum, app) => sum + sizeOf(app), JSON.stringify(head).length);
  return bytes > reportLimitOf(report.format) ? 'lacking' : report;
}

const sizes = new WeakMap<ReportApp, number>();

function sizeOf(app: ReportApp): number {
  const size = sizes.get(app) ?? JSON.stringify(app).length;
  sizes.set(app, size);
  return size;
}

/** A heartbeat has no time of its own: so much later than its base as it came. */
function seenAgain({ report, receivedAt }: ReceivedReport, sequence: number, now: number): AgentReport {
  const passed = Math.max(0, now - receivedAt);
  return { ...report, sequence, issuedAt: new Date(Date.parse(report.issuedAt) + passed).toISOString() };
}

/** Two reports, each with those applications alone that are not the same values in both. */
export interface Differing {
  readonly last: AgentReport | null;
  readonly report: AgentReport;
}

/** Leaves out what a change did not touch, so that looking at it costs what changed. */
export function whatDiffers(last: AgentReport | null, report: AgentReport): Differing {
  if (last === null) return { last, report };
  if (last.apps === report.apps) return { last: { ...last, apps: [] }, report: { ...report, apps: [] } };
  const [before, after] = [new Set(last.apps), new Set(report.apps)];
  return {
    last: { ...last, apps: last.apps.filter((app) => !after.has(app)) },
    report: { ...report, apps: report.apps.filter((app) => !before.has(app)) },
  };
}
