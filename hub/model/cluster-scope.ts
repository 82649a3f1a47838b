import type { Labels } from '../../shared/model/selector.ts';
import type { Steps } from './reporter.ts';

/** The facts of a cluster that a scope decides by. */
export interface ScopeCluster {
  readonly name: string;
  readonly labels: Labels;
  /** True for the local cluster of the hub. */
  readonly isLocal?: boolean;
}

/** Clusters by a rule, never as a list: a cluster that joins later is in it, too. An empty selector has none. */
export interface ClusterScope {
  readonly has: (cluster: ScopeCluster) => boolean;
  /** The namespace there; null = the application's own. */
  readonly namespace: string | null;
  /** The clusters that it names one by one, and where: a name that no cluster has is an error. */
  readonly names?: readonly { readonly name: string; readonly path: Steps }[];
  /** The labels that it asks for, for words about a scope without clusters. */
  readonly labels?: Labels;
  /** True where it may have no cluster. */
  readonly mayBeEmpty?: boolean;
  /** Where it is written, in the document of its application. */
  readonly path?: Steps;
}

/** The local cluster of the hub, where nothing says another place. */
export function localScope(namespace: string | null = null): ClusterScope {
  return { has: ({ isLocal }) => isLocal === true, namespace };
}
