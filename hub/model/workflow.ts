import { z } from 'zod';

/** What an Application says of its way to the clusters: its policies and its workflow (delivery.md). */
const name = z.string().min(1);
const properties = z.record(z.string(), z.unknown());

/** One policy, in an Application or in a document of its own. */
export const policyEntry = z.strictObject({ name: name.optional(), type: name, properties: properties.optional() });
export type PolicyEntry = z.infer<typeof policyEntry>;

const stepModes = z.enum(['StepByStep', 'DAG']);

/** Whether steps run one after the other, or as soon as those that they depend on have ended. */
export type StepMode = z.infer<typeof stepModes>;

export const workflowMode = z.strictObject({ steps: stepModes.optional(), subSteps: stepModes.optional() });

const stepMembers = {
  name: name.optional(),
  type: name,
  /** Says nothing here: the design text has it. */
  stage: z.string().optional(),
  meta: z.strictObject({ alias: z.string().optional() }).optional(),
  if: z.string().optional(),
  timeout: z.string().optional(),
  dependsOn: z.array(name).optional(),
  inputs: z.array(z.strictObject({ from: name, parameterKey: z.string().optional() })).optional(),
  outputs: z.array(z.strictObject({ name, valueFrom: z.string().min(1) })).optional(),
  properties: properties.optional(),
} as const;

const subStep = z.strictObject(stepMembers);
export const workflowStep = z.strictObject({
  ...stepMembers,
  mode: stepModes.optional(),
  subSteps: z.array(subStep).optional(),
});
type WrittenStep = z.infer<typeof workflowStep>;

/** A step; `template` is that of the repository's own definition of its type, put in before anything reads it. */
export interface WorkflowStep extends Omit<WrittenStep, 'subSteps'> {
  readonly template?: string | undefined;
  readonly subSteps?: WorkflowStep[] | undefined;
}

/** The workflow of an Application: its own steps, or the name of a Workflow document. */
export const workflow = z.strictObject({
  ref: name.optional(),
  mode: workflowMode.optional(),
  steps: z.array(workflowStep).optional(),
});
export type Workflow = Omit<z.infer<typeof workflow>, 'steps'> & { readonly steps?: WorkflowStep[] | undefined };

/** The name of the policy at a place of its list. */
export function policyName({ name: written }: PolicyEntry, index: number): string {
  return written ?? `policy-${index}`;
}

/** The name of the step at a place of its list; of a step in a group, that of the group comes first. */
export function stepName({ name: written }: Pick<WorkflowStep, 'name'>, index: number, group?: string): string {
  return written ?? (group === undefined ? `step-${index}` : `${group}-${index}`);
}
