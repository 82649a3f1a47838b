import { groupKindOf, idOf, type KubeObject } from '../../shared/model/object.ts';
import type { Component } from '../model/documents.ts';
import type { RenderFault } from '../model/fault.ts';
import type { Steps } from '../model/reporter.ts';
import { at, members, objectNode, refuse, type Refusal } from '../preflight/node.ts';
import { podSecurity } from '../preflight/pod-security.ts';
import { preflight } from '../preflight/preflight.ts';
import { minorOf, removedVersion } from '../preflight/removed.ts';
import type { PolicyEffect } from '../policies/policy.ts';
import type { Manifest } from '../sources/source.ts';

/** What a policy of type `security` says of objects. */
export type Security = Extract<PolicyEffect, { readonly kind: 'security' }>;

/** What an object comes from: its component, the place of that in the document, and its own manifest. */
export interface Origin {
  readonly component: Component;
  readonly path: Steps;
  /** Absent for what the component's template makes. */
  readonly manifest?: Manifest;
}

/** A fault on servers from a minor version of Kubernetes on, and where the version is not known. */
export interface RemovedFault {
  readonly since: number;
  readonly fault: RenderFault;
}

/** What API servers would refuse. */
export interface Refusals {
  readonly faults: readonly RenderFault[];
  readonly warnings: readonly RenderFault[];
  readonly removed: readonly RemovedFault[];
}

const nothing: Refusals = { faults: [], warnings: [], removed: [] };

/** What an API server would refuse of an object, or its application's policy, at the place where its author can mend it. */
export function refusalsOf(object: KubeObject, origin: Origin, security?: Security): Refusals {
  const removed = removedVersion(object);
  const [refusals, denials] = [preflight(object), forbiddenBy(security, object)];
  if (removed === null && refusals.length === 0 && denials.length === 0) return nothing;
  const refused = refusals.map((refusal) => [refusal, faultOf(object, refusal, origin)] as const);
  const forbidden = denials.map((refusal) => [refusal, faultOf(object, refusal, origin, ofPolicy(security))] as const);
  const all = [...refused, ...forbidden];
  // A template may write one property to several places: its author has one to mend.
  const found = all.filter(
    ([, { path }], index) =>
      path.length <= origin.path.length || all.findIndex(([, other]) => isSame(other.path, path)) === index,
  );
  return {
    faults: found.flatMap(([{ severity }, fault]) => (severity === undefined ? [fault] : [])),
    warnings: found.flatMap(([{ severity }, fault]) => (severity === undefined ? [] : [fault])),
    removed: removed === null ? [] : [{ since: removed.since, fault: faultOf(object, removed.refusal, origin) }],
  };
}

/** Of such faults, those that count on a cluster: what its own server still has is not refused. */
export function removedOn(removed: readonly RemovedFault[], kubernetes: string | undefined): readonly RenderFault[] {
  const minor = minorOf(kubernetes ?? '');
  return removed.filter(({ since }) => minor === null || minor >= since).map(({ fault }) => fault);
}

/** What a policy of type `security` does not allow. */
function forbiddenBy(security: Security | undefined, object: KubeObject): readonly Refusal[] {
  if (security === undefined) return [];
  const { pods, plainSecrets } = security;
  return [...(pods === null ? [] : podSecurity(object, pods)), ...(plainSecrets ? [] : plainSecret(object))];
}

/** A Secret whose values stand in the repository, for all who may read that. */
function plainSecret(object: KubeObject): readonly Refusal[] {
  if (groupKindOf(idOf(object)) !== '/Secret') return [];
  const node = objectNode(object);
  const hint =
    'deliver an object of an operator that makes it (ExternalSecret, SealedSecret), or set plainSecrets: true';
  for (const member of ['data', 'stringData'].map((one) => at(node, one))) {
    if (members(member).length > 0) refuse(member, 'has values as they are, in the config repository', hint);
  }
  return node.found;
}

function ofPolicy(security: Security | undefined): string {
  const standard = security?.pods ?? null;
  return `the policy security${standard === null ? '' : ` (pods: ${standard})`} does not allow`;
}

function faultOf(
  object: KubeObject,
  refusal: Refusal,
  { component, path, manifest }: Origin,
  who = 'Kubernetes would refuse',
): RenderFault {
  const { kind, metadata } = object;
  const file = manifest?.locate?.(refusal.path);
  const where = manifest?.locate === undefined ? '' : ` (${manifest.origin})`;
  const written = propertyOf(component, valueAt(object, refusal.path));
  return {
    code: 'OBJECT_INVALID',
    message: `${who} ${kind} ${metadata.name}: ${refusal.message}${where}`,
    path: manifest === undefined ? [...path, ...written] : [...manifest.path, ...refusal.path],
    ...(refusal.hint !== undefined && { hint: refusal.hint }),
    ...(file !== undefined && { place: file }),
  };
}

/** The way to the only property of a component that has a value: a template has put it where it is refused. */
function propertyOf({ properties, traits }: Component, wanted: unknown): Steps {
  if ((typeof wanted !== 'string' || wanted === '') && typeof wanted !== 'number') return [];
  const found: Steps[] = [];
  const look = (value: unknown, path: Steps): void => {
    if (value === wanted) found.push(path);
    else if (Array.isArray(value)) value.forEach((item, index) => look(item, [...path, index]));
    else if (value !== null && typeof value === 'object')
      for (const [key, member] of Object.entries(value)) look(member, [...path, key]);
  };
  look(properties, ['properties']);
  for (const [index, trait] of (traits ?? []).entries()) look(trait.properties, ['traits', index, 'properties']);
  return found.length === 1 ? (found[0] ?? []) : [];
}

function isSame(a: Steps, b: Steps): boolean {
  return a.length === b.length && a.every((step, index) => step === b[index]);
}

function valueAt(value: unknown, path: Steps): unknown {
  return path.reduce<unknown>(
    (at, step) =>
      at !== null && typeof at === 'object' ? (at as Readonly<Record<string | number, unknown>>)[step] : undefined,
    value,
  );
}
