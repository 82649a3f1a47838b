import type { AppHealth } from '../../shared/model/health.ts';
import { toned, withPrintableLines } from '../../shared/lib/printable.ts';
import { withTimeLeft } from '../../shared/model/time-left.ts';
import { trafficProviders } from '../../shared/model/traffic.ts';
import { ageText } from './age.ts';
import type { StatusGuarded, StatusProblem, StatusRow, StatusView } from '../api/status.ts';
import { deliveryLines } from './delivery-lines.ts';
import { fit, layoutTable, wrap, type Column } from './layout.ts';
import { clusterLines } from './cluster-lines.ts';
import { plural, type TableStyle } from './style.ts';
import { attentionOf, mostRows, summariesOf } from './summary.ts';
import { withWhere } from './where.ts';

/** The table of a view: one line a revision, what is wrong below it, and a summary as the last line. */
export function statusTable(given: StatusView, style: TableStyle): string {
  const view = withPrintableLines(given);
  const parts = [
    ...(isSummed(view, style) ? summaryParts(view, style) : [rowsTable(view, style)]),
    ...clusterLines(view, style),
    ...guardedLines(view, style),
    ...deliveryLines(view, style),
    ...holdLines(view, style),
    ...problemLines(view, style),
    ...wrap(summaryLine(view), style.columns, ''),
  ];
  return parts.filter((part) => part !== '').join('\n') + '\n';
}

/** One line of a row, for a pipe that follows changes. */
export function changeLine(given: StatusRow, at: string): string {
  const row = withPrintableLines(given);
  const revisions = row.revisions.map((revision) =>
    [revision.name, readyText(revision), shareText(revision, row)].filter((part) => part !== '-').join(' '),
  );
  const message = row.message === '' ? '' : ` (${row.message})`;
  return `${at} ${row.application} ${row.cluster} ${row.health} ${revisions.join(', ')}${message}`.trimEnd();
}

