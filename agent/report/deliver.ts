import { SluiceError } from '../../shared/errors.ts';
import { answerError } from '../../shared/lib/http-status.ts';
import type { Http, HttpLimits } from '../../shared/ports/http.ts';
import { payloadTypes, signaturesText, type Signer } from '../../shared/wire/envelope.ts';
import { feedPaths } from '../../shared/wire/feed.ts';
import { reportLimit } from '../../shared/model/limits.ts';
import { formats } from '../../shared/wire/formats.ts';
import type { AgentReport, ReportAnswer } from '../../shared/wire/report.ts';
import type { Authorization } from '../identity/credential.ts';

/** What delivering needs. */
export interface DeliverDeps {
  readonly http: Http;
  /** The hub's address; null where there is none: nothing is reported. */
  readonly hub: string | null;
  readonly signer: () => Signer;
  readonly authorization: Authorization;
  /** The highest report format that the hub reads. */
  readonly reportFormat: () => number;
}

const limits: HttpLimits = { maxBytes: 64 * 1024, idleMs: 10_000, totalMs: 20_000 };

/** Delivers one signed report to the hub and gives back the hub's answer; null without a hub. Throws when the hub did not take it. */
export function createDelivery(
  deps: DeliverDeps,
): (report: AgentReport, signal: AbortSignal) => Promise<ReportAnswer | null> {
  return async (report, signal) => {
    if (deps.hub === null) return null;
    const format = formats.report.highestFor(deps.reportFormat()) ?? formats.report.lowest;
    const payload = formats.report.encode({ ...report, format });
    if (payload.length > reportLimit) {
      throw new SluiceError('LIMIT_EXCEEDED', 'the report is too large', { facts: { bytes: payload.length } });
    }
    const signatures = signaturesText(deps.signer().sign(payloadTypes.report, payload));
    const body = Buffer.from(JSON.stringify({ payload: payload.toString('utf8'), signatures }));
    const headers = { 'content-type': 'application/json', authorization: deps.authorization() };
    const url = deps.hub + feedPaths.reports;
    const response = await deps.http.request({ method: 'POST', url, headers, body, signal, limits });
    if (response.status !== 200) throw answerError(response, deps.hub);
    return formats.reportAnswer.decode(response.body);
  };
}
