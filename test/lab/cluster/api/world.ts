import type { Writer } from '../apply/managed.ts';
import { timestamp } from '../clock.ts';
import type { ClusterClock } from '../clock.ts';
import type { KubeObject } from '../json.ts';
import { keyOf } from '../store/store.ts';
import type { Store } from '../store/store.ts';
import type { Subresource } from './doors.ts';
import { forbidden, notFound } from './errors.ts';
import type { Subject } from './errors.ts';
import type { Resource } from './kinds.ts';
import type { Resources } from './resources.ts';

/** One write: of what, by whom, through which door. */
export interface Call {
  readonly resource: Resource;
  /** The version of the group at which the request came. */
  readonly version: string;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
  readonly manager: string;
  readonly subresource?: Subresource;
  readonly dryRun?: boolean;
  /** fieldValidation=Strict: undeclared fields are refused. */
  readonly strict?: boolean;
}

/** What writes need of a cluster. */
export interface World {
  readonly store: Store;
  readonly resources: Resources;
  readonly clock: ClusterClock;
  /** A fresh uid. */
  readonly uid: () => string;
  /** Lower-case letters and digits that no other name of the cluster got. */
  readonly suffix: () => string;
  /** A free cluster IP. */
  readonly clusterIp: () => string;
}

/** What a refusal about the call's object says. */
export function subjectOf(call: Call): Subject {
  return { group: call.resource.group, kind: call.resource.plural, name: call.name };
}

/** The same for a refusal as Invalid, which names the kind. */
export function kindSubject(call: Call): Subject {
  return { group: call.resource.group, kind: call.resource.kind, name: call.name };
}

/** The live object of a call; 404 when there is none. */
export function readObject(world: World, call: Call): KubeObject {
  const found = world.store.get(call.resource.id, keyOf(call.namespace, call.name));
  if (found === undefined) throw notFound(subjectOf(call));
  return found;
}

/** The apiVersion of a call. */
export function apiVersionOf(call: Call): string {
  const { group } = call.resource;
  return group === '' ? call.version : `${group}/${call.version}`;
}

/** The writer of a call, as managed fields name it. */
export function writerOf(world: World, call: Call): Writer {
  return {
    manager: call.manager,
    apiVersion: apiVersionOf(call),
    // The API server gives claims made through the scale subresource no time.
    ...(call.subresource === 'scale' ? {} : { time: timestamp(world.clock.now()) }),
    ...(call.subresource === undefined ? {} : { subresource: call.subresource }),
  };
}

/** New content needs a namespace that exists and does not end: 404, 403. */
export function requireNamespace(world: World, call: Call): void {
  if (call.namespace === '') return;
  const namespace = world.store.get('namespaces', call.namespace);
  if (namespace === undefined) throw notFound({ kind: 'namespaces', name: call.namespace });
  if (namespace.metadata.deletionTimestamp === undefined) return;
  const message = `namespace ${call.namespace} is being terminated`;
  const why = `unable to create new content in namespace ${call.namespace} because it is being terminated`;
  throw forbidden(subjectOf(call), why, [{ reason: 'NamespaceTerminating', message, field: 'metadata.namespace' }]);
}
