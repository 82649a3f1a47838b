import { saysPods } from '../../shared/model/pod-words.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import { agentFault, type AgentReport, type ReportApp } from '../../shared/wire/report.ts';
import type { LogLine } from '../../shared/lib/log-line.ts';

/** Lines that one report logs at most. */
const shown = 50;

/**
 * What to log of a report: applications that are applied now, whose health is another word than before, or that are gone, and the
 * conditions of the site that began or ended. What a change does on its way is in the agent's log. Pure.
 */
export function reportLines(last: AgentReport | null, report: AgentReport): LogLine[] {
  const { cluster } = report;
  const before = new Map(last?.apps.map((app) => [appKey(app), app] as const));
  const keys = new Set(report.apps.map(appKey));
  const lines = [
    ...report.apps.flatMap((app) => appLine(cluster, before.get(appKey(app)), app)),
    ...[...before.keys()]
      .filter((key) => !keys.has(key))
      .map((application): LogLine => ({
        level: 'info',
        message: 'an application was removed',
        fields: { application, cluster },
      })),
    ...conditionLines(last, report),
  ];
  if (lines.length <= shown) return lines;
  const more: LogLine = { level: 'info', message: 'more changes', fields: { cluster, count: lines.length - shown } };
  return [...lines.slice(0, shown), more];
}

function appLine(cluster: string, last: ReportApp | undefined, app: ReportApp): LogLine[] {
  const isApplied = app.applied !== null && app.applied !== last?.applied;
  if (!isApplied && last !== undefined && standing(last) === standing(app)) return [];
  const { health, phase, message: why } = app;
  const isBad = health === 'Degraded' || isBlocked(app) || (saysPods(app) && health !== 'Healthy');
  const message = isBad ? badWords(app) : goodWords(app, isApplied);
  const fields = { application: appKey(app), cluster, health, was: last?.health, phase, why };
  return [{ level: isBad ? 'warn' : 'info', message, fields }];
}

/** What is said when it changes: the health, that a change is blocked, and that it is known why pods do not start. */
function standing(app: ReportApp): string {
  return `${app.health}${isBlocked(app) ? ' blocked' : ''}${saysPods(app) ? ' pods' : ''}`;
}

function badWords(app: ReportApp): string {
  const isDegraded = app.health === 'Degraded' || isBlocked(app);
  return isDegraded ? 'an application is degraded' : 'pods of an application do not start';
}

function goodWords({ health }: ReportApp, isApplied: boolean): string {
  if (health === 'Healthy') return 'an application is healthy';
  return isApplied ? 'an application is applied' : 'an application waits';
}

function isBlocked({ phase }: ReportApp): boolean {
  return phase === 'blocked';
}

function conditionLines(last: AgentReport | null, report: AgentReport): LogLine[] {
  const { cluster } = report;
  const [had, has] = [conditionsOf(last), conditionsOf(report)];
  const line = (type: string, message: string, why: string): LogLine => ({
    level: message === 'a cluster has a condition' ? 'warn' : 'info',
    message,
    fields: { cluster, condition: type, why },
  });
  return [
    ...[...has].filter(([type]) => !had.has(type)).map(([type, why]) => line(type, 'a cluster has a condition', why)),
    ...[...had]
      .filter(([type]) => !has.has(type))
      .map(([type, why]) => line(type, 'a condition of a cluster ended', why)),
  ];
}

/** The conditions that concern people, by type, with their messages. */
function conditionsOf(report: AgentReport | null): ReadonlyMap<string, string> {
  return new Map(
    (report?.conditions ?? []).flatMap(({ type, status, reason, message }): (readonly [string, string])[] => {
      if (type === 'Ready') return status === 'False' && reason === agentFault ? [[agentFault, message]] : [];
      return status === 'True' ? [[type, message]] : [];
    }),
  );
}
