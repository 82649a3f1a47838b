import { by } from '../../shared/lib/order.ts';
import type { Answer } from '../api/routes.ts';
import { clusterOf } from '../status/cluster.ts';
import type { HubParts } from './parts.ts';
import { statusFacts } from './status.ts';

/** The registered clusters, sorted by name. */
export function listClusters(parts: HubParts): Answer<'list'> {
  const facts = statusFacts(parts);
  const records = [...parts.state().clusters.values()].sort(by(({ name }) => name));
  return { clusters: records.map((record) => clusterOf(record, facts)) };
}
