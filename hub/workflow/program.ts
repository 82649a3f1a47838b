import type { Digest } from '../../shared/lib/canonical.ts';
import type { Steps } from '../model/reporter.ts';
import type { RolloutSettings } from '../model/rollout.ts';
import type { StepMode } from '../model/workflow.ts';
import type { StepType, StepUse, StepWant } from './step.ts';

/** One step of a program; a group has steps of its own. */
export interface ProgramStep {
  /** Unique in its program. */
  readonly name: string;
  readonly type: StepType;
  readonly use: StepUse<unknown>;
  /** Its properties as they are written: what inputs are put into. */
  readonly written: Readonly<Record<string, unknown>>;
  /** Of name, type and properties: a finished step with the same identity stays finished when a running delivery is planned again. */
  readonly identity: Digest;
  /** CUE over `status.<step>`, `inputs` and `context`, or `always`; null = skipped after a failure. */
  readonly condition: string | null;
  readonly timeoutSeconds: number | null;
  /** Names of steps that must have ended before. */
  readonly dependsOn: readonly string[];
  readonly inputs: readonly { readonly from: string; readonly parameterKey: string | null }[];
  /** Those that an input of another step names. */
  readonly outputs: readonly { readonly name: string; readonly valueFrom: string }[];
  readonly steps: readonly ProgramStep[];
  /** How its own steps are run; null = as the workflow says for all groups. */
  readonly mode: StepMode | null;
  /** What it delivers, and where, in the order of its scopes; empty for a step that delivers nothing. */
  readonly wants: readonly StepWant[];
  /** The numbers of the rollout policy that it names, else of the one that counts for all; null = one wave. */
  readonly rollout: RolloutSettings | null;
  /** Where it is written, in the document of the application; empty = it follows from policies alone. */
  readonly path: Steps;
}

/** What the documents of one application say about its way to the clusters. Scopes are predicates, so that it is the same for every fleet. */
export interface Program {
  /** `namespace/name` of the Application or ApplicationDeployment. */
  readonly app: string;
  readonly mode: { readonly steps: StepMode; readonly subSteps: StepMode };
  readonly steps: readonly ProgramStep[];
}
