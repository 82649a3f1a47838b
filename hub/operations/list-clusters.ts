import { inSlices, mapping } from '../../shared/lib/slices.ts';
import { by } from '../../shared/lib/order.ts';
import type { Answer, Input } from '../api/routes.ts';
import { clusterOf } from '../status/cluster.ts';
import type { HubParts } from './parts.ts';
import { statusFacts } from './status.ts';

/** What a cluster costs, in units of a slice. */
const clusterUnits = 2;

/** The registered clusters, sorted by name; with a name that one, or none. */
export async function listClusters(parts: HubParts, { name }: Input<'list'> = {}): Promise<Answer<'list'>> {
  const facts = statusFacts(parts);
  const { clusters } = parts.state();
  const named = name === undefined ? [...clusters.values()] : [clusters.get(name)].filter((one) => one !== undefined);
  const records = named.sort(by((record) => record.name));
  return { clusters: await inSlices(mapping(records, clusterUnits, (record) => clusterOf(record, facts))) };
}
