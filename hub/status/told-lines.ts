import type { HoldGroup, StatusSummary } from '../api/status-summary.ts';
import type { StatusGuarded, StatusProblem, StatusView } from '../api/status.ts';
import { ageText } from './age.ts';
import { deliveryLines } from './delivery-lines.ts';
import { fit, wrap } from './layout.ts';
import { plural, type TableStyle } from './style.ts';
import { withWhere } from './where.ts';

/** What tables say below their rows. */
export type Told = Pick<
  StatusSummary,
  'guarded' | 'deliveries' | 'frozen' | 'holds' | 'problems' | 'summary' | 'source' | 'at'
>;

/** What is wrong or waits, and the line of counts. */
export function toldLines(view: Told, style: TableStyle): string[] {
  return [
    ...guardedLines(view, style),
    ...deliveryLines(view, style),
    ...holdLines(view.holds, view.at, style),
    ...problemLines(view, style),
    ...wrap(summaryLine(view), style.columns, ''),
  ];
}

/** The last line: how many applications and clusters, and how they are. */
export function summaryLine(view: Pick<StatusView, 'summary' | 'source' | 'guarded' | 'problems'>): string {
  const { applications, clusters, health } = view.summary;
  const counts = Object.entries(health)
    .filter(([, count]) => count > 0)
    .map(([word, count]) => `${count} ${word}`);
  const head = `${plural(applications, 'application')} on ${plural(clusters, 'cluster')}`;
  const commit = view.source === null ? '' : ` at ${view.source.commit.slice(0, 12) || 'the folder as it is'}`;
  const waits = view.guarded.length === 0 ? '' : `; ${plural(view.guarded.length, 'change')} to approve`;
  const errors = view.problems.filter(({ severity }) => severity === 'error').length;
  const wrong = errors === 0 ? '' : `; ${plural(errors, 'problem')}`;
  return `${head}${commit}: ${counts.join(', ') || 'nothing is placed yet'}${waits}${wrong}`;
}

/** An age since a time (ISO), for people. */
export function sinceText(since: string | null, now: number): string {
  return ageText(since === null ? null : Math.max(0, Math.floor((now - Date.parse(since)) / 1000)));
}

function guardedLines(view: Pick<StatusView, 'guarded'>, style: TableStyle): string[] {
  return view.guarded.flatMap((change) => {
    const where = [change.application, change.cluster].filter((part) => part !== null).join(' on ');
    const ids = change.ids.slice(0, 5).map((id) => fit(`    ${id}`, style.columns));
    const more = change.ids.length > 5 ? [`    and ${change.ids.length - 5} more`] : [];
    return [
      fit(
        `guarded[${change.code}] ${where || 'the repository'}: would delete ${plural(change.ids.length, nounOf(change))}`,
        style.columns,
      ),
      ...ids,
      ...more,
      `  ${withWhere(`sluice-hub approve ${change.change.slice('sha256:'.length, 'sha256:'.length + 12)}`, style.where)}`,
    ];
  });
}

/** What the ids of a change are: objects, or the copies of applications that a push would take off too many clusters. */
function nounOf({ code, cluster }: StatusGuarded): 'object' | 'application' {
  return code === 'MASS_DELETE' && cluster === null ? 'application' : 'object';
}

/** What is held and told by no problem: once for all clusters, with since when. */
function holdLines(groups: readonly HoldGroup[], at: string, style: TableStyle): string[] {
  return groups.flatMap(({ application, reason, since, clusters, count }) => {
    const more = count > clusters.length ? ` and ${count - clusters.length} more` : '';
    const named = `${clusters.join(', ')}${more}`;
    const where = [application ?? 'everything', named].filter((part) => part !== '').join(' on ');
    return wrap(`held ${where} for ${sinceText(since, Date.parse(at))}: ${reason}`, style.columns, '');
  });
}

/** Problems in the one-line form, never cut: the place must stay readable. Those of a guarded change stand with it. */
function problemLines(view: Pick<StatusView, 'problems' | 'guarded'>, style: TableStyle): string[] {
  const problems = view.problems.filter((problem) => !view.guarded.some((change) => tells(problem, change)));
  const lines = problems.map(({ code, severity, message, path, line, column, hint, app, cluster }) => {
    const subject = [app, cluster].filter((part) => part !== undefined).join(' on ');
    const place = path === undefined ? subject : [path, line, column].filter((part) => part !== undefined).join(':');
    const advice = hint === undefined ? undefined : withWhere(hint, style.where);
    return `${severity}[${code}] ${[message, place, advice].filter((part) => part !== undefined && part !== '').join('; ')}`;
  });
  const more = lines.length - shownProblems;
  return more <= 0 ? lines : [...lines.slice(0, shownProblems), `and ${plural(more, 'problem')} more, see -o json`];
}

/** True for the problem that only says what a guarded change says. */
function tells({ hint = '' }: StatusProblem, { change }: StatusGuarded): boolean {
  return hint.includes(change);
}

/** More than a screen of problems hides what they are about. */
const shownProblems = 12;
