import { by } from '../../shared/lib/order.ts';
import type { Answer, Input } from '../api/routes.ts';
import { clusterOf } from '../status/cluster.ts';
import type { HubParts } from './parts.ts';
import { statusFacts } from './status.ts';

/** The registered clusters, sorted by name; with a name that one, or none. */
export function listClusters(parts: HubParts, { name }: Input<'list'> = {}): Answer<'list'> {
  const facts = statusFacts(parts);
  const { clusters } = parts.state();
  const named = name === undefined ? [...clusters.values()] : [clusters.get(name)].filter((one) => one !== undefined);
  const records = named.sort(by((record) => record.name));
  return { clusters: records.map((record) => clusterOf(record, facts)) };
}
