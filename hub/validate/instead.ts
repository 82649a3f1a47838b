import type { Steps } from '../model/reporter.ts';

const placements = 'place it with an ApplicationDeployment: clusterSelector.labels or name, pick, distribution';
const versions = 'list two revisions with weights in an ApplicationDeployment, and move the weights by commits';
const files = 'render it in CI into files, and name those with k8s-objects (properties.glob)';

/** What to use instead of types that KubeVela has and Sluice has not. */
const types: Readonly<Record<'component' | 'trait' | 'policy' | 'step', Readonly<Record<string, string>>>> = {
  component: {
    helm: files,
    helmchart: files,
    kustomize: files,
    deployment: 'webservice or worker; or k8s-objects for a manifest',
    service: 'webservice with ports and expose: true; or k8s-objects for a manifest',
    job: 'task',
    cronjob: 'cron-task',
    daemonset: 'daemon',
  },
  trait: {
    'canary-traffic': versions,
    'istio-gateway': 'spec.traffic of an ApplicationDeployment, with gateways',
    rollout: versions,
  },
  policy: {
    'apply-once': 'leave fields to others by the annotation sluice.dev/ignore-differences of a manifest',
    'env-binding': placements,
    'garbage-collect': 'what a commit removes is deleted, and much of it waits for an approval',
    health:
      'health is always judged; rollout.progressDeadline of an ApplicationDeployment says how long a change may take',
    override: `one Application for each variant; ${placements}`,
    replication: placements,
    'take-over': 'annotate the manifest with sluice.dev/adopt: "true"',
    topology: placements,
  },
  step: {
    'apply-component': 'all components are applied, in stages by kind',
    deploy: placements,
    deploy2env: placements,
    suspend: `a commit is the step: ${versions}`,
    'canary-rollout': versions,
    'blue-green-rollout': versions,
    'traffic-shift': versions,
  },
};

/** What to use instead of a type that is not supported; undefined for one that is not known. */
export function insteadOfType(what: keyof typeof types, type: string): string | undefined {
  const list = types[what];
  return Object.hasOwn(list, type) ? list[type] : undefined;
}

/** What to do about a type with a version (`web@v2`); undefined for one without. */
export function insteadOfVersion(type: string): string | undefined {
  const [name = '', version] = type.split('@');
  if (version === undefined || !/^v\d/.test(version)) return undefined;
  return `write ${name}: a revision keeps the definitions that it was made with, and there are no numbered ones`;
}

/** Members that OAM has and Sluice has not, and what to do. */
const members: Readonly<Record<string, string>> = {
  'components inputs': 'write the value into both components',
  'components outputs': 'write the value into both components',
  'components scopes': 'remove it: health is always judged',
  'components externalRevision': 'remove it: revisions are named NAME-vN; list one in an ApplicationDeployment',
  'components replicaKey': placements,
  'workflow ref': 'remove it: workflows are not supported yet',
  'spec rolloutPlan': versions,
  'spec scopes': 'remove it: health is always judged',
};

/** What to do instead of a member of OAM that Sluice has not; undefined for a member that nothing knows. */
export function insteadOfMember(path: Steps): string | undefined {
  const names = path.filter((step) => typeof step === 'string');
  const key = names.slice(-2).join(' ');
  return Object.hasOwn(members, key) ? members[key] : undefined;
}
