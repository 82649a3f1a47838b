import type { KubeObject } from '../../shared/model/object.ts';
import type { Component } from '../model/documents.ts';
import type { RenderFault } from '../model/fault.ts';
import type { Steps } from '../model/reporter.ts';
import type { Refusal } from '../preflight/node.ts';
import { preflight } from '../preflight/preflight.ts';
import { minorOf, removedVersion } from '../preflight/removed.ts';
import type { Manifest } from '../sources/source.ts';

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

/** What an API server would refuse of an object, at the place where its author can mend it. */
export function refusalsOf(object: KubeObject, origin: Origin): Refusals {
  const removed = removedVersion(object);
  const all = preflight(object).map((refusal) => [refusal, faultOf(object, refusal, origin)] as const);
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

function faultOf(object: KubeObject, refusal: Refusal, { component, path, manifest }: Origin): RenderFault {
  const { kind, metadata } = object;
  const file = manifest?.locate?.(refusal.path);
  const where = manifest?.locate === undefined ? '' : ` (${manifest.origin})`;
  const written = propertyOf(component, valueAt(object, refusal.path));
  return {
    code: 'OBJECT_INVALID',
    message: `Kubernetes would refuse ${kind} ${metadata.name}: ${refusal.message}${where}`,
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
