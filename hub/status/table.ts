import type { AppHealth } from '../../shared/model/health.ts';
import { toned, withPrintableLines } from '../../shared/lib/printable.ts';
import { withTimeLeft } from '../../shared/model/time-left.ts';
import { trafficProviders } from '../../shared/model/traffic.ts';
import { ageText } from './age.ts';
import type { StatusRow, StatusView } from '../api/status.ts';
import type { StatusSummary } from '../api/status-summary.ts';
import { holdGroups } from './hold-groups.ts';
import { layoutTable, wrap, type Column } from './layout.ts';
import { clusterLines, keepingClusters } from './cluster-lines.ts';
import { plural, type TableStyle } from './style.ts';
import { attentionOf, mostRows, summariesFrom, summariesOf, type ApplicationSummary } from './summary.ts';
import { sinceText, toldLines } from './told-lines.ts';

/** The table of a view: one line a revision, what is wrong below it, and a summary as the last line. */
export function statusTable(raw: StatusView, style: TableStyle): string {
  const view = withPrintableLines(raw);
  const { rows, more } = attentionOf(view.applications);
  const summed = { summaries: summariesOf(view.applications), rows, more, at: view.at };
  const parts = [
    ...(isSummed(view, style) ? summaryParts(summed, style) : [rowsTable(view, style)]),
    ...clusterLines(view, style, keepingClusters(view.applications)),
    ...toldLines({ ...view, holds: holdGroups(view.holds, view.problems) }, style),
  ];
  return linesText(parts);
}

/** The same of a fleet that is too large for a line a row. */
export function summaryTable(given: StatusSummary, style: TableStyle): string {
  const view = withPrintableLines(given);
  const { rows, moreRows: more, at, clusters, moreClusters } = view;
  const counts = view.applications.map(({ application, health }) => {
    const found = Object.entries(health).filter(([, count]) => count > 0) as [AppHealth, number][];
    return [application, new Map(found)] as const;
  });
  const parts = [
    ...summaryParts({ summaries: summariesFrom(new Map(counts)), rows, more, at }, style),
    ...clusterLines({ clusters }, style, new Set(view.keeping)),
    ...(moreClusters === 0 ? [] : [`and ${plural(moreClusters, 'cluster')} more, see --all`]),
    ...toldLines(view, style),
  ];
  return linesText(parts);
}

function linesText(parts: readonly string[]): string {
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

/** A fleet that is summed up: its applications, the first rows that are not healthy, and how many more are not. */
interface Summed extends Pick<StatusView, 'at'> {
  readonly summaries: readonly ApplicationSummary[];
  readonly rows: readonly StatusRow[];
  readonly more: number;
}

/** One line an application, and below it the rows that need attention, worst first. */
function summaryParts({ summaries, rows, more, at }: Summed, style: TableStyle): string[] {
  const columns: Column[] = [
    { title: 'APPLICATION', least: 12 },
    { title: 'CLUSTERS' },
    { title: 'HEALTHY' },
    { title: 'WORST', paint: (cell) => painted(cell, style) },
    { title: 'NOT HEALTHY', least: 12 },
  ];
  const lines = summaries.map(({ application, clusters, healthy, worst, others }) => [
    shownName(application),
    String(clusters),
    String(healthy),
    worst,
    others.map(([health, count]) => `${count} ${health}`).join(', ') || '-',
  ]);
  return [
    `${layoutTable(columns, lines, style.columns)}\n`,
    ...(rows.length === 0 ? [] : [`${rowsTable({ at, applications: rows }, style)}\n`]),
    ...(more === 0 ? [] : [`and ${plural(more, 'row')} more that ${more === 1 ? 'is' : 'are'} not healthy`]),
    'every row: --all; those of one application or cluster: status APP, --cluster NAME',
  ];
}

function rowsTable(
  view: { readonly at: string; readonly applications: readonly StatusRow[] },
  style: TableStyle,
): string {
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

function painted(cell: string, style: TableStyle): string {
  const word = cell.trim();
  return style.color && Object.hasOwn(toneOf, word) ? toned(cell, toneOf[word as AppHealth]) : cell;
}

function short(digest: string | null): string {
  return digest === null || digest === '' ? '-' : digest.slice('sha256:'.length, 'sha256:'.length + 12);
}
