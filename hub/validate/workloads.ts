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
