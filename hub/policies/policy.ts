import type { z } from 'zod';
import type { KubeObject } from '../../shared/model/object.ts';
import type { Application, Component } from '../model/documents.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import type { RolloutNumbers } from '../model/rollout.ts';
import type { ClusterScope } from '../model/cluster-scope.ts';
import type { SelectedObject } from './selector.ts';

/** A policy as an Application uses it; `properties` were read by the policy's schema. */
export interface PolicyUse<P> {
  readonly name: string;
  readonly properties: P;
}

/** Where a policy stands that is checked. */
export interface PolicyCheck {
  readonly application: Application;
  /** The path of its properties in the document. */
  readonly path: Steps;
  readonly reporter: Reporter;
  /** Reports a type of component or trait that there is not. */
  readonly checkType: (what: 'component' | 'trait', type: string, path: Steps) => void;
}

/** How an object is treated, where that is not as all others are. */
export type ObjectRule =
  /** The live value at these JSON pointers is sent, and left out of the drift hash; null = of the whole object. */
  | { readonly rule: 'apply-once'; readonly paths: readonly string[] | null }
  /** Taken over although it is there already. */
  | { readonly rule: 'take-over' };

/** One effect of a policy. */
export type PolicyEffect =
  /** `topology`, `env-binding`: a place that the application is delivered to; `env` = the one that a step names. */
  | { readonly kind: 'scope'; readonly scope: ClusterScope; readonly env?: string }
  /** `override`, `env-binding`: components as they are where the policy counts. */
  | {
      readonly kind: 'components';
      readonly edit: (components: readonly Component[]) => readonly Component[];
      readonly env?: string;
    }
  /** `apply-once`, `take-over`: a rule for the objects that it selects. */
  | { readonly kind: 'objects'; readonly selects: (one: SelectedObject) => boolean; readonly rule: ObjectRule }
  /** `health`: how long a component may stay unhealthy, and which component. */
  | { readonly kind: 'health'; readonly component: string | null; readonly timeoutSeconds: number }
  /** `rollout`: the waves of the deploy steps that name the policy, or of all where none does. */
  | { readonly kind: 'rollout'; readonly rollout: RolloutNumbers }
  /** A user's `PolicyDefinition`: objects that are delivered with the application. */
  | { readonly kind: 'manifests'; readonly manifests: readonly KubeObject[] }
  /** `security`: faults of an object; empty where it is allowed. */
  | { readonly kind: 'audit'; readonly audit: (object: KubeObject) => readonly string[] };

interface PolicyOf<P> {
  readonly type: string;
  /** True where it changes what is delivered: an edit of it is the next revision. */
  readonly isContent?: boolean;
  /** Reads `properties`; strict, so that an unknown member is an error with a suggestion. */
  readonly schema: z.ZodType<P>;
  /** Reports problems that the schema cannot find. */
  readonly check: (use: PolicyUse<P>, where: PolicyCheck) => void;
  /** The effects of the policy. Pure; called when an application is compiled. */
  readonly apply: (use: PolicyUse<P>, application: Application) => readonly PolicyEffect[];
}

/** A type of policy. `check` and `apply` get properties that `schema` read. */
export type Policy = PolicyOf<unknown>;

/** Makes a policy of its parts, so that they agree on the properties. */
export function definePolicy<P>(policy: PolicyOf<P>): Policy {
  return policy as PolicyOf<unknown>;
}
