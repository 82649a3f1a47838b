import { hash } from 'node:crypto';
import { formats } from '../../../shared/wire/formats.ts';
import { appKey } from '../../../shared/wire/bundle.ts';
import type { AgentReport, ReportApp } from '../../../shared/wire/report.ts';
import type { ReceivedReport } from '../../model/reports.ts';

/** A report as it is stored: a row of its own for each application, so that what did not change is not written again. */
export interface ReportRow {
  readonly registration: string;
  readonly sequence: number;
  readonly receivedAt: number;
  readonly issuedAt: string;
  readonly signature: string | null;
  /** How many applications it has. */
  readonly count: number;
  /** All but sequence, time and applications; null = as it is stored. */
  readonly head: string | null;
  /** Those that are not as they are stored. */
  readonly apps: readonly AppRow[];
  /** True where `apps` are all of them. */
  readonly isWhole: boolean;
  /** Units that it has no more. */
  readonly gone: readonly string[];
}

/** An application of a report. */
export interface AppRow {
  readonly key: string;
  /** Since when it has its health, by the hub's clock; null = not known. */
  readonly since: number | null;
  readonly text: string;
}

/** All that is stored of a report. */
export type StoredRow = Omit<ReportRow, 'head' | 'isWhole' | 'gone'> & { readonly head: string };

/** What is to be written so that `received` is stored where `before` is; null = nothing is. Pure. */
export function rowOf(received: ReceivedReport, before: ReceivedReport | null): ReportRow {
  const { report, receivedAt, signature = null, since = {} } = received;
  const { registration, sequence, issuedAt, apps } = report;
  const known = new Set(before?.report.apps);
  const other = apps.filter((app) => !known.has(app) || before?.since?.[appKey(app)] !== since[appKey(app)]);
  const keys = new Set(apps === before?.report.apps ? [] : apps.map(appKey));
  const left = apps === before?.report.apps ? [] : (before?.report.apps ?? []).map(appKey);
  return {
    ...{ registration, sequence, receivedAt, issuedAt, signature, count: apps.length },
    head: before !== null && isSameHead(before.report, report) ? null : signed(headText(report)),
    apps: other.map((app) => appRow(app, since)),
    isWhole: before === null,
    gone: left.filter((key) => !keys.has(key)),
  };
}

/** The report of a stored row; throws where it is not as it was written. */
export function receivedOf({
  sequence,
  receivedAt,
  issuedAt,
  signature,
  count,
  head,
  apps,
}: StoredRow): ReceivedReport {
  if (apps.length !== count) throw new Error(`${apps.length} of ${count} applications are there`);
  const since = apps.flatMap(({ key, since: at }) => (at === null ? [] : [[key, at] as const]));
  const value = {
    ...(JSON.parse(unsigned(head)) as object),
    ...{ sequence, issuedAt, apps: apps.map(({ text }) => JSON.parse(unsigned(text)) as unknown) },
  };
  return {
    ...{ report: formats.report.decodeValue(value), receivedAt },
    ...(since.length > 0 && { since: Object.fromEntries(since) }),
    ...(signature !== null && { signature }),
  };
}

function appRow(app: ReportApp, since: Readonly<Record<string, number>>): AppRow {
  const key = appKey(app);
  return { key, since: since[key] ?? null, text: signed(JSON.stringify(app)) };
}

function headText(report: AgentReport): string {
  return JSON.stringify({ ...report, sequence: 0, issuedAt: '', apps: [] });
}

const parts = ['format', 'agent', 'accepted', 'settled', 'conditions', 'retired', 'envelope'] as const;

/** Values that a change left as they were are the very same. */
function isSameHead(before: AgentReport, report: AgentReport): boolean {
  return parts.every((part) => before[part] === report[part]);
}

const digits = 16;

// What a disk made of a text is not always damage that the database sees.
function signed(text: string): string {
  return sumOf(text) + text;
}

function unsigned(stored: string): string {
  const text = stored.slice(digits);
  if (stored.slice(0, digits) === sumOf(text)) return text;
  throw new Error('the text is not the one that was written');
}

function sumOf(text: string): string {
  return hash('sha256', text, 'hex').slice(0, digits);
}
