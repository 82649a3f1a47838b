import { docKey, namespaceOf, type Application, type Component, type Definition } from '../model/documents.ts';
import { by } from '../../shared/lib/order.ts';

/** What the built-in components run as, in the words of `appliesToWorkloads`. */
const builtinWorkloads: Readonly<Record<string, string>> = {
  'cron-task': 'cronjobs.batch',
  daemon: 'daemonsets.apps',
  statefulset: 'statefulsets.apps',
  task: 'jobs.batch',
  webservice: 'deployments.apps',
  worker: 'deployments.apps',
};

/**
 * What a trait's definition says that it applies to, when the component is none of it; null when it applies, or says
 * nothing. Entries are as in KubeVela: `*`, a component type, `deployments.apps`, `*.apps`. Where nobody says what a
 * component runs as, entries of the latter two kinds are given the benefit of the doubt.
 */
export function workloadsInstead(
  doc: Application,
  component: Component,
  trait: string,
  definitions: readonly Definition[],
): readonly string[] | null {
  const list = definitionOf(definitions, doc, 'TraitDefinition', trait)?.spec.appliesToWorkloads ?? [];
  if (list.length === 0 || list.includes('*') || list.includes(component.type)) return null;
  const workload = workloadOf(definitionOf(definitions, doc, 'ComponentDefinition', component.type), component.type);
  const resources = list.filter((entry) => entry.includes('.'));
  if (workload === null) return resources.length > 0 ? null : list;
  const group = workload.slice(workload.indexOf('.'));
  return resources.some((entry) => entry === workload || entry === `*${group}`) ? null : list;
}

// One in the application's own namespace wins, then the first by name: as when a revision pins its definitions.
function definitionOf(
  definitions: readonly Definition[],
  doc: Application,
  kind: Definition['kind'],
  name: string,
): Definition | undefined {
  return definitions
    .filter((definition) => definition.kind === kind && definition.metadata.name === name)
    .sort(by((definition) => `${namespaceOf(definition) === namespaceOf(doc) ? 0 : 1} ${docKey(definition)}`))[0];
}

/** `deployments.apps` of a component's workload; null where nobody says it. */
function workloadOf(definition: Definition | undefined, type: string): string | null {
  if (definition === undefined) return builtinWorkloads[type] ?? null;
  const workload = definition.spec.workload as WorkloadReference | null | undefined;
  if (typeof workload?.type === 'string') return workload.type.startsWith('autodetects.') ? null : workload.type;
  const { apiVersion, kind } = workload?.definition ?? {};
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return null;
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return group === '' ? pluralOf(kind) : `${pluralOf(kind)}.${group}`;
}

interface WorkloadReference {
  readonly type?: unknown;
  readonly definition?: { readonly apiVersion?: unknown; readonly kind?: unknown };
}

/** The resource of a kind, as the Kubernetes conventions make it. */
function pluralOf(kind: string): string {
  const word = kind.toLowerCase();
  if (/(s|x|z|ch|sh)$/.test(word)) return `${word}es`;
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}
