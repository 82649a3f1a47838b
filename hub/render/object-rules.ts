import { ignoredPointers } from '../../shared/model/ignored.ts';
import { auditPrefix, owner } from '../../shared/model/names.ts';
import { idOf, type KubeObject, type ObjectId } from '../../shared/model/object.ts';
import type { ObjectPolicy } from '../../shared/wire/revision.ts';
import type { Application, Component } from '../model/documents.ts';
import type { RevisionRecord } from '../model/fleet.ts';
import { isReadOnly, type RenderedObject, type Treatment } from '../model/rendered.ts';
import type { ObjectRule, PolicyEffect } from '../policies/policy.ts';
import { policies } from '../policies/types/list.ts';
import { policiesOf } from '../policies/uses.ts';
import { namedIn, refersTo } from '../sources/referred.ts';
import type { WrittenObject } from './parts.ts';

/** The rules that an application's policies have for objects; empty for most. */
export type ObjectRules = readonly Extract<PolicyEffect, { readonly kind: 'objects' }>[];

/** A component as it was rendered, as far as rules read it. */
interface Ruled {
  readonly own: readonly KubeObject[];
  readonly shared: readonly KubeObject[];
  readonly written?: readonly WrittenObject[];
  readonly treatments?: ReadonlyMap<ObjectId, Treatment>;
}

/** The rules of an application for its objects; what a component only refers to is read, and never written. */
export function objectRules(application: Application): ObjectRules {
  const said = policiesOf(application, policies).flatMap(({ effects }) =>
    effects.filter((one) => one.kind === 'objects'),
  );
  const referring = application.spec.components.flatMap((component): ObjectRules => {
    if (namedIn(component).every((named) => named === null)) return [];
    const { name, replica } = component;
    const selects: ObjectRules[number]['selects'] = (one) =>
      one.component === (replica?.of ?? name) && refersTo(component, one.object);
    return [{ kind: 'objects', selects, rule: { rule: 'read-only' } }];
  });
  return [...said, ...referring];
}

/**
 * The objects of a component as its application's rules want them treated: where agents of every format read it, as annotations of the
 * object itself, which stay with it in the cluster; else beside the objects, by id. Pure.
 */
export function withObjectRules<T extends Ruled>(
  rendered: T,
  { name, type, replica }: Pick<Component, 'name' | 'type' | 'replica'>,
  { rules, record }: { readonly rules: ObjectRules; readonly record: Pick<RevisionRecord, 'app' | 'name'> },
): T {
  if (rules.length === 0) return rendered;
  const known = new Map<KubeObject, KubeObject>();
  const treatments = new Map<ObjectId, Treatment>();
  // The same value for the same object: what is written is found by it.
  const ruled = (object: KubeObject): KubeObject => {
    const one = { object, component: replica?.of ?? name, componentType: type };
    const found = rules.filter(({ selects }) => selects(one)).map(({ rule }) => rule);
    const treatment = treatmentOf(found);
    if (treatment !== null) treatments.set(idOf(object), treatment);
    const made =
      known.get(object) ?? found.reduce((to, rule) => withRule(to, rule, { ...record, component: name }), object);
    known.set(object, made);
    return made;
  };
  const objects = {
    own: rendered.own.map(ruled),
    shared: rendered.shared.map(ruled),
    ...(rendered.written !== undefined && {
      written: rendered.written.map((one) => ({ ...one, own: ruled(one.own), plain: ruled(one.plain) })),
    }),
  };
  return { ...rendered, ...objects, ...(treatments.size > 0 && { treatments }) };
}

/** The objects of a unit, each with how it is treated. */
export function withTreatments(
  revisions: readonly { readonly components: readonly Ruled[] }[],
  objects: readonly RenderedObject[],
): readonly RenderedObject[] {
  const all = revisions.flatMap(({ components }) => components.flatMap(({ treatments = [] }) => [...treatments]));
  if (all.length === 0) return objects;
  const treatments = new Map(all);
  return objects.map((one) => {
    const treatment = treatments.get(one.id);
    if (treatment === undefined) return one;
    const treated = { ...one, treatment };
    // What others make belongs to no revision of this application.
    if (isReadOnly(treated)) Reflect.deleteProperty(treated, 'revision');
    return treated;
  });
}

/** How an object is treated by these rules, the first of a kind first; null where all they say is in its annotations. */
function treatmentOf(rules: readonly ObjectRule[]): Treatment | null {
  const kept = rules.find((one) => one.rule === 'garbage-collect')?.until ?? null;
  const policies = policiesIn(rules);
  const treatment: Treatment = {
    ...(policies.length > 0 && { policies }),
    ...(kept !== null && { keep: kept }),
    ...(rules.some(({ rule }) => rule === 'shared-resource') && { isShared: true }),
  };
  return Object.keys(treatment).length === 0 ? null : treatment;
}

/** What agents read of these rules; nothing else counts for an object that is only read. */
function policiesIn(rules: readonly ObjectRule[]): readonly ObjectPolicy[] {
  if (rules.some(({ rule }) => rule === 'read-only')) return [{ type: 'read-only' }];
  const once: readonly ObjectPolicy[] = rules.some(({ rule }) => rule === 'unrepaired') ? [{ type: 'apply-once' }] : [];
  const update = rules.find((one) => one.rule === 'resource-update');
  if (update === undefined) return once;
  const { op, recreateFields } = update;
  return op === 'patch' && recreateFields.length === 0
    ? once
    : [...once, { type: 'resource-update', op, recreateFields }];
}

/** What an object belongs to. */
interface Belonging extends Pick<RevisionRecord, 'app' | 'name'> {
  readonly component: string;
}

function withRule(object: KubeObject, rule: ObjectRule, { app, name, component }: Belonging): KubeObject {
  if (rule.rule === 'audit') {
    const said = { application: app, component, revision: name };
    return Object.entries(said).reduce((to, [key, value]) => annotated(to, `${auditPrefix}${key}`, value), object);
  }
  if (rule.rule === 'take-over') return annotated(object, owner.adopt, 'true');
  if (rule.rule !== 'apply-once') return object;
  const pointers = [...ignoredPointers(object.metadata), ...(rule.paths ?? topMembers(object))];
  return annotated(object, owner.ignoreDifferences, JSON.stringify([...new Set(pointers)]));
}

/** What an object says of itself: all but its kind, its name, and what its controller writes. */
function topMembers(object: KubeObject): readonly string[] {
  const other = ['apiVersion', 'kind', 'metadata', 'status'];
  return Object.keys(object)
    .filter((key) => !other.includes(key))
    .sort()
    .map((key) => `/${key}`);
}

function annotated(object: KubeObject, key: string, value: string): KubeObject {
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, annotations: { ...metadata.annotations, [key]: value } } };
}
