/** The version of a cluster, as KubeVela's templates read it. */
export interface ClusterVersion {
  readonly major: string;
  readonly minor: number;
  readonly gitVersion: string;
  /** Agents do not report it. */
  readonly platform: string;
}

/** What is taken for the version of Kubernetes where no agent can have reported one: in previews of a folder. */
export const assumedKubernetes = 'v1.36.0';

/** The version of a server that calls itself this (`v1.29.4-gke.1`); null for anything else. */
export function clusterVersionOf(kubernetes: string): ClusterVersion | null {
  const found = /^v?(\d+)\.(\d+)/.exec(kubernetes);
  if (found === null) return null;
  const gitVersion = kubernetes.startsWith('v') ? kubernetes : `v${kubernetes}`;
  return { major: String(found[1]), minor: Number(found[2]), gitVersion, platform: '' };
}
