import { startCluster } from '../../lab/cluster/cluster.ts';
import type { CrdSet } from '../../lab/controlplane/versions.ts';

/** Clusters that scenarios run on: embedded ones, or real API servers. */
export interface Backend {
  readonly name: string;
  /** Starts a cluster; `crds` are there from the start. */
  readonly start: (name: string, crds: readonly CrdSet[]) => Promise<RunningCluster>;
}

/** A cluster that runs. */
export interface RunningCluster {
  readonly kubeconfig: string;
  readonly stop: () => Promise<void>;
}

/** Clusters within this process. */
export const embedded: Backend = {
  name: 'embedded clusters',
  start: (name, crds) => startCluster({ name, crds }),
};
