import { readEnrolment } from '../collect/authenticate.ts';
import { enrol } from '../registry/change.ts';
import type { HubParts } from './parts.ts';
import { noteReads, type ReadsHeader, type ReadsParts } from './reads.ts';

/**
 * Makes an agent's key known in exchange for its token; the same key again changes nothing. An agent that had another key until
 * now is refused from then on, and its stream ends. Takes the bytes of a signed body. Throws WIRE_INVALID, UNAUTHENTICATED,
 * TOKEN_EXPIRED, REVOKED or FORBIDDEN.
 */
export async function enrolAgent(
  parts: Pick<HubParts, 'change' | 'log' | 'onRevoked'> & ReadsParts,
  body: Uint8Array,
  header?: ReadsHeader,
): Promise<void> {
  const { change, state, clock, log } = parts;
  const { enrolment, cluster, token } = readEnrolment(body, state());
  const request = { cluster, registration: enrolment.registration, publicKey: enrolment.publicKey, token };
  // Judged at once, so that no stranger's request waits in the queue of changes, and again by the state that it changes.
  const { changes, result: record } = enrol(state(), request, clock.now());
  noteReads(parts, record, header);
  if (changes.clusters === undefined) return;
  const former: (string | null)[] = [];
  await change(`enrol the agent of ${record.name}`, 'registry', (now) => {
    former.push(now.clusters.get(record.name)?.agentKey ?? null);
    return enrol(now, request, clock.now());
  });
  // The state that was changed is the last that was judged.
  if (former.at(-1) !== null) parts.onRevoked(record.registration);
  log.info('an agent enrolled', { cluster: record.name });
}
