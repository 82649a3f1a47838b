import type { ApplicationDeployment } from './documents.ts';
import type { HealthCheck } from './health.ts';
import type { JsonMap } from './json-map.ts';
import type { FoundHold } from './hold.ts';
import type { Rollout } from './agent-steps.ts';
import type { Dependencies } from './order.ts';
import type { Problem, Sourced } from './source.ts';
import type { KubeObject, ObjectId } from '../../shared/model/object.ts';
import type { BundleApp, BundleReplicas, BundleTraffic, ObjectPolicy } from '../../shared/wire/revision.ts';

/** One revision on one cluster, as placement decided. */
export interface Assignment {
  /** The unit that is delivered: `namespace/name[@target]` of the ApplicationDeployment, or of an Application. */
  readonly unit: string;
  readonly revision: string;
  readonly cluster: string;
  /** Overrides spec.replicas of the revision's workloads; absent = what the component says. */
  readonly replicas?: number;
  /** The namespace that it goes to; absent = the application's own. */
  readonly target?: string;
  /** The policies whose overrides apply, in order: `NAME`, or `NAME/ENV`. */
  readonly policies?: readonly string[];
  /** The components that are delivered; absent = all. */
  readonly components?: readonly string[];
  /** Components that are not delivered as this revision has them: another one does. */
  readonly without?: readonly string[];
  /** Objects that steps of its workflow bring, beside those of components. */
  readonly objects?: readonly JsonMap[];
  /** The ApplicationDeployment that says so, where it is not the one of now. */
  readonly document?: Sourced<ApplicationDeployment>;
  /** Labels that the agent's cluster must have (the placement's selector without what the hub's labels no longer match). */
  readonly selector: Readonly<Record<string, string>>;
  /** Why it is remarkable: a provisional pick, a kept assignment. */
  readonly notes: readonly string[];
}

/** How an object is treated, where no annotation of its own says it. */
export interface Treatment {
  /** Until when it stays once its application has it no more; absent = it goes. */
  readonly keep?: 'appDeleted' | 'never';
  /** Other applications of the cluster may have it, too. */
  readonly isShared?: true;
  /** What its agent does with it otherwise than with others. */
  readonly policies?: readonly ObjectPolicy[];
}

/** True for an object that its application only reads. */
export function isReadOnly({ treatment }: Pick<RenderedObject, 'treatment'>): boolean {
  return treatment?.policies?.some(({ type }) => type === 'read-only') === true;
}

/** True for an object that is written with new content alone. */
export function isUnrepaired(treatment: Treatment | undefined): boolean {
  return treatment?.policies?.some(({ type }) => type === 'apply-once') === true;
}

/** An object of a rendered application; `revision` is absent for what belongs to the application as a whole. */
export interface RenderedObject {
  readonly id: ObjectId;
  readonly revision?: string;
  readonly object: KubeObject;
  /** Of an application whose objects come in an order: the component that it belongs to. */
  readonly component?: string;
  readonly stage?: 'pre' | 'post';
  /** Absent for what is treated as objects are. */
  readonly treatment?: Treatment;
}

/** One delivered unit on one cluster: the wire's application entry with the objects themselves. */
export interface RenderedApp {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  /** The namespace that it goes to, where that is not its own. */
  readonly target?: string;
  /** Commit that it was rendered from; null = that of the documents in force, which moves with each push. */
  readonly source: string | null;
  readonly selector: Readonly<Record<string, string>>;
  readonly replicas: readonly BundleReplicas[];
  readonly traffic: readonly BundleTraffic[];
  readonly progressDeadlineSeconds: number;
  readonly notes: readonly string[];
  /** Revision names in the order of the document, also those without objects of their own. */
  readonly revisions: readonly string[];
  readonly objects: readonly RenderedObject[];
  /** What components wait for; absent = none waits. */
  readonly dependsOn?: Dependencies;
  /** The steps that lead to it; absent = it is applied at once. */
  readonly rollout?: Rollout;
  /** What its definitions say of how well it is; absent = nothing. */
  readonly checks?: readonly HealthCheck[];
  /** The fields that are to be reported for that. */
  readonly observe?: NonNullable<BundleApp['observe']>;
}

/** The rendered units, one entry for each cluster, and a hold for each unit that failed, or whose traffic waits there. */
export interface RenderedFleet {
  readonly apps: readonly RenderedApp[];
  readonly holds: readonly FoundHold[];
  /** Warnings: they hold nothing. */
  readonly problems: readonly Problem[];
  /** By cluster and unit: what is to be reported of the objects of a unit that stays as it was published. */
  readonly asked: ReadonlyMap<string, ReadonlyMap<string, NonNullable<RenderedApp['observe']>>>;
}
