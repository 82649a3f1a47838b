import type { z } from 'zod';
import type { Application, Component } from '../model/documents.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import type { RolloutSettings } from '../model/rollout.ts';
import type { ClusterScope } from '../model/cluster-scope.ts';
import type { Selectable, SelectedObject } from './selector.ts';

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
  /** What rules can select by; absent = that is not known. */
  readonly selectable?: Selectable;
  /** Reports a type of component or trait that there is not. */
  readonly checkType: (what: 'component' | 'trait', type: string, path: Steps) => void;
}

/** How an object is treated, where that is not as all others are. */
export type ObjectRule =
  /** The live value at these JSON pointers is sent, and left out of the drift hash; null = of the whole object. */
  | { readonly rule: 'apply-once'; readonly paths: readonly string[] | null }
  /** Written with new content alone: what others change in between stays until then. */
  | { readonly rule: 'unrepaired' }
  /** Taken over although it is there already. */
  | { readonly rule: 'take-over' }
  /** Once its application has it no more, it stays until the application is deleted, or longer than that; null = it goes. */
  | { readonly rule: 'garbage-collect'; readonly until: 'appDeleted' | 'never' | null }
  /** Other applications of the cluster that say so have it, too: it is in one of them, and goes with the last. */
  | { readonly rule: 'shared-resource' }
  /** Others make it: it is looked at, and never written nor deleted. */
  | { readonly rule: 'read-only' }
  /** How it is changed: by our fields alone, or whole; deleted and made again where one of these JSON pointers changes. */
  | { readonly rule: 'resource-update'; readonly op: 'patch' | 'replace'; readonly recreateFields: readonly string[] }
  /** It says in annotations what it belongs to. */
  | { readonly rule: 'audit' };

/** One effect of a policy. */
export type PolicyEffect =
  /** `topology`, `env-binding`: a place that the application is delivered to; `env` = the one that a step names. */
  | { readonly kind: 'scope'; readonly scope: ClusterScope; readonly env?: string }
  /** `override`, `env-binding`, `replication`: components as they are where the policy counts. */
  | {
      readonly kind: 'components';
      readonly edit: (components: readonly Component[]) => readonly Component[];
      readonly env?: string;
      /** It comes after all others, however the order is in which a step names them. */
      readonly isLast?: true;
    }
  /** `apply-once`, `take-over`, `read-only` and others: a rule for the objects that it selects. */
  | { readonly kind: 'objects'; readonly selects: (one: SelectedObject) => boolean; readonly rule: ObjectRule }
  /** `health`: how long a component may stay unhealthy, and which component. */
  | { readonly kind: 'health'; readonly component: string | null; readonly timeoutSeconds: number }
  /** `rollout`: the waves of the deploy steps that name the policy, or of all where none does. */
  | { readonly kind: 'rollout'; readonly rollout: RolloutSettings }
  /** `security`: the standard that pods must meet (null = none), and whether Secrets may be written as they are. */
  | { readonly kind: 'security'; readonly pods: 'baseline' | 'restricted' | null; readonly plainSecrets: boolean }
  /** `deployment-insights`: what the hub measures. */
  | { readonly kind: 'insights'; readonly leadTime: boolean; readonly frequency: boolean };

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
