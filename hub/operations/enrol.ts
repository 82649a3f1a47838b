import { readEnrolment } from '../collect/authenticate.ts';
import { enrol } from '../registry/change.ts';
import type { HubParts } from './parts.ts';
import { noteReads, type ReadsHeader, type ReadsParts } from './reads.ts';

/**
 * Makes an agent's key known in exchange for its token; the same key again changes nothing. Takes the bytes of a signed body.
 * Throws WIRE_INVALID, UNAUTHENTICATED, TOKEN_EXPIRED, REVOKED or FORBIDDEN.
 */
export async function enrolAgent(
  parts: Pick<HubParts, 'change' | 'log'> & ReadsParts,
  body: Uint8Array,
  header?: ReadsHeader,
): Promise<void> {
  const { change, state, clock, log } = parts;
  const { record, enrolment } = readEnrolment(body, state(), clock.now());
  noteReads(parts, record, header);
  if (record.agentKey === enrolment.publicKey) return;
  await change(`enrol the agent of ${record.name}`, 'registry', (now) => enrol(now, record.name, enrolment.publicKey));
  log.info('an agent enrolled', { cluster: record.name });
}
