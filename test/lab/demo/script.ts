/** One push of the demo: the folder of `examples/steps` that becomes the content of the config repository, and what has to come of it. */
export interface Step {
  readonly folder: string;
  readonly title: string;
  /** The commit message of the user's push. */
  readonly message: string;
  /** What the user wrote before the push. */
  readonly wrote: string;
  /** What there is to see. */
  readonly shows: string;
  /** The versions that run afterwards with all their replicas, and the share of the traffic of each. */
  readonly runs: Readonly<Record<string, number>>;
  /** The version that is meant to fail; those of `runs` must then keep replicas and traffic all along. */
  readonly fails?: string;
}

/** Replicas of each version on each cluster, as `examples/steps` places them. */
export const replicas: Readonly<Record<string, number>> = { 'prod-cluster-1': 5, local: 5, 'edge-cluster-1': 3 };

/** The clusters of `examples/steps` in the order of the table, and the way in which each carries traffic. */
export const roles = [
  { name: 'prod-cluster-1', way: 'istio' },
  { name: 'local', way: 'gateway-api' },
  { name: 'edge-cluster-1', way: 'ingress' },
] as const;

export type Way = (typeof roles)[number]['way'];

export const wayNames: Readonly<Record<Way, string>> = {
  istio: 'Istio',
  'gateway-api': 'Gateway API',
  ingress: 'Ingress',
};

/** The story of the demo. */
export const steps: readonly Step[] = [
  {
    folder: '1-v1',
    title: 'version 1 on three clusters',
    message: 'testsvc v1',
    wrote: 'an Application, and an ApplicationDeployment of example-app-v1',
    shows: 'replicas on each cluster, and all of the traffic sent to them.',
    runs: { v1: 100 },
  },
  {
    folder: '2-v1-and-v2',
    title: 'version 2 beside version 1',
    message: 'testsvc v2 at 50%',
    wrote: 'a new image, and both revisions with weight 50',
    shows: 'v2 starts first; half of the traffic moves when it is ready.',
    runs: { v1: 50, v2: 50 },
  },
  {
    folder: '3-v2',
    title: 'version 2 alone',
    message: 'testsvc v2 alone',
    wrote: 'an ApplicationDeployment without example-app-v1',
    shows: 'traffic moves to v2, then v1 is scaled down and removed.',
    runs: { v2: 100 },
  },
  {
    folder: '4-broken-v3',
    title: 'a version 3 that cannot start',
    message: 'testsvc v3',
    wrote: 'an image that does not exist, and example-app-v3 in place of v2',
    shows: 'v2 keeps its replicas and its traffic; status says why.',
    runs: { v2: 100 },
    fails: 'v3',
  },
];
