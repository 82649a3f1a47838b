import { readEnrolment } from '../collect/authenticate.ts';
import { enrol } from '../registry/change.ts';
import type { HubParts } from './parts.ts';

/**
 * Makes an agent's key known in exchange for its token; the same key again changes nothing. Takes the bytes of a signed body.
 * Throws WIRE_INVALID, UNAUTHENTICATED, TOKEN_EXPIRED, REVOKED or FORBIDDEN.
 */
export async function enrolAgent(
  { change, state, clock, log }: Pick<HubParts, 'change' | 'state' | 'clock' | 'log'>,
  body: Uint8Array,
): Promise<void> {
  const { record, enrolment } = readEnrolment(body, state(), clock.now());
  if (record.agentKey === enrolment.publicKey) return;
  await change(`enrol the agent of ${record.name}`, 'registry', (now) => enrol(now, record.name, enrolment.publicKey));
  log.info('an agent enrolled', { cluster: record.name });
}
