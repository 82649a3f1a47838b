import { answerError } from '../../shared/lib/http-status.ts';
import type { Http, HttpLimits } from '../../shared/ports/http.ts';
import type { Signer } from '../../shared/wire/envelope.ts';
import { feedPaths } from '../../shared/wire/feed.ts';
import { formats } from '../../shared/wire/formats.ts';
import type { ReportAnswer, ReportMessage } from '../../shared/wire/report.ts';
import { encodeMessage } from '../../shared/wire/report-message.ts';
import type { Authorization } from '../identity/credential.ts';

/** What delivering needs. */
export interface DeliverDeps {
  readonly http: Http;
  /** The hub's address; null where there is none: nothing is reported. */
  readonly hub: string | null;
  readonly signer: () => Signer;
  readonly authorization: Authorization;
}

const limits: HttpLimits = { maxBytes: 64 * 1024, idleMs: 10_000, totalMs: 20_000 };

/** Delivers one signed report to the hub and gives back the hub's answer; null without a hub. Throws when the hub did not take it. */
export function createDelivery(
  deps: DeliverDeps,
): (message: ReportMessage, signal: AbortSignal) => Promise<ReportAnswer | null> {
  return async (message, signal) => {
    if (deps.hub === null) return null;
    const body = encodeMessage(message, deps.signer());
    const isJson = message.kind === 'whole' && message.report.format === 1;
    const headers = {
      'content-type': isJson ? 'application/json' : 'text/plain; charset=utf-8',
      authorization: deps.authorization(),
    };
    const url = deps.hub + feedPaths.reports;
    const response = await deps.http.request({ method: 'POST', url, headers, body, signal, limits });
    if (response.status !== 200) throw answerError(response, deps.hub);
    return formats.reportAnswer.decode(response.body);
  };
}
