import type { KubeObject, ObjectId } from '../../shared/model/object.ts';
import type { RenderFault } from '../model/fault.ts';
import type { CheckedObject, HealthCheck } from '../model/health.ts';
import type { Treatment } from '../model/rendered.ts';
import type { Given, Withheld } from './outputs.ts';
import type { WrittenObject } from './parts.ts';
import type { RemovedFault } from './refusals.ts';

/** A component as one revision renders it, on whichever cluster. */
export interface RevisionComponent {
  readonly component: string;
  readonly contextName: string;
  /** Objects of this revision alone, side by side with those of older and newer ones. */
  readonly own: readonly KubeObject[];
  /** Objects that are updated in place. */
  readonly shared: readonly KubeObject[];
  /** Ids of the workloads whose replicas a placement sets. */
  readonly workloads: ReadonlySet<ObjectId>;
  /** What was left out of its objects; absent = nothing. */
  readonly warnings?: readonly RenderFault[];
  /** Of its own objects, those that are delivered as they are written, with their written names; absent = none. */
  readonly written?: readonly WrittenObject[];
  /** When its objects are applied, where that is not with its workload; absent = all are. */
  readonly stages?: ReadonlyMap<ObjectId, 'pre' | 'post'>;
  /** How its objects are treated, where no annotation says it; absent = as objects are. */
  readonly treatments?: ReadonlyMap<ObjectId, Treatment>;
  /** What its definitions say of how well it is; absent = nothing. */
  readonly checks?: readonly HealthCheck[];
  /** What servers of some versions refuse of them; absent = nothing. */
  readonly removed?: readonly RemovedFault[];
  /** The objects of which other components take something; absent = none does. */
  readonly given?: Given;
  /** The fields of them that its cluster is asked for; absent = none. */
  readonly reads?: readonly Pick<CheckedObject, 'id' | 'fields'>[];
  /** True where its objects are those that steps read; absent = they are the application's. */
  readonly isRead?: true;
  /** Why it has no objects yet; absent = it has them. */
  readonly withheld?: Withheld;
}
