import { SluiceError } from '../../shared/errors.ts';
import { logLines } from '../../shared/lib/log-line.ts';
import type { AgentReport, ReportAnswer } from '../../shared/wire/report.ts';
import { readReport, type AuthenticMessage } from '../collect/authenticate.ts';
import type { ClusterRecord } from '../model/registry.ts';
import { hasLeft, remove } from '../registry/change.ts';
import type { HubParts } from './parts.ts';
import { noteReads, type ReadsHeader, type ReadsParts } from './reads.ts';

type ReportParts = Pick<HubParts, 'change' | 'reports' | 'metrics' | 'changed' | 'health' | 'log' | 'onRevoked'> &
  ReadsParts;

/**
 * Takes the report of an agent. A cluster whose decommission is done leaves the registry; a report that changes what a pass
 * would decide starts one. Answered once it is on disk. Throws WIRE_INVALID, LIMIT_EXCEEDED, UNAUTHENTICATED, REVOKED, or UNAVAILABLE.
 */
export async function takeReport(parts: ReportParts, body: Uint8Array, header?: ReadsHeader): Promise<ReportAnswer> {
  const { state, clock, reports, metrics, changed, log } = parts;
  const authentic = authenticate(parts, body);
  noteReads(parts, authentic.record, header);
  const { answer, outcome, report, matters, lines, saved } = reports.take(authentic, state(), clock.now());
  metrics.report(outcome);
  if (report !== null) {
    changed.raise();
    parts.health.heard(report.cluster);
    logLines(log, lines);
    if (matters) parts.trigger('report');
  }
  await saved.catch((error: unknown) => Promise.reject(notSaved(error)));
  if (report !== null && hasLeft(state(), report)) await forget(parts, authentic.record, report);
  return answer;
}

/** Removes a cluster that has left from the registry. */
async function forget(
  { change, onRevoked }: Pick<ReportParts, 'change' | 'onRevoked'>,
  { name, registration }: Pick<ClusterRecord, 'name' | 'registration'>,
  report: AgentReport,
): Promise<void> {
  const isGone = await change(`${name} has left`, 'report', (now) => {
    // It may have been let in again by now, or another registration may have its name.
    if (!hasLeft(now, report)) return { changes: {}, result: false };
    return { ...remove(now, name, { mode: 'orphan', forget: true }), result: true };
  });
  if (isGone) onRevoked(registration);
}

function notSaved(error: unknown): SluiceError {
  return new SluiceError('UNAVAILABLE', 'the report could not be stored: send it again', {}, error);
}

function authenticate({ state, metrics }: Pick<HubParts, 'state' | 'metrics'>, body: Uint8Array): AuthenticMessage {
  try {
    return readReport(Buffer.from(body.buffer, body.byteOffset, body.byteLength), state());
  } catch (error) {
    metrics.report('refused');
    throw error;
  }
}
