import { idOf, type KubeObject } from '../../shared/model/object.ts';
import type { Component } from '../model/documents.ts';
import { fieldsAsked } from '../sources/referred.ts';
import type { RevisionComponent } from './revision-component.ts';

type Reads = NonNullable<RevisionComponent['reads']>;

/** What is asked of a component's objects, with what steps ask of those to which it refers. */
export function withAsked<T extends { readonly reads?: Reads }>(
  given: T,
  component: Component,
  objects: readonly KubeObject[],
): T & { readonly isRead?: true } {
  if (component.asks === undefined) return given;
  return { ...given, isRead: true, reads: [...(given.reads ?? []), ...fieldsAsked(component, objects)] };
}

/** What steps read of the application itself is asked of its own objects: those are not only read. */
export function withoutOwnReads(components: readonly RevisionComponent[]): readonly RevisionComponent[] {
  const isReading = ({ isRead }: RevisionComponent): boolean => isRead === true;
  if (!components.some(isReading)) return components;
  const own = new Set(
    components.filter((one) => !isReading(one)).flatMap((one) => [...one.own, ...one.shared].map(idOf)),
  );
  const isOther = (object: KubeObject): boolean => !own.has(idOf(object));
  return components.map((one) => {
    if (!isReading(one)) return one;
    const treatments = [...(one.treatments ?? [])].filter(([id]) => !own.has(id));
    return { ...one, shared: one.shared.filter(isOther), treatments: new Map(treatments) };
  });
}
