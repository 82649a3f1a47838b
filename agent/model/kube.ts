import type { KubeObject, ManagedFieldsEntry, ObjectRef } from '../../shared/model/object.ts';

/** A served resource: how a (group, kind) is addressed. */
export interface KubeResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  /** Subresources that are served (`scale`, `status`). */
  readonly subresources: readonly string[];
}

/** Names one object of a resource. */
export interface KubeKey {
  readonly resource: KubeResource;
  /** Empty for cluster-scoped resources. */
  readonly namespace: string;
  readonly name: string;
}

/** Options of a server-side apply: field manager `sluice-agent`, `fieldValidation=Strict`, always. */
export interface ApplyOptions {
  readonly force: boolean;
  readonly dryRun?: boolean;
  readonly signal: AbortSignal;
}

/** What a write answers: the object's metadata, managedFields included; an apply answers the object whole. */
export type KubeMeta = KubeObject;

export interface DeleteOptions {
  readonly uid: string;
  readonly resourceVersion?: string;
  readonly propagation: 'Foreground' | 'Background' | 'Orphan';
  readonly signal: AbortSignal;
}

/** One event of a watch. `synced` comes once the first state is complete, and again after every relist. */
export type WatchEvent =
  | { readonly type: 'added' | 'modified' | 'deleted'; readonly object: KubeObject }
  | { readonly type: 'relist' }
  | { readonly type: 'synced' };

export interface WatchOptions {
  /** Empty or absent = all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** True = PartialObjectMetadata only. */
  readonly metadataOnly: boolean;
  readonly signal: AbortSignal;
  /** Called in order; `relist` voids everything listed so far, until the next `synced`. */
  readonly onEvent: (event: WatchEvent) => void;
  /** Called when the server cannot be reached or refuses (the watch goes on trying with backoff until the signal aborts). */
  /** Called whenever the server lets the watch begin, or go on. */
  readonly onOpen?: () => void;
  readonly onError: (error: Error) => void;
}

/**
 * The Kubernetes API as the agent uses it. Every method throws SluiceError: NOT_FOUND (404), OBJECT_EXISTS (create of an
 * existing object), OBJECT_REPLACED (another uid, or gone, under an update or delete), FIELD_CONFLICT (managers and fields
 * in `facts.causes`: [{manager, field}]), CONFLICT (resourceVersion), OBJECT_REJECTED (400, 422, a webhook's denial), FORBIDDEN,
 * UNAUTHENTICATED, TOO_MANY_REQUESTS (after Retry-After was honoured within its budget), KIND_UNKNOWN, UNAVAILABLE, TIMEOUT, GONE (410), ABORTED.
 */
export interface Kube {
  /**
   * The served resource of a kind, from discovery (cached; looked up afresh once when unknown). `version` asks for that version, or
   * one that may stand in for it (`olderVersions`). Where its group does not answer, that is UNAVAILABLE, not KIND_UNKNOWN. What is written to a resource goes out in the resource's version.
   */
  readonly resource: (
    ref: Pick<ObjectRef, 'group' | 'kind'>,
    signal: AbortSignal,
    version?: string,
  ) => Promise<KubeResource>;
  /** All served resources (cached until `forgetResources`). */
  readonly resources: (signal: AbortSignal) => Promise<readonly KubeResource[]>;
  readonly forgetResources: () => void;
  /** True while a kind is defined, served or not: only what is not defined any more has no objects. */
  readonly isDefined: (ref: Pick<ObjectRef, 'group' | 'kind'>, signal: AbortSignal) => Promise<boolean>;
  /** Server version, as `v1.36.3`. */
  readonly version: (signal: AbortSignal) => Promise<string>;
  readonly get: (key: KubeKey, signal: AbortSignal) => Promise<KubeObject>;
  readonly getMetadata: (key: KubeKey, signal: AbortSignal) => Promise<KubeMeta>;
  /** All objects, page by page (limit 500). */
  readonly list: (
    resource: KubeResource,
    options: {
      readonly namespace?: string;
      readonly labelSelector?: string;
      readonly metadataOnly: boolean;
      readonly signal: AbortSignal;
    },
  ) => Promise<{ readonly items: readonly KubeObject[]; readonly resourceVersion: string }>;
  /** Create by server-side apply with resourceVersion "1": OBJECT_EXISTS when it is there. */
  readonly create: (resource: KubeResource, object: KubeObject, options: ApplyOptions) => Promise<KubeMeta>;
  /** Update by server-side apply with the recorded uid: OBJECT_REPLACED when it is gone or another. */
  readonly update: (
    resource: KubeResource,
    object: KubeObject,
    uid: string,
    options: ApplyOptions,
  ) => Promise<KubeMeta>;
  /** Plain server-side apply (the agent's own objects, adoption). */
  readonly apply: (resource: KubeResource, object: KubeObject, options: ApplyOptions) => Promise<KubeMeta>;
  /** Puts other owners of fields in place, of exactly the object that `meta` was read of: CONFLICT when it changed since. */
  readonly setManagedFields: (
    key: KubeKey,
    meta: KubeMeta,
    options: { readonly entries: readonly ManagedFieldsEntry[]; readonly signal: AbortSignal },
  ) => Promise<void>;
  /** DELETE with preconditions; false when it was gone already. */
  readonly delete: (key: KubeKey, options: DeleteOptions) => Promise<boolean>;
  /** POST of a whole object; PUT of a whole object with its resourceVersion (the state object, the Lease): CONFLICT on a race. */
  readonly post: (resource: KubeResource, object: KubeObject, signal: AbortSignal) => Promise<KubeObject>;
  readonly put: (resource: KubeResource, object: KubeObject, signal: AbortSignal) => Promise<KubeObject>;
  /** Sets spec.replicas through the scale subresource by merge patch, with a resourceVersion precondition when given. */
  readonly scale: (
    key: KubeKey,
    replicas: number,
    options: { readonly uid: string; readonly resourceVersion?: string; readonly signal: AbortSignal },
  ) => Promise<void>;
  /** Lists and watches until the signal aborts; resolves then. Never throws for server faults. */
  readonly watch: (resource: KubeResource, options: WatchOptions) => Promise<void>;
  /**
   * The same cluster, where writes carry the rights of a user that the agent may impersonate (of a ServiceAccount: with its
   * groups). Reads and watches stay the agent's own.
   */
  readonly as: (user: string) => Kube;
  /** Requests that were sent so far, for the bench and the no-op test: total, writes, and open watches. */
  readonly counters: () => { readonly requests: number; readonly writes: number; readonly watches: number };
}
