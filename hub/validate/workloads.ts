import { conflictWith, noAttributes } from '../definitions/attributes.ts';
import type { Catalog } from '../definitions/catalog.ts';
import type { Component } from '../model/documents.ts';

/**
 * The workloads that a trait applies to instead of this component; null when it applies, or when its definition has no
 * such list. Entries are as in KubeVela: `*`, a component type, `deployments.apps`, `*.apps`. Where the workload of the
 * component is not known, entries of the latter two kinds count as fitting.
 */
export function workloadsInstead(
  catalog: Catalog,
  component: Component,
  trait: string,
  namespace: string,
): readonly string[] | null {
  const list = catalog.find('TraitDefinition', trait, namespace)?.pinned.appliesToWorkloads ?? [];
  if (list.length === 0 || list.includes('*') || list.includes(component.type)) return null;
  const workload = catalog.find('ComponentDefinition', component.type, namespace)?.workload ?? null;
  const resources = list.filter((entry) => entry.includes('.'));
  if (workload === null) return resources.length > 0 ? null : list;
  const group = workload.slice(workload.indexOf('.'));
  return resources.some((entry) => entry === workload || entry === `*${group}`) ? null : list;
}

/** The trait of a component that another one of it cannot be beside, by whose list and entry; null = there is none. */
export function conflictIn(
  catalog: Catalog,
  component: Component,
  trait: string,
  namespace: string,
): { readonly trait: string; readonly entry: string } | null {
  const attributesOf = (type: string) => catalog.find('TraitDefinition', type, namespace)?.attributes ?? noAttributes;
  const { conflictsWith } = attributesOf(trait);
  for (const { type } of component.traits ?? []) {
    const entry = type === trait ? null : conflictWith(conflictsWith, type, attributesOf(type));
    if (entry !== null) return { trait: type, entry };
  }
  return null;
}
