import type { Answer, Input } from '../api/routes.ts';
import { setLabels } from '../registry/change.ts';
import type { HubParts } from './parts.ts';
import { clusterStatus } from './status.ts';

/** Sets labels of a cluster; null removes a label. Throws REFERENCE_NOT_FOUND, or CONFIG_INVALID for a site's label. */
export async function labelCluster(parts: HubParts, { name, labels }: Input<'labels'>): Promise<Answer<'labels'>> {
  await parts.change(`label ${name}`, 'registry', (state) => setLabels(state, name, labels));
  return clusterStatus(parts, name);
}
