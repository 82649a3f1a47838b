import { asSluiceError, type SluiceError } from '../../shared/errors.ts';
import { backoff } from '../../shared/lib/backoff.ts';
import { answerError } from '../../shared/lib/http-status.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import type { Http, HttpLimits } from '../../shared/ports/http.ts';
import type { Log } from '../../shared/ports/log.ts';
import { payloadTypes, signaturesText, type Signer } from '../../shared/wire/envelope.ts';
import { feedPaths } from '../../shared/wire/feed.ts';
import { formats } from '../../shared/wire/formats.ts';
import { saidOf } from '../model/said.ts';
import type { Identity } from '../model/site.ts';

/** What enrolment needs. */
export interface EnrolDeps {
  readonly http: Http;
  readonly hub: string;
  readonly identity: Pick<Identity, 'channel' | 'registration'>;
  /** The join token's signer, and the agent's own public key. */
  readonly token: Signer;
  readonly publicKey: string;
}

const limits: HttpLimits = { maxBytes: 64 * 1024, idleMs: 15_000, totalMs: 30_000 };

/** Makes the agent's key known to the hub, signed with the join token; repeating it with the same key changes nothing. */
export async function enrol(deps: EnrolDeps, signal: AbortSignal): Promise<void> {
  const { channel, registration } = deps.identity;
  const content = { format: formats.enrolment.lowest, channel, registration, publicKey: deps.publicKey };
  const payload = formats.enrolment.encode(content);
  const signatures = signaturesText(deps.token.sign(payloadTypes.enrolment, payload));
  const body = Buffer.from(JSON.stringify({ payload: payload.toString('utf8'), signatures }));
  const url = deps.hub + feedPaths.enrol;
  const headers = { 'content-type': 'application/json' };
  const response = await deps.http.request({ method: 'POST', url, headers, body, signal, limits });
  if (response.status >= 200 && response.status < 300) return;
  throw answerError(response, deps.hub);
}

/**
 * Enrols in the background until it worked, with a backoff; pulling never waits for it. Calls `done` once. `giveUp` says after which
 * answers it is not tried again.
 */
export async function enrolUntilDone(
  deps: EnrolDeps & {
    readonly clock: Clock;
    readonly random: Random;
    readonly log: Log;
    readonly giveUp?: (error: SluiceError) => boolean;
  },
  signal: AbortSignal,
  done: () => Promise<void>,
): Promise<void> {
  let said: string | null = null;
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      await enrol(deps, signal);
      await done();
      deps.log.info('enrolled with the hub');
      return;
    } catch (error) {
      const fault = asSluiceError(error);
      const fields = { code: fault.code, error: saidOf(fault), attempt };
      if (!isAborted(signal)) deps.log[said === fields.error ? 'debug' : 'warn']('enrolment failed', fields);
      said = fields.error;
      if (deps.giveUp?.(fault) === true) return;
    }
    await deps.clock.sleep(backoff(attempt, deps.random), signal).catch(() => undefined);
  }
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