/** The last line: how many applications and clusters, and how they are. */
export function summaryLine(view: StatusView): string {
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

const toneOf: Readonly<Record<AppHealth, Parameters<typeof toned>[1]>> = {
  Healthy: 'green',
  Progressing: 'cyan',
  Held: 'yellow',
  Unknown: 'yellow',
  Stale: 'magenta',
  Degraded: 'red',
};

function isSummed({ applications }: StatusView, { all, wide }: TableStyle): boolean {
  return all !== true && !wide && applications.length > mostRows;
}

/** One line an application, and below it the rows that need attention, worst first. */
function summaryParts(view: StatusView, style: TableStyle): string[] {
  const { rows, more } = attentionOf(view.applications);
  const columns: Column[] = [
    { title: 'APPLICATION', least: 12 },
    { title: 'CLUSTERS' },
    { title: 'HEALTHY' },
    { title: 'WORST', paint: (cell) => painted(cell, style) },
    { title: 'NOT HEALTHY', least: 12 },
  ];
  const lines = summariesOf(view.applications).map(({ application, clusters, healthy, worst, others }) => [
    shownName(application),
    String(clusters),
    String(healthy),
    worst,
    others.map(([health, count]) => `${count} ${health}`).join(', ') || '-',
  ]);
  return [
    `${layoutTable(columns, lines, style.columns)}\n`,
    ...(rows.length === 0 ? [] : [`${rowsTable({ ...view, applications: rows }, style)}\n`]),
    ...(more === 0 ? [] : [`and ${plural(more, 'row')} more that ${more === 1 ? 'is' : 'are'} not healthy`]),
    'every row: --all; those of one application or cluster: status APP, --cluster NAME',
  ];
}

function rowsTable(view: StatusView, style: TableStyle): string {
  if (view.applications.length === 0) return '';
  const columns: Column[] = [
    { title: 'APPLICATION', least: 12 },
    { title: 'CLUSTER', least: 8 },
    { title: 'REVISION', least: 10 },
    { title: 'READY' },
    { title: 'TRAFFIC' },
    { title: 'HEALTH', paint: (cell) => painted(cell, style) },
    ...(style.wide ? [{ title: 'GENERATION' }, { title: 'DESIRED' }, { title: 'OBSERVED' }, { title: 'REPORT' }] : []),
    { title: 'SINCE' },
  ];
  const now = Date.parse(view.at);
  const lines = view.applications.flatMap((row) =>
    rowLines({ ...row, message: withTimeLeft(row.message, now) }, style, now),
  );
  return layoutTable(columns, lines, style.columns);
}

function rowLines(row: StatusRow, style: TableStyle, now: number): (readonly string[] | string)[] {
  const [first, ...rest] = row.revisions;
  const age = ageText(row.ageSeconds);
  const wide = style.wide ? [generationText(row), short(row.desired), short(row.observed), age] : [];
  const blank = style.wide ? ['', '', '', ''] : [];
  const cells = first === undefined ? ['-', '-', '-'] : revisionCells(first, row);
  return [
    [shownName(row.application), row.cluster, ...cells, row.health, ...wide, sinceText(row.since, now)],
    ...rest.map((revision) => ['', '', ...revisionCells(revision, row), '', ...blank, '']),
    ...notesOf(row).flatMap((note) => wrap(note, style.columns, '  ')),
  ];
}

function sinceText(since: string | null, now: number): string {
  return ageText(since === null ? null : Math.max(0, Math.floor((now - Date.parse(since)) / 1000)));
}

/** Names in the namespace `default` go without it: width is scarce. */
function shownName(application: string): string {
  return application.replace(/^default\//, '');
}

function notesOf(row: StatusRow): string[] {
  const isPlain = row.health === 'Healthy' && /^Ready:\d+\/\d+$/.test(row.message);
  // What is ready of how many has a column of its own.
  const message = row.message.replace(/(?<=^|: )Ready:\d+\/\d+ (?=\S)/, '');
  const heard = row.health === 'Stale' && row.ageSeconds !== null ? [`last report ${ageText(row.ageSeconds)} ago`] : [];
  return [...(row.message === '' || isPlain ? [] : [message]), ...heard, ...row.notes.map((note) => `note: ${note}`)];
}

function revisionCells(revision: StatusRow['revisions'][number], row: StatusRow): string[] {
  return [revision.name, readyText(revision), shareText(revision, row)];
}

function readyText({ ready, desired }: StatusRow['revisions'][number]): string {
  return ready === null && desired === null ? '-' : `${ready ?? '?'}/${desired ?? '?'}`;
}

/** The live share, with the wanted one while they differ; the provider's name where it has no weights. */
function shareText(
  { traffic, wantedTraffic }: StatusRow['revisions'][number],
  { provider }: Pick<StatusRow, 'provider'>,
): string {
  if (traffic === null) {
    const isWithoutWeights = trafficProviders.some(({ name, hasWeights }) => name === provider && !hasWeights);
    return isWithoutWeights && (wantedTraffic ?? 0) > 0 ? (provider ?? '-') : '-';
  }
  const live = `${Math.round(traffic)}%`;
  return wantedTraffic === null || Math.round(traffic) === wantedTraffic ? live : `${live}>${wantedTraffic}%`;
}

function generationText({ generation, acceptedGeneration }: StatusRow): string {
  return acceptedGeneration === generation ? String(generation) : `${acceptedGeneration ?? '?'}>${generation}`;
}

function guardedLines(view: StatusView, style: TableStyle): string[] {
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

/** What is held and told by no problem: each once, with since when. */
function holdLines(view: StatusView, style: TableStyle): string[] {
  const told = new Set(view.problems.map(({ message }) => message));
  const now = Date.parse(view.at);
  const shown = view.holds.filter(({ change, reason }) => change === undefined && !told.has(reason));
  // What holds an application on a fleet is one line, not one a cluster.
  const groups = [...Map.groupBy(shown, ({ application, reason }) => JSON.stringify([application, reason])).values()];
  return groups.flatMap((group) => {
    const [{ application, reason }] = group as [(typeof group)[number]];
    const since = group.map((one) => one.since).sort()[0] ?? view.at;
    const clusters = group.flatMap(({ cluster }) => (cluster === null ? [] : [cluster]));
    const where = [application ?? 'everything', clustersText(clusters)].filter((part) => part !== '').join(' on ');
    return wrap(`held ${where} for ${sinceText(since, now)}: ${reason}`, style.columns, '');
  });
}

const namedClusters = 3;

function clustersText(clusters: readonly string[]): string {
  const named = clusters.slice(0, namedClusters).join(', ');
  const more = clusters.length - namedClusters;
  return more <= 0 ? named : `${named} and ${more} more`;
}

/** Problems in the one-line form, never cut: the place must stay readable. Those of a guarded change stand with it. */
function problemLines(view: StatusView, style: TableStyle): string[] {
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

function painted(cell: string, style: TableStyle): string {
  const word = cell.trim();
  return style.color && Object.hasOwn(toneOf, word) ? toned(cell, toneOf[word as AppHealth]) : cell;
}

function short(digest: string | null): string {
  return digest === null || digest === '' ? '-' : digest.slice('sha256:'.length, 'sha256:'.length + 12);
}
