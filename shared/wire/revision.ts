import type { Digest } from '../lib/canonical.ts';
import type { ObjectId } from '../model/object.ts';
import type { Labels } from '../model/selector.ts';
import type { ProviderName } from '../model/traffic.ts';
import type { Approval } from './approval.ts';

/** How one object is treated, where that is not as all others are. `fields` are RFC 6901 JSON pointers; absent = the whole object. */
export type ObjectPolicy =
  | { readonly type: 'apply-once'; readonly fields?: readonly string[] | undefined }
  | { readonly type: 'read-only' | 'take-over' | 'shared-resource' }
  | { readonly type: 'resource-update'; readonly op: 'patch' | 'replace'; readonly recreateFields: readonly string[] };

/** One object of an application: its identity, its file in the bundle, and the digest of that file's bytes. */
export interface BundleObject {
  readonly id: ObjectId;
  readonly path: string;
  readonly digest: Digest;
  /** How many bytes that file has; format 1 does not say it. */
  readonly bytes?: number | undefined;
  readonly component?: string | undefined;
  /** Applied before, or after the other objects of the application are healthy. */
  readonly stage?: 'pre' | 'post' | undefined;
  readonly policies?: readonly ObjectPolicy[] | undefined;
}

/** The objects that belong to one revision alone; objects in no revision are the application's (traffic, in-place). */
export interface BundleRevision {
  readonly name: string;
  readonly objects: readonly ObjectId[];
}

/** A replica count that the agent may move on its way to `value`: the only place in that object it overrides. */
export interface BundleReplicas {
  readonly id: ObjectId;
  /** An RFC 6901 JSON pointer. */
  readonly pointer: string;
  readonly value: number;
  readonly revision?: string | undefined;
}

/** One weighted backend of a rule: the Service, its share (0 to 100), and the place of that number in the object. */
export interface TrafficTarget {
  readonly rule: number;
  readonly revision: string;
  readonly component: string;
  readonly service: ObjectId;
  readonly weight: number;
  /** An RFC 6901 JSON pointer. */
  readonly pointer?: string | undefined;
}

/** How traffic reaches the revisions: the traffic object and its targets. Without a provider there is none. */
export interface BundleTraffic {
  readonly provider: ProviderName;
  readonly id: ObjectId;
  readonly targets: readonly TrafficTarget[];
}

/**
 * What an application is, the same on every cluster that has the same: `digest` names it, and is what gates compare. In format 1
 * it covers the whole entry but itself and `source`; from format 2 on it is the digest of the application's own document.
 */
export interface AppContent {
  readonly namespace: string;
  readonly name: string;
  /** The namespace that it goes to, where that is not what its documents say: a unit of its own. */
  readonly target?: string | undefined;
  readonly digest: Digest;
  /** How many bytes its document has; absent in format 1, which has none. */
  readonly bytes?: number | undefined;
  readonly revisions: readonly BundleRevision[];
  readonly replicas: readonly BundleReplicas[];
  readonly traffic: readonly BundleTraffic[];
  readonly objects: readonly BundleObject[];
  /** Components that are applied once others are healthy. */
  readonly dependsOn?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Objects of earlier contents that stay, and until when. */
  readonly kept?: readonly { readonly id: ObjectId; readonly until: 'appDeleted' | 'never' }[] | undefined;
  /** What must stand in an object for it to count as ready. */
  readonly ready?:
    | readonly { readonly id: ObjectId; readonly pointer: string; readonly equals: string | number | boolean }[]
    | undefined;
}

/** A step of a delivery inside a cluster. A pause without seconds waits for a decision. */
export type DeliveryStep =
  | {
      readonly type: 'scale';
      readonly replicas: { readonly percent: number } | { readonly count: number };
      readonly weight?: number | undefined;
      /** The components that it moves; absent = all that a step can move. */
      readonly components?: readonly string[] | undefined;
    }
  | { readonly type: 'pause'; readonly seconds?: number | undefined }
  | { readonly type: 'analysis'; readonly checks: readonly AnalysisCheck[] };

/** What an analysis looks at: a query whose answer must fulfil a condition, or a Job that must succeed. */
export type AnalysisCheck =
  | {
      readonly name: string;
      readonly address: string;
      readonly query: string;
      readonly condition: string;
      readonly everySeconds: number;
      readonly forSeconds: number;
      readonly failures: number;
    }
  | { readonly name: string; readonly job: ObjectId; readonly timeoutSeconds: number };

/** How a cluster gets from `from` to the content: which delivery, at which attempt, and what to do with it now. */
export interface BundleDelivery {
  readonly number: number;
  readonly attempt: number;
  readonly action: 'run' | 'pause' | 'promote' | 'back';
  readonly steps: readonly DeliveryStep[];
  /** For how many seconds the copy before stays after promotion. */
  readonly keepOld?: number | undefined;
}

/** One application on one cluster, whole: its content, and what is about this cluster or about how to get there. */
export interface BundleApp extends AppContent {
  readonly source: string;
  readonly selector: Labels;
  readonly steps: readonly never[];
  readonly health: { readonly progressDeadlineSeconds: number };
  readonly notes: readonly string[];
  /** Fields that are to be reported when they change. */
  readonly observe?: readonly { readonly id: ObjectId; readonly fields: readonly string[] }[] | undefined;
  /** The content that serves until this one does: what is repaired meanwhile, and gone back to. */
  readonly from?: AppContent | undefined;
  readonly delivery?: BundleDelivery | undefined;
}

/** An object that was published to this registration and is obsolete; `approval` names an entry of `approvals`. */
export interface RetiredObject {
  readonly id: ObjectId;
  /** The generation that retired it first. */
  readonly since: number;
  readonly approval?: Digest | undefined;
  /** The delivery that created it and is taken back: `NAMESPACE/NAME#NUMBER`. */
  readonly delivery?: string | undefined;
  /** Released objects stay and are forgotten; absent = deleted. */
  readonly how?: 'delete' | 'release' | undefined;
}

/** The payload of revision.json: everything that one cluster must run, named and counted. Instants are ISO texts. */
export interface Revision {
  readonly format: number;
  readonly channel: string;
  readonly registration: string;
  readonly cluster: string;
  readonly epoch: number;
  readonly generation: number;
  /** The number of the ledger commit that published it. */
  readonly ledger: number;
  readonly source: { readonly repository: string; readonly commit: string };
  readonly issuedAt: string;
  readonly freshUntil: string;
  readonly labels: Labels;
  readonly decommission?: 'orphan' | 'delete' | undefined;
  /** Registrations that this cluster had before: what carries one of them is taken over. */
  readonly predecessors?: readonly string[] | undefined;
  readonly apps: readonly BundleApp[];
  readonly retired: readonly RetiredObject[];
  readonly approvals: readonly Approval[];
  /** Counted over all that is in the bundle. Format 1 counts objects alone, and has a digest over them. */
  readonly bundle: { readonly digest?: Digest | undefined; readonly objects: number; readonly bytes: number };
}

/** The identity of a bundle in inventories, reports and gates. */
export interface BundleMark {
  readonly epoch: number;
  readonly generation: number;
  readonly revisionDigest: Digest;
}
