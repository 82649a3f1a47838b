import type { Steps } from '../model/reporter.ts';

const files = 'render it in CI into files, and name those with k8s-objects (properties.glob)';

const outside =
  'do it in CI, before the commit: a hub of Sluice holds no credentials of clusters, clouds or registries';

const configs = 'export2config, or a ConfigMap as a component: there are no configs beside the repository';

const secrets = 'declare the Secret, or what an operator makes it of (ExternalSecret, SealedSecret), as a component';

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
  trait: {},
  policy: {
    debug: 'remove it: status and reports say what each object does',
  },
  step: {
    'addon-operation': 'declare what the addon installs; what installs definitions is a commit of theirs',
    'apply-app': 'commit the Application: each document of the repository is delivered',
    'apply-application-in-parallel': 'apply-application: components that wait for nothing are applied at once',
    'apply-deployment': 'declare a component of type webservice or worker',
    'apply-terraform-config': outside,
    'apply-terraform-provider': outside,
    'build-push-image': outside,
    'clean-jobs': 'remove it: finished Jobs go by ttlSecondsAfterFinished',
    'create-config': configs,
    'delete-config': configs,
    'deploy-cloud-resource': outside,
    'deploy-components': 'a step of type deploy for each, with an override whose selector names its components',
    deploy2runtime: 'deploy, with policies of type topology',
    'export-data': 'export2config, with cluster, a step for each; or a ConfigMap as a component',
    'export-service': 'declare the Service as a component of type k8s-objects, where a deploy step brings it',
    export2secret: secrets,
    'generate-jdbc-connection': 'compose it in the env of the component, from the keys of the Secret (secretKeyRef)',
    'list-config': configs,
    'multi-env': 'deploy2env, with policy and env: it delivers the components of the env',
    'read-app': 'depends-on-app: it waits until the other application is delivered and healthy',
    'read-config': configs,
    'restart-workflow': 'remove it: every commit that changes the content is a delivery',
    'share-cloud-resource': outside,
    'vela-cli': outside,
    'webhook-notification': 'notification; its url is { value: ADDRESS } or { secretRef: { name, key } }',
  },
};

/** What to use instead of a type that is not supported; undefined for one that is not known. */
export function insteadOfType(what: keyof typeof types, type: string): string | undefined {
  const list = types[what];
  return Object.hasOwn(list, type) ? list[type] : undefined;
}

/** What to do about a type with a version (`web@v2`) that no document has; undefined for one without. */
export function insteadOfVersion(type: string): string | undefined {
  const [name = '', version] = type.split('@');
  if (version === undefined || !/^v\d/.test(version)) return undefined;
  const revision = `a DefinitionRevision ${name}-${version}`;
  return `write ${name}: a revision of the application keeps the definition that it was made with; or add ${revision}`;
}

const record = (what: string) => ({
  message: `${what} is what KubeVela wrote down of a run, and means nothing here: it is left out`,
  hint: 'remove it from the repository, or leave it out with exclude',
});

/** Kinds of KubeVela that mean nothing here: each is left out, with these words. */
const kinds: Readonly<Record<string, { readonly message: string; readonly hint: string }>> = {
  HealthScope: { message: 'a HealthScope is left out: health is judged all the time', hint: 'remove it' },
  ScopeDefinition: { message: 'a ScopeDefinition is left out: there are no scopes', hint: 'remove it' },
  WorkflowRun: {
    message: 'a WorkflowRun is left out: steps run with each commit that changes what they deliver',
    hint: 'write its steps as the workflow of an Application',
  },
  ApplicationRevision: record('an ApplicationRevision'),
  ResourceTracker: record('a ResourceTracker'),
};

/** Why a kind of KubeVela is left out, and what to do; undefined for any other. */
export function insteadOfKind(kind: string): { readonly message: string; readonly hint: string } | undefined {
  return Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
}

const model = 'write an Application: each component has a type and properties; objects as they are go into k8s-objects';

const rollout = 'write an Application with a policy of type rollout, or an ApplicationDeployment';

/** Kinds of OAM before the Application of today, and what says the same now. */
const formerKinds: Readonly<Record<string, string>> = {
  ApplicationConfiguration: model,
  Component: model,
  ContainerizedWorkload: model,
  AppRollout: rollout,
  Rollout: rollout,
};

/** What to write for a kind of OAM before the Application of today; undefined for any other. */
export function insteadOfFormerKind(kind: string): string | undefined {
  return Object.hasOwn(formerKinds, kind) ? formerKinds[kind] : undefined;
}

/** Members that OAM has and Sluice has not, and what to do. */
const members: Readonly<Record<string, string>> = {
  'components scopes': 'remove it: health is always judged',
  'components externalRevision': 'remove it: revisions are named NAME-vN; list one in an ApplicationDeployment',
  'components replicaKey': 'a policy of type replication makes copies',
  'spec rolloutPlan': 'use a policy of type rollout (waves, steps), or the step canary-rollout of the workflow',
  'spec scopes': 'remove it: health is always judged',
};

/** What to do instead of a member of OAM that Sluice has not; undefined for a member that nothing knows. */
export function insteadOfMember(path: Steps): string | undefined {
  const names = path.filter((step) => typeof step === 'string');
  const key = names.slice(-2).join(' ');
  return Object.hasOwn(members, key) ? members[key] : undefined;
}

const secretFile =
  'write secretRef: { name: hooks, key: url }: the address is in the file hooks/url of effects.secretsDir of the hub';

/** What to write where a member is missing that is not what it looks like. */
const missing: Readonly<Record<string, string>> = { 'secretRef key': secretFile, 'secretRef name': secretFile };

/** What to write for a member that is missing; undefined where its name says it. */
export function hintOfMissing(path: Steps): string | undefined {
  const key = path.slice(-2).join(' ');
  return Object.hasOwn(missing, key) ? missing[key] : undefined;
}
