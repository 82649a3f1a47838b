import { logLines } from '../../shared/lib/log-line.ts';
import type { ReportAnswer } from '../../shared/wire/report.ts';
import { readReport, type AuthenticReport } from '../collect/authenticate.ts';
import { hasLeft, remove } from '../registry/change.ts';
import type { HubParts } from './parts.ts';
import { noteReads, type ReadsHeader, type ReadsParts } from './reads.ts';

type ReportParts = Pick<HubParts, 'change' | 'reports' | 'metrics' | 'changed' | 'log' | 'onRevoked'> & ReadsParts;

/**
 * Takes the report of an agent. A cluster whose decommission is done leaves the registry; a report that changes what a pass
 * would decide starts one. Takes the bytes of a signed body. Throws WIRE_INVALID, LIMIT_EXCEEDED, UNAUTHENTICATED or REVOKED.
 */
export async function takeReport(parts: ReportParts, body: Uint8Array, header?: ReadsHeader): Promise<ReportAnswer> {
  const { change, trigger, state, clock, reports, metrics, changed, log, onRevoked } = parts;
  const authentic = authenticate(parts, body);
  const { record, report } = authentic;
  noteReads(parts, record, header);
  const { answer, fresh, matters, lines } = reports.take(authentic, state(), clock.now());
  metrics.report(fresh ? 'taken' : 'replayed');
  if (!fresh) return answer;
  changed.raise();
  logLines(log, lines);
  if (hasLeft(state(), report)) {
    const forget = { mode: 'orphan', forget: true } as const;
    const isGone = await change(`${record.name} has left`, 'report', (now) => {
      // It may have been let in again by now, or another registration may have its name.
      if (!hasLeft(now, report)) return { changes: {}, result: false };
      return { ...remove(now, record.name, forget), result: true };
    });
    if (isGone) onRevoked(record.registration);
  } else if (matters) trigger('report');
  return answer;
}

function authenticate({ state, metrics }: Pick<HubParts, 'state' | 'metrics'>, body: Uint8Array): AuthenticReport {
  try {
    return readReport(body, state());
  } catch (error) {
    metrics.report('refused');
    throw error;
  }
}
