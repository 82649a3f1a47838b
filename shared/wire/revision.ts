import type { Digest } from '../lib/canonical.ts';
import type { ObjectId } from '../model/object.ts';
import type { Labels } from '../model/selector.ts';
import type { ProviderName } from '../model/traffic.ts';
import type { Approval } from './approval.ts';

/** One object of an application: its identity, its file in the bundle, and the digest of that file's bytes. */
export interface BundleObject {
  readonly id: ObjectId;
  readonly path: string;
  readonly digest: Digest;
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

/** One application on one cluster, whole. `digest` covers everything but itself and `source`. */
export interface BundleApp {
  readonly namespace: string;
  readonly name: string;
  readonly digest: Digest;
  readonly source: string;
  readonly selector: Labels;
  readonly revisions: readonly BundleRevision[];
  readonly replicas: readonly BundleReplicas[];
  readonly traffic: readonly BundleTraffic[];
  readonly steps: readonly never[];
  readonly health: { readonly progressDeadlineSeconds: number };
  readonly notes: readonly string[];
  readonly objects: readonly BundleObject[];
}

/** An object that was published to this registration and is obsolete; `approval` names an entry of `approvals`. */
export interface RetiredObject {
  readonly id: ObjectId;
  /** The generation that retired it first. */
  readonly since: number;
  readonly approval?: Digest | undefined;
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
  readonly apps: readonly BundleApp[];
  readonly retired: readonly RetiredObject[];
  readonly approvals: readonly Approval[];
  readonly bundle: { readonly digest: Digest; readonly objects: number; readonly bytes: number };
}

/** The identity of a bundle in inventories, reports and gates. */
export interface BundleMark {
  readonly epoch: number;
  readonly generation: number;
  readonly revisionDigest: Digest;
}
