import { ignoredPointers } from '../../shared/model/ignored.ts';
import { owner } from '../../shared/model/names.ts';
import type { KubeObject } from '../../shared/model/object.ts';
import type { Application, Component } from '../model/documents.ts';
import type { ObjectRule, PolicyEffect } from '../policies/policy.ts';
import { policies } from '../policies/types/list.ts';
import { policiesOf } from '../policies/uses.ts';
import type { WrittenObject } from './parts.ts';

/** The rules that an application's policies have for objects; empty for most. */
export type ObjectRules = readonly Extract<PolicyEffect, { readonly kind: 'objects' }>[];

/** A component as it was rendered, as far as rules read it. */
interface Ruled {
  readonly own: readonly KubeObject[];
  readonly shared: readonly KubeObject[];
  readonly written?: readonly WrittenObject[];
}

/** The rules of an application for its objects. */
export function objectRules(application: Application): ObjectRules {
  return policiesOf(application, policies).flatMap(({ effects }) => effects.filter((one) => one.kind === 'objects'));
}

/**
 * The objects of a component as its application's rules want them treated, in the words that agents of every format read:
 * annotations of the object itself, which stay with it in the cluster. Pure.
 */
export function withObjectRules<T extends Ruled>(
  rendered: T,
  { name, type }: Pick<Component, 'name' | 'type'>,
  rules: ObjectRules,
): T {
  if (rules.length === 0) return rendered;
  const known = new Map<KubeObject, KubeObject>();
  // The same value for the same object: what is written is found by it.
  const ruled = (object: KubeObject): KubeObject => {
    const meant = rules.filter(({ selects }) => selects({ object, component: name, componentType: type }));
    const made = known.get(object) ?? meant.reduce((one, { rule }) => withRule(one, rule), object);
    known.set(object, made);
    return made;
  };
  return {
    ...rendered,
    own: rendered.own.map(ruled),
    shared: rendered.shared.map(ruled),
    ...(rendered.written !== undefined && {
      written: rendered.written.map((one) => ({ ...one, own: ruled(one.own), plain: ruled(one.plain) })),
    }),
  };
}

function withRule(object: KubeObject, rule: ObjectRule): KubeObject {
  if (rule.rule === 'take-over') return annotated(object, owner.adopt, 'true');
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
