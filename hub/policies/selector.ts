import { z } from 'zod';
import { label } from '../../shared/model/names.ts';
import type { Component } from '../model/documents.ts';
import type { KubeObject } from '../../shared/model/object.ts';

const names = z.array(z.string().min(1)).optional();

/** Which objects of an application a rule is about, as KubeVela writes it. */
export const objectSelector = z.strictObject({
  componentNames: names,
  componentTypes: names,
  resourceTypes: names,
  resourceNames: names,
  oamTypes: names,
  traitTypes: names,
});
export type ObjectSelector = z.infer<typeof objectSelector>;

/** What rules can select by. */
export interface Selectable {
  /** With those that other policies make of them. */
  readonly components: readonly Pick<Component, 'name' | 'type' | 'traits'>[];
  /** Of policies that make objects: these are selected by it. */
  readonly policies: readonly string[];
}

/** An object, and the component that it comes from. */
export interface SelectedObject {
  readonly object: KubeObject;
  readonly component: string;
  readonly componentType: string;
}

/** True for an object that has all that is asked for; a selector that asks for nothing has none. */
export function isSelected(selector: ObjectSelector, { object, component, componentType }: SelectedObject): boolean {
  const { componentNames, componentTypes, resourceTypes, resourceNames, oamTypes, traitTypes } = selector;
  const { labels = {} } = object.metadata;
  const asked = [
    [componentNames, component],
    [componentTypes, componentType],
    [resourceTypes, object.kind],
    [resourceNames, object.metadata.name],
    [oamTypes, labels[label.resourceType]],
    [traitTypes, labels[label.traitType]],
  ] as const;
  const given = asked.filter(([list = []]) => list.length > 0);
  return given.length > 0 && given.every(([list = [], value]) => list.includes(value ?? ''));
}
