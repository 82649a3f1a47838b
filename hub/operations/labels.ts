import type { Answer, Input } from '../api/routes.ts';
import { setLabels } from '../registry/change.ts';
import type { HubParts } from './parts.ts';
import { clusterStatus } from './status.ts';

/**
 * Sets labels of a cluster; null removes a label. Throws REFERENCE_NOT_FOUND, CONFLICT for another registration than the one that
 * was seen, NAME_INVALID for what is not a label, or CONFIG_INVALID for a site's label.
 */
export async function labelCluster(parts: HubParts, input: Input<'labels'>): Promise<Answer<'labels'>> {
  const { name, labels, registration } = input;
  const record = await parts.change(`label ${name}`, 'registry', (state) =>
    setLabels(state, name, labels, registration),
  );
  return clusterStatus(parts, record);
}
