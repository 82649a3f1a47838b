import type { Answer, Input } from '../api/routes.ts';
import { revoke } from '../registry/change.ts';
import type { HubParts } from './parts.ts';
import { clusterStatus } from './status.ts';

/** Refuses a cluster's agent from now on, and ends its stream. Throws REFERENCE_NOT_FOUND, CONFLICT. */
export async function revokeCluster(parts: HubParts, input: Input<'revoke'>): Promise<Answer<'revoke'>> {
  const { name, registration } = input;
  const record = await parts.change(`revoke ${name}`, 'registry', (state) => revoke(state, name, registration));
  parts.onRevoked(record.registration);
  return clusterStatus(parts, record);
}
