import { z } from 'zod';
import { annotation } from '../../shared/model/names.ts';
import { providerNames, trafficProviders, type ProviderName } from '../../shared/model/traffic.ts';
import { rolloutSettings } from './rollout.ts';
import { policyEntry, workflow, workflowMode, workflowStep } from './workflow.ts';

/**
 * The documents that users write in the config repository (semantics.md). Strict: a member that is not
 * listed here is an error with its place, because ignoring it would do something else than what was written.
 */
const name = z.string().min(1);
const labels = z.record(z.string(), z.string());
const metadata = z.strictObject({
  name,
  namespace: z.string().min(1).optional(),
  labels: labels.optional(),
  annotations: labels.optional(),
  // Accepted because exports of live objects carry them; they mean nothing here.
  uid: z.unknown().optional(),
  resourceVersion: z.unknown().optional(),
  generation: z.unknown().optional(),
  creationTimestamp: z.unknown().optional(),
  managedFields: z.unknown().optional(),
});
const properties = z.record(z.string(), z.unknown());

export const trait = z.strictObject({ type: name, properties: properties.optional() });
export type Trait = z.infer<typeof trait>;

export const component = z.strictObject({
  name,
  type: name,
  properties: properties.optional(),
  traits: z.array(trait).optional(),
  /** Components that must be healthy before it is applied. */
  dependsOn: z.array(name).optional(),
  /** Values of other components that are put into its properties; it waits for those. */
  inputs: z.array(z.strictObject({ from: name, parameterKey: z.string().min(1) })).optional(),
  /** Values that others may take: CUE over its objects and the context. */
  outputs: z.array(z.strictObject({ name, valueFrom: z.string().min(1) })).optional(),
  // Accepted because documents of KubeVela have them; they mean nothing here, and a warning says so.
  scopes: z.unknown().optional(),
  externalRevision: z.unknown().optional(),
});
/**
 * A component; `replica` = of which one it is a copy, and for which key, where a policy of type replication made it; `asks` = the fields
 * (JSON pointers) that are to be reported of each of the objects to which it refers, where steps read them.
 */
export type Component = z.infer<typeof component> & {
  readonly replica?: { readonly of: string; readonly key: string };
  readonly asks?: readonly (readonly string[])[];
};

export const applicationSpec = z.strictObject({
  /** None where a workflow or policies make all that there is. */
  components: z.array(component),
  policies: z.array(policyEntry).optional(),
  workflow: workflow.optional(),
});
export type ApplicationSpec = Omit<z.infer<typeof applicationSpec>, 'components'> & { components: Component[] };

export const application = z.strictObject({
  apiVersion: z.string(),
  kind: z.literal('Application'),
  metadata,
  spec: applicationSpec,
  status: z.unknown().optional(),
});
export type Application = Omit<z.infer<typeof application>, 'spec'> & { spec: ApplicationSpec };

/** True when an Application's annotations say that it only records revisions. */
export function isRevisionOnly(doc: Pick<Application, 'metadata'>): boolean {
  const { annotations = {} } = doc.metadata;
  return annotations[annotation.revisionOnly] === 'true' || annotations[annotation.rolloutTemplate] === 'true';
}

const stringMatch = z.union([
  z.strictObject({ prefix: z.string().min(1) }),
  z.strictObject({ exact: z.string().min(1) }),
  z.strictObject({ regex: z.string().min(1) }),
]);
export type StringMatch = z.infer<typeof stringMatch>;

export const httpMatch = z.strictObject({
  uri: stringMatch.optional(),
  headers: z.record(z.string(), stringMatch).optional(),
  method: z.union([stringMatch, z.string().min(1)]).optional(),
});
export type HttpMatch = z.infer<typeof httpMatch>;

export const weightedTarget = z.strictObject({
  revisionName: name,
  componentName: name,
  port: z.number().int().min(1).max(65535),
  weight: z.number().int().min(0).max(100).optional(),
});
export type WeightedTarget = z.infer<typeof weightedTarget>;

export const httpRule = z.strictObject({
  match: z.array(httpMatch).optional(),
  weightedTargets: z.array(weightedTarget).min(1),
});
export type HttpRule = z.infer<typeof httpRule>;

export const traffic = z.strictObject({
  provider: z.enum(['auto', ...providerNames, 'none']).default('auto'),
  hosts: z.array(z.string().min(1)).default([]),
  gateways: z.array(z.string().min(1)).optional(),
  http: z.array(httpRule).default([]),
});
export type Traffic = z.infer<typeof traffic>;

