import { localScope, type ClusterScope } from '../model/cluster-scope.ts';
import type { JsonMap } from '../model/json-map.ts';
import { moment } from './outcome.ts';
import type { StepOutcome, StepWant } from './step.ts';

/** The place of what a step brings: a cluster by its name, else the local one. */
export function placeOf(cluster = '', namespace: string | null = null): ClusterScope {
  if (cluster === '' || cluster === 'local') return localScope(namespace);
  return { namespace, names: [{ name: cluster, path: ['cluster'] }], has: ({ name }) => name === cluster };
}

/** What a step wants that brings objects and no component. */
export function objectsWant(cluster = ''): readonly StepWant[] {
  return [{ scope: placeOf(cluster), policies: [], components: [], parallelism: null, action: 'run' }];
}

/** The moment of a step that brings objects: its waves say how far it is, and end it. */
export function bringing(objects: readonly JsonMap[], outputs: StepOutcome['outputs']): StepOutcome {
  return moment('running', '', { objects, outputs });
}
