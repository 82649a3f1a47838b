import type { Answer, Input } from '../api/routes.ts';
import { setReads } from '../registry/reads.ts';
import type { HubParts } from './parts.ts';
import { clusterStatus } from './status.ts';

/** Sets the format of bundles that a cluster's agent reads. Throws REFERENCE_NOT_FOUND, CONFLICT, or CONFIG_INVALID for one that is not written here. */
export async function setCluster(parts: HubParts, input: Input<'set'>): Promise<Answer<'set'>> {
  const { name, reads, registration = null } = input;
  const record = await parts.change(`set ${name}`, 'registry', (state) =>
    setReads(state, name, { reads, seen: registration }),
  );
  parts.reads.forget(record.registration);
  return clusterStatus(parts, record);
}