export const clusterSelector = z.strictObject({
  labels: labels.optional(),
  name: name.optional(),
  pick: z.union([z.enum(['one', 'all']), z.number().int().min(1)]).default('one'),
});
export type ClusterSelector = z.infer<typeof clusterSelector>;

export const placement = z.strictObject({
  clusterSelector: clusterSelector.optional(),
  distribution: z.strictObject({ replicas: z.number().int().min(0).optional() }).optional(),
});
export type Placement = z.infer<typeof placement>;

export const appRevision = z.strictObject({ revisionName: name, placement: z.array(placement).min(1) });
export type AppRevision = z.infer<typeof appRevision>;

/** The waves over clusters, and the steps in each of them. */
export const rollout = rolloutSettings.extend({ progressDeadline: z.string().optional() });

export const applicationDeployment = z.strictObject({
  apiVersion: z.string(),
  kind: z.literal('ApplicationDeployment'),
  metadata,
  spec: z.strictObject({
    traffic: traffic.optional(),
    appRevisions: z.array(appRevision),
    rollout: rollout.optional(),
  }),
  status: z.unknown().optional(),
});
export type ApplicationDeployment = z.infer<typeof applicationDeployment>;

const settings = {
  gateways: z.strictObject({ gateways: z.array(name).optional() }),
  className: z.strictObject({ className: name.optional() }),
} as const;

type CapabilitySchema = z.ZodOptional<z.ZodUnion<[z.ZodBoolean, (typeof settings)[keyof typeof settings]]>>;

/** What a cluster offers: a member for each traffic provider of shared/model/traffic.ts. */
export const capabilities = z.strictObject(
  Object.fromEntries(
    trafficProviders.map(({ name, setting }) => [name, z.union([z.boolean(), settings[setting]]).optional()]),
  ) as Readonly<Record<ProviderName, CapabilitySchema>>,
);
export type Capabilities = z.infer<typeof capabilities>;

export const cluster = z.strictObject({
  apiVersion: z.string(),
  kind: z.literal('Cluster'),
  metadata,
  spec: z
    .strictObject({
      kubeconfigSecretRef: z.strictObject({ name, namespace: name.optional(), key: name.optional() }).optional(),
      capabilities: capabilities.optional(),
    })
    .optional(),
  status: z.unknown().optional(),
});
export type Cluster = z.infer<typeof cluster>;

/** The kinds of X-Definitions: CUE templates that platform teams add. */
export const definitionKinds = [
  'ComponentDefinition',
  'TraitDefinition',
  'PolicyDefinition',
  'WorkflowStepDefinition',
  'WorkloadDefinition',
] as const;

export const definition = z.strictObject({
  apiVersion: z.string(),
  kind: z.enum(definitionKinds),
  metadata,
  spec: z.looseObject({
    schematic: z.looseObject({ cue: z.strictObject({ template: z.string().min(1) }).optional() }).optional(),
    workload: z.unknown().optional(),
    appliesToWorkloads: z.array(z.string()).optional(),
    podDisruptive: z.boolean().optional(),
  }),
  status: z.unknown().optional(),
});
export type Definition = z.infer<typeof definition>;

/** A policy in a document of its own: a step names it. */
export const policyDocument = z.strictObject({
  apiVersion: z.string(),
  kind: z.literal('Policy'),
  metadata,
  type: name,
  properties: properties.optional(),
});
export type PolicyDocument = z.infer<typeof policyDocument>;

/** A workflow in a document of its own: `workflow.ref` of an Application names it. */
export const workflowDocument = z.strictObject({
  apiVersion: z.string(),
  kind: z.literal('Workflow'),
  metadata,
  mode: workflowMode.optional(),
  steps: z.array(workflowStep),
});
export type WorkflowDocument = z.infer<typeof workflowDocument>;

/** The namespace of a document: its own, else `default`. */
export function namespaceOf(doc: { readonly metadata: { readonly namespace?: string | undefined } }): string {
  return doc.metadata.namespace ?? 'default';
}

/** `namespace/name` of a document. */
export function docKey(doc: {
  readonly metadata: { readonly name: string; readonly namespace?: string | undefined };
}): string {
  return `${namespaceOf(doc)}/${doc.metadata.name}`;
}
