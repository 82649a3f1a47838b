import { z } from 'zod';
import type { ClusterScope } from '../../model/cluster-scope.ts';
import { matchesLabels } from '../labels.ts';
import { definePolicy } from '../policy.ts';

const name = z.string().min(1);
const labels = z.record(z.string(), z.string());
const schema = z.strictObject({
  clusters: z.array(name).optional(),
  clusterLabelSelector: labels.optional(),
  /** The name that KubeVela had before. */
  clusterSelector: labels.optional(),
  namespace: name.optional(),
  allowEmpty: z.boolean().optional(),
});
type Topology = z.infer<typeof schema>;

/** How the local cluster is called in KubeVela, whatever its name is here. */
const local = 'local';

/** `topology`: the clusters, by name or by labels, and the namespace there. */
export const topology = definePolicy({
  type: 'topology',
  schema,
  check: ({ properties }, { path, reporter }) => {
    const { clusters } = properties;
    if (clusters?.length === 0) {
      const hint = 'name clusters, or remove it to deliver to the local cluster';
      reporter.error('DOCUMENT_INVALID', [...path, 'clusters'], 'clusters must not be empty', hint);
    }
    const selector = selectorOf(properties);
    if (clusters !== undefined && selector !== undefined) {
      const key = properties.clusterLabelSelector === undefined ? 'clusterSelector' : 'clusterLabelSelector';
      const message = `clusters and ${key} are given: which of them counts cannot be told`;
      reporter.error('DOCUMENT_INVALID', [...path, key], message, 'remove one of the two');
    }
    if (clusters === undefined && selector !== undefined && Object.keys(selector).length === 0) {
      const isMeant = properties.allowEmpty === true;
      const message = 'an empty selector has no clusters: nothing is delivered by it';
      if (!isMeant) reporter.warn('PLACEMENT_EMPTY', path, message, 'name labels, or set allowEmpty: true');
    }
  },
  apply: ({ properties }) => [{ kind: 'scope', scope: scopeOf(properties) }],
});

function selectorOf({ clusterLabelSelector, clusterSelector }: Topology): Topology['clusterLabelSelector'] {
  return clusterLabelSelector ?? clusterSelector;
}

function scopeOf(properties: Topology): ClusterScope {
  const { clusters, namespace = null, allowEmpty } = properties;
  const more = { namespace, ...(allowEmpty === true && { mayBeEmpty: true }) };
  if (clusters !== undefined) {
    const names = clusters.map((one, index) => ({ name: one, path: ['clusters', index] }));
    return {
      ...more,
      names,
      has: (one) => clusters.includes(one.name) || (one.isLocal === true && clusters.includes(local)),
    };
  }
  const selector = selectorOf(properties);
  if (selector === undefined) return { ...more, has: ({ isLocal }) => isLocal === true };
  const isEmpty = Object.keys(selector).length === 0;
  return {
    ...more,
    labels: selector,
    has: (one) => !isEmpty && matchesLabels(selector, one.labels),
  };
}
