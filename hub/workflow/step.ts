import type { z } from 'zod';
import type { KubeObject, ObjectId } from '../../shared/model/object.ts';
import type { Application } from '../model/documents.ts';
import type { Effect, EffectsKnown } from '../model/effect.ts';
import type { JsonMap } from '../model/json-map.ts';
import type { FoundHold } from '../model/hold.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import type { ClusterScope } from '../model/cluster-scope.ts';
import type { NamedPolicy } from '../policies/uses.ts';
import type { Ask } from './question.ts';
import type { MoveInput, Moves } from './move.ts';

/** The phases of a step, as in KubeVela. */
export type StepPhase = 'pending' | 'running' | 'suspending' | 'succeeded' | 'failed' | 'skipped';

/** A step as a workflow uses it; `properties` were read by the step's schema. */
export interface StepUse<P> {
  readonly name: string;
  readonly properties: P;
}

/** Where a step stands that is checked. */
export interface StepCheck {
  /** With the policies that its steps name in documents of their own. */
  readonly application: Application;
  /** The path of its properties in the document. */
  readonly path: Steps;
  readonly reporter: Reporter;
  /** What the documents deliver (`namespace/name`), Applications and ApplicationDeployments, broken ones, too. */
  readonly delivered: readonly string[];
}

/** A person's decision on this step of this delivery. */
export interface StepDecision {
  readonly verdict: 'approve' | 'refuse' | 'pause' | 'resume' | 'promote' | 'abort' | 'retry' | 'skip' | 'rollback';
  readonly by: string;
  readonly at: string;
  readonly reason: string;
}

/** Everything that a step decides by. */
export interface StepInput {
  readonly application: Application;
  /** The phase after the pass before; `pending` at first. */
  readonly phase: StepPhase;
  /** ISO times. */
  readonly startedAt: string;
  readonly now: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** What it wants, as it was compiled. */
  readonly wants: readonly StepWant[];
  /** Newest last. */
  readonly decisions: readonly StepDecision[];
  /** What ids of its effects begin with: delivery, step and attempt. */
  readonly effectId: string;
  /** What became of the effects that the step wants. */
  readonly effects: EffectsKnown;
  /** Where other applications of this hub stand, by `namespace/name`. */
  readonly apps: AppStates;
  /** Evaluates CUE, for steps that are written in it. */
  readonly ask: Ask;
  /** True once all that it brought is applied and healthy, for a step that decides itself when it is over. */
  readonly isDelivered?: boolean;
  /** What it brought to clusters in this delivery, the newest last; all but that one was there before the newest came. Absent = nothing. */
  readonly brought?: readonly JsonMap[];
  /** What CUE reads as `context`. */
  readonly context: Readonly<Record<string, unknown>>;
  /** What others take of it, as CUE; absent = nothing. */
  readonly outputs?: readonly { readonly name: string; readonly valueFrom: string }[];
  /** What the cluster told of an object, by JSON pointer: of what is not there yet, nothing to go by. Absent = nothing. */
  readonly told?: (id: ObjectId) => Readonly<Record<string, unknown>> | undefined;
}

/** Where an application stands; null = there is none. `waits` says what it is not done for; empty = it is done, and healthy. */
export type AppStates = (app: string) => { readonly waits: string } | null;

/** Content that a step wants somewhere. */
export interface StepWant {
  readonly scope: ClusterScope;
  /** The policies whose overrides apply, in order: `NAME`, or `NAME/ENV` of an `env-binding`. */
  readonly policies: readonly string[];
  /** Names of components; null = all. */
  readonly components: readonly string[] | null;
  /** Clusters at a time; null = the rollout's own number. */
  readonly parallelism: number | null;
  readonly action: 'run' | 'pause' | 'promote' | 'back';
}

/** The outcome of a step in one pass. */
export interface StepOutcome {
  readonly phase: StepPhase;
  readonly message: string;
  readonly wants: readonly StepWant[];
  readonly holds: readonly FoundHold[];
  readonly effects: readonly Effect[];
  /** What its outputs are read from, by the names that KubeVela's templates have for it; never from Secrets. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Objects that the units of the step are to have, beside those of components, in the order in which it brings them. */
  readonly objects?: readonly JsonMap[];
  /** ISO time at which the step is to be asked again, whatever happens; null = with the next change. */
  readonly askAt: string | null;
  /** Why all that the delivery brought goes back; absent = it does not. */
  readonly back?: string;
}

/** The object that a step brings, as far as its properties tell it. */
export interface Brought {
  /** Empty = the local cluster. */
  readonly cluster: string;
  readonly object: Pick<KubeObject, 'apiVersion' | 'kind'> & {
    readonly metadata: { readonly name: string; readonly namespace?: string | undefined };
  };
}

/** The document that a step is compiled with. */
export interface StepPlan {
  readonly application: Application;
  readonly policies: readonly NamedPolicy[];
}

interface StepTypeOf<P> {
  readonly type: string;
  /** One sentence, for the reference. */
  readonly about?: string;
  /** True for a step that is made of steps. */
  readonly isGroup?: boolean;
  /** Reads `properties`; strict, so that an unknown member is an error with a suggestion. */
  readonly schema: z.ZodType<P>;
  /** Reports problems that the schema cannot find. */
  readonly check: (use: StepUse<P>, where: StepCheck) => void;
  /** What the step delivers, and where; absent = nothing. Pure; called when an application is compiled. */
  readonly wants?: (use: StepUse<P>, plan: StepPlan) => readonly StepWant[];
  /** Of a step that delivers: the members of its properties that inputs may give, because where it goes, and what, follows from others. */
  readonly takes?: readonly string[] | 'all';
  /** The object that it brings, where its properties say that; absent = none. Pure. */
  readonly brings?: (use: StepUse<P>) => Brought;
  /** True where it waits for a person, by what is written: only then a decision on it has an effect. Absent = it never does. Pure. */
  readonly asks?: (use: StepUse<P>) => boolean;
  /** True for a step that delivers and goes on after that: it says itself when it is over. */
  readonly decides?: boolean;
  /** What it does with pods and traffic inside clusters; absent = what it delivers is applied at once. Pure. */
  readonly moves?: (use: StepUse<P>, input: MoveInput) => Moves;
  /** True where it delivers what served before, not what the document says. */
  readonly goesBack?: true;
  /** The next moment of the step: pure, level-based, and the same answer when it is called twice. */
  readonly run: (use: StepUse<P>, input: StepInput) => StepOutcome;
}

/** A type of workflow step. `check` and `run` get properties that `schema` read. */
export type StepType = StepTypeOf<unknown>;

/** Makes a step type of its parts, so that they agree on the properties. */
export function defineStep<P>(step: StepTypeOf<P>): StepType {
  return step as StepTypeOf<unknown>;
}
