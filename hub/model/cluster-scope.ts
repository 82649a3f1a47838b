import type { Labels } from '../../shared/model/selector.ts';

/** The facts of a cluster that a scope decides by. */
export interface ScopeCluster {
  readonly name: string;
  readonly labels: Labels;
}

/** Clusters by a rule, never as a list: a cluster that joins later is in it, too. An empty selector has none. */
export interface ClusterScope {
  readonly has: (cluster: ScopeCluster) => boolean;
  /** The namespace there; null = the application's own. */
  readonly namespace: string | null;
}
