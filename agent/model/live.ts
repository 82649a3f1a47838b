import type { ObjectHealth } from '../../shared/model/health.ts';
import type { SluiceError } from '../../shared/errors.ts';
import type { KubeObject, ObjectId, GroupKind } from '../../shared/model/object.ts';
import type { Labels } from '../../shared/model/selector.ts';

/** One backend of a live traffic object: a Service and its raw weight in a rule. */
export interface LiveRoute {
  readonly rule: number;
  readonly service: ObjectId;
  readonly weight: number;
}

/** Wanted, existing and ready pods of a workload. */
export interface LiveReplicas {
  readonly spec: number;
  readonly total: number;
  readonly ready: number;
  /**
   * Who set `spec`: the agent by an apply, the agent when it stopped the workload (`drain`), another manager (an autoscaler, a
   * person), or no manager at all: the default of the server.
   */
  readonly setBy: 'apply' | 'drain' | 'other' | 'none';
  /** False while it has never been rolled out in full: no pod of it was ever counted on. */
  readonly wasReady: boolean;
}

/** The projection of a live object; the object itself is never kept. */
export interface LiveObject {
  readonly id: ObjectId;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  /** Hash of our own managedFields entry; null when there is none. */
  readonly fieldsHash: string | null;
  readonly registration: string | null;
  readonly nonce: string | null;
  readonly health: ObjectHealth;
  readonly message: string;
  /** What is left for people to do although it is as it should be; absent where nothing is. */
  readonly remark?: string;
  /** Set on a StatefulSet that makes and replaces its pods one after the other; `revision` = the label of pods of its newest template. */
  readonly ordered?: { readonly revision: string | null };
  /** How a Job or Pod came to its end; absent while it runs, and where it was deleted before. */
  readonly finish?: 'completed' | 'failed';
  /** The pods of a scalable workload; null for what cannot be scaled. */
  readonly replicas: LiveReplicas | null;
  /** Labels of the pods that a workload makes. */
  readonly podLabels: Labels | null;
  /** Selector of a Service. */
  readonly selector: Labels | null;
  /** Backends of a traffic object. */
  readonly routes: readonly LiveRoute[] | null;
  /** The fields that the hub wants to know, by JSON pointer; absent where it wants none, or they are not known since the last write. */
  readonly observed?: Readonly<Record<string, unknown>>;
}

/** The cluster as the open watches show it; reading it costs nothing. */
export interface Live {
  readonly object: (id: ObjectId) => LiveObject | undefined;
  /** True when every object of this kind is listed: an id that is not there does not exist. */
  readonly isSynced: (id: ObjectId) => boolean;
  /** Ready addresses behind a Service; null while they are not listed. */
  readonly readyEndpoints: (service: ObjectId) => number | null;
}

/** The live view: one watch per kind, read as `Live`. */
export interface LiveView extends Live {
  /** Opens the watches of these kinds that are not open, and waits for nothing. */
  readonly begin: (kinds: ReadonlySet<GroupKind>) => void;
  /** Opens the watches of these kinds and closes all others; resolves when those in `awaited` have answered. */
  readonly follow: (kinds: ReadonlySet<GroupKind>, awaited: ReadonlySet<GroupKind>) => Promise<void>;
  /** Follows these objects by name, and no others so: they are shown although they may not carry our label. */
  readonly read: (ids: ReadonlySet<ObjectId>) => void;
  /** Keeps these fields of objects from now on: what the watches do not bring is read once. */
  readonly observe: (wanted: ReadonlyMap<ObjectId, readonly string[]>) => void;
  /** Takes in the answer to a request of ours before the watch brings it; `sent` is what was written, null for a read. */
  readonly learn: (meta: KubeObject, sent: KubeObject | null) => void;
  readonly forget: (id: ObjectId) => void;
  /** What a watch last saw of an object that it saw leave, by UID: how it had come to its end, null = it had not. */
  readonly endOf: (uid: string) => { readonly finish: 'completed' | 'failed' | null } | undefined;
  /** Kinds that cannot be listed now, and why. */
  readonly troubles: () => ReadonlyMap<GroupKind, SluiceError>;
  readonly close: () => void;
}
