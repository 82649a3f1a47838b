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

/**
 * What to send so that the hub has `next`: what changed, a heartbeat where nothing did and one is due, or all of it where the hub
 * may have another one than was told. Null = nothing. Pure.
 */
export function nextMessage(told: Told | null, next: AgentReport, isDue: boolean): NextMessage | null {
  const change = told === null ? null : changeOf(told.report, next);
  if (told !== null && change === null && !isDue) return null;
  const whole = () => wholeOf(next);
  if (told === null || !told.isBase || next.format === 1) return whole();
  const { format, channel, registration, sequence, issuedAt } = next;
  if (change === null) {
    const heartbeat = { format, channel, registration, sequence, base: told.report.sequence };
    const report = { ...told.report, sequence, issuedAt };
    return { message: { kind: 'heartbeat', heartbeat }, makes: { report, isBase: true } };
  }
  if (formats.reportChange.encode(change).byteLength > reportLimitOf(format)) return whole();
  return { message: { kind: 'change', change }, makes: { report: next, isBase: true } };
}

function wholeOf(next: AgentReport): NextMessage {
  const report = fitted(next);
  // What was cut is not what the next change is one of.
  const isBase = report === next && next.format !== 1;
  return { message: { kind: 'whole', report }, makes: { report: next, isBase } };
}
