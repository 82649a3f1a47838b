import { definitionKinds } from './documents.ts';

/** API groups whose kinds are ours. */
export const ourApiVersions = ['core.oam.dev/v1beta1', 'sluice.dev/v1alpha1'] as const;

/** The API version that KubeVela gives policies and workflows of their own. */
export const oamAlpha = 'core.oam.dev/v1alpha1';

/** The API version that Applications and definitions had first: they say the same in it. */
export const oamDefinitions = 'core.oam.dev/v1alpha2';

/** True for an API group that is ours in every version: an unknown kind in it is an error, not a document of another tool. */
export function isOurGroup(group: string): boolean {
  return ourApiVersions.some((apiVersion) => apiVersion.startsWith(`${group}/`));
}

/** Other names of kinds, in texts about OAM. */
export const kindAliases: Readonly<Record<string, string>> = {
  AppDeployment: 'ApplicationDeployment',
  WorkflowDefinition: 'WorkflowStepDefinition',
};

/** Every kind that users write, aliases included. */
export const documentKinds = [
  'Application',
  'ApplicationDeployment',
  'AppDeployment',
  'Cluster',
  'Policy',
  'Workflow',
  ...definitionKinds,
  'WorkflowDefinition',
] as const;
