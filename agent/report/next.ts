import { reportLimitOf } from '../../shared/model/limits.ts';
import { formats } from '../../shared/wire/formats.ts';
import type { AgentReport, ReportMessage } from '../../shared/wire/report.ts';
import { changeOf } from '../../shared/wire/report-change.ts';
import { fitted } from './fit.ts';

/** A report that the hub has. */
export interface Told {
  /** As it was made, of any size, with the number that the hub acknowledged. */
  readonly report: AgentReport;
  /** The hub has all of it, in a format that changes build on. */
  readonly isBase: boolean;
}

/** A message, and what the hub has once it acknowledged it. */
export interface NextMessage {
  readonly message: ReportMessage;
  readonly makes: Told;
}

/** Applications with what is said of them at the moment of sending alone. */
export type Timed = (apps: AgentReport['apps']) => AgentReport['apps'];

/**
 * What to send so that the hub has `next`: what changed, a heartbeat where nothing did and one is due, or all of it where the hub
 * may have another one than was told. Null = nothing. Pure.
 */
export function nextMessage(
  told: Told | null,
  next: AgentReport,
  { isDue, timed = (apps) => apps }: { readonly isDue: boolean; readonly timed?: Timed },
): NextMessage | null {
  const change = told === null ? null : changeOf(told.report, next);
  if (told !== null && change === null && !isDue) return null;
  const whole = () => wholeOf(next, timed);
  if (told === null || !told.isBase || next.format === 1) return whole();
  const { format, channel, registration, sequence, issuedAt } = next;
  if (change === null) {
    const heartbeat = { format, channel, registration, sequence, base: told.report.sequence };
    const report = { ...told.report, sequence, issuedAt };
    return { message: { kind: 'heartbeat', heartbeat }, makes: { report, isBase: true } };
  }
  const sent = { ...change, apps: timed(change.apps) };
  if (formats.reportChange.encode(sent).byteLength > reportLimitOf(format)) return whole();
  return { message: { kind: 'change', change: sent }, makes: { report: next, isBase: true } };
}

function wholeOf(next: AgentReport, timed: Timed): NextMessage {
  const said = { ...next, apps: timed(next.apps) };
  const report = fitted(said);
  // What was cut is not what the next change is one of.
  const isBase = report === said && next.format !== 1;
  return { message: { kind: 'whole', report }, makes: { report: next, isBase } };
}
